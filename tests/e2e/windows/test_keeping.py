"""Keeping what was said in sight, and handing it on, by keys alone."""

from __future__ import annotations

import pytest

from tests.e2e.windows.test_ways_in import focus_on, open_menu
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]


def test_a_message_is_pinned_for_both_and_forwarded(pair: tuple[Window, Window]) -> None:
    ana, bob = pair
    ana.face()
    ana.keys("ctrl+0")
    focus_on(ana, "Message to Notes to self")
    ana.keys("ctrl+k")
    focus_on(ana, "Go to")
    ana.see("Quick switcher", "dialog")
    ana.write("bob")
    ana.keys("Return")
    focus_on(ana, "Message to Bob Martins")
    ana.hear("Bob Martins: Hello Ana")

    ana.keys("shift+Tab")
    focus_on(ana, "Messages")
    open_menu(ana)
    ana.keys("Down", "Down", "Down", "Return")  # Reply, Copy, Forward, Pin
    ana.see("Pinned message: Bob Martins: Hello Ana")
    bob.see("Pinned message: Bob Martins: Hello Ana")
    ana.hear("Bob Martins: Hello Ana, pinned")

    ana.face()
    ana.keys("ctrl+shift+s")
    focus_on(ana, "Search conversations")
    ana.write("notes")
    ana.keys("ctrl+Return")
    ana.lose("Search conversations", "text")
    ana.keys("ctrl+0")
    focus_on(ana, "Message to Notes to self")
    ana.hear("You: Hello Ana, Forwarded from Bob Martins")
