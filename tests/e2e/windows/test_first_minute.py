"""Two people with fresh profiles, from the first start to a conversation."""

from __future__ import annotations

from functools import partial

import pytest

from tests.e2e.windows.conftest import People
from tests.e2e.windows.test_ways_in import focus_on
from tests.support.desktop import eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]


def test_two_clicks_and_a_text_are_enough(people: People) -> None:
    """One hosts, the other sees a name, clicks it and types; an answer accepts."""
    ana, bob = people.open("Ana Lima"), people.open("Bob Martins")
    ana.press("Host here")
    ana.see("Hosting on this network")
    ana.row("Bob Martins", "On this network")

    bob.click(bob.row("Ana Lima", "On this network"))
    bob.say("Hello Ana")
    assert bob.hear("You: Hello Ana", "delivered")

    ana.click(ana.row("Requests", "1 waiting, Bob Martins: Hello Ana"))
    focus_on(ana, "Answer Bob Martins")
    eventually(lambda: bob.focused() is None, "Bob is behind")
    ana.say("Hello Bob")
    ana.hear("Bob Martins: Hello Ana")
    bob.hear("You: Hello Ana", "read")

    bob.hear("Ana Lima: Hello Bob")
    ana.hear("You: Hello Bob", "delivered")
    bob.face()
    ana.hear("You: Hello Bob", "read")
    bob.row("Ana Lima", "online, Hello Bob")


def test_two_who_begin_at_once_need_no_request(people: People) -> None:
    """Each clicks the other's name and types; nobody has to accept anybody."""
    ana, bob = people.open("Ana Lima"), people.open("Bob Martins")
    ana.press("Host here")
    ana.click(ana.row("Bob Martins", "On this network"))
    ana.see("Message to Bob Martins", "text")
    bob.click(bob.row("Ana Lima", "On this network"))
    bob.say("Hello Ana")
    ana.hear("Bob Martins: Hello Ana")
    ana.say("Hello Bob")
    bob.hear("Ana Lima: Hello Bob")
    assert ana.find("Requests") is None
    assert bob.find("Requests") is None


def test_both_write_at_once(pair: tuple[Window, Window]) -> None:
    ana, bob = pair
    for number in range(5):
        ana.say(f"from Ana {number}")
        bob.say(f"from Bob {number}")
    ana.hear("Bob Martins: from Bob 4")
    bob.hear("Ana Lima: from Ana 4")
    wanted = sorted(f"from {name} {number}" for name in ("Ana", "Bob") for number in range(5))
    for window in pair:
        eventually(partial(shows, window, wanted), f"all of it with {window.name}")


def shows(window: Window, wanted: list[str]) -> bool:
    """Whether these, in any order, are the messages in view that were written in turn."""
    lines = (line for line in window.messages() if "from" in line)
    return sorted(line.split(": ")[1].split(",")[0] for line in lines) == wanted
