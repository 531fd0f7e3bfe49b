"""Keeping what was said in sight, and handing it on, by keys alone."""

from __future__ import annotations

import pytest

from tests.support.desktop import eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]


def test_a_message_is_pinned_for_both_and_forwarded(pair: tuple[Window, Window]) -> None:
    ana, bob = pair
    ana.face()
    ana.keys("ctrl+0")
    ana.see("Message to Notes to self", "text")
    ana.keys("ctrl+k")
    ana.see("Quick switcher", "dialog")
    ana.write("bob")
    ana.keys("Return")
    ana.see("Message to Bob Martins", "text")

    shown = len(ana.desktop.windows(ana.process.pid))
    ana.keys("shift+Tab", "Menu")
    eventually(lambda: len(ana.desktop.windows(ana.process.pid)) > shown, "the message's menu")
    ana.keys("Down", "Down", "Down", "Return")  # Reply, Copy, Forward, Pin
    ana.see("Pinned message: Bob Martins: Hello Ana")
    bob.see("Pinned message: Bob Martins: Hello Ana")
    ana.hear("Bob Martins: Hello Ana, pinned")

    ana.face()
    ana.keys("ctrl+shift+s")
    ana.see("Search conversations", "text")
    ana.write("notes")
    ana.keys("ctrl+Return")
    ana.lose("Search conversations", "text")
    ana.keys("ctrl+0")
    ana.see("Message to Notes to self", "text")
    ana.hear("You: Hello Ana, Forwarded from Bob Martins")
