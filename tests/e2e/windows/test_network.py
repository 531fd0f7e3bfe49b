"""How people are reached, and why not, as one sees it in the real window."""

from __future__ import annotations

import pytest

from tests.e2e.windows.conftest import People
from tests.support.desktop import eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]


def test_the_page_shows_the_link_and_the_check_says_why_there_is_none(
    pair: tuple[Window, Window],
) -> None:
    ana, bob = pair
    ana.face()
    ana.keys("ctrl+shift+n")
    ana.see("1 of 1 server online · 1 person linked", "label")
    row = ana.see("Direct · LAN", "list item")
    assert row.name == "Bob Martins"
    eventually(
        lambda: "round trip" in ana.see("Direct · LAN", "list item").description, "a round trip"
    )
    ana.press("Check the network")
    ana.see("Is the network all right?", "dialog")
    ana.see("In order:", "label")
    ana.see("Look again", "push button")
    ana.keys("Escape")
    ana.lose("Is the network all right?", "dialog")

    ana.click(ana.row("Bob Martins"))
    assert bob.close() == 0
    ana.say("Are you there?")
    ana.see("Bob is offline.", "label")
    ana.press("Why?")
    ana.see("Why can't I reach", "dialog")
    ana.see("In the way:", "label")
    ana.press("Close")
    ana.lose("Why can't I reach", "dialog")


def test_two_of_one_network_meet_without_any_server(people: People) -> None:
    ana, bob = people.open("Ana Lima", lan=True), people.open("Bob Martins", lan=True)
    bob.click(bob.row("Ana Lima", "On this network"))
    bob.say("Hello Ana")
    assert bob.hear("You: Hello Ana", "delivered")
    ana.row("Requests", "1 waiting, Bob Martins: Hello Ana")
    assert ana.find("Host here") is None
    ana.face()
    ana.keys("ctrl+shift+n")
    ana.see("Without a server", "list item")
    ana.see("1 person linked", "label")
    bob.see("1 peer reachable", "push button")
