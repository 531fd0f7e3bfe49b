"""Who may talk to us: asked, answered, blocked and let in again while the windows stand open."""

from __future__ import annotations

import pytest

from tests.e2e.windows.conftest import People
from tests.e2e.windows.test_government import peer
from tests.e2e.windows.test_ways_in import focus_on, tab_to
from tests.support.desktop import eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]


def open_profile(window: Window, name: str) -> None:
    """Go from the composer to the people beside the conversation and open somebody's profile."""
    peer(window, name)
    tab_to(window, "Peers", "list")
    window.keys("End", "Return")
    window.see("My name for them", "text")
    eventually(lambda: not window.has_keys("Peers", "list"), "keys in the profile")


def test_a_stranger_is_let_in_blocked_and_let_in_again(people: People) -> None:
    """All by keys for the one who decides; the other is told nothing of being blocked."""
    ana, bob = people.open("Ana Lima"), people.open("Bob Martins")
    ana.press("Host here")
    ana.row("Bob Martins", "On this network")
    bob.click(bob.row("Ana Lima", "On this network"))
    focus_on(bob, "Message to Ana Lima")
    bob.say("May I")

    ana.row("Requests", "1 waiting, Bob Martins: May I")
    ana.face()
    tab_to(ana, "Conversations")
    ana.keys("Home", "Return")
    focus_on(ana, "Answer Bob Martins")
    ana.keys("Tab")
    tab_to(ana, "Accept Bob Martins")
    ana.keys("space")
    focus_on(ana, "Message to Bob Martins")
    ana.say("You may")
    bob.hear("Ana Lima: You may")

    open_profile(ana, "Bob Martins")
    tab_to(ana, "Block")
    ana.keys("space")
    focus_on(ana, "Cancel")
    ana.see("Block Bob Martins?")
    tab_to(ana, "Block")
    ana.keys("space")
    ana.see("You have blocked Bob Martins", "label")
    bob.row("Ana Lima", "offline")
    bob.say("are you there")
    bob.hear("are you there", "sent")

    ana.face()
    tab_to(ana, "Unblock")
    ana.keys("space")
    ana.lose("You have blocked Bob Martins", "label")
    tab_to(ana, "Message to Bob Martins")
    bob.row("Ana Lima", "online")
    ana.say("again")
    bob.hear("Ana Lima: again")
