"""Starting the program again while it runs, by hand or by a link."""

from __future__ import annotations

import subprocess

import pytest

from app.crypto.identity import Identity
from app.protocol.invitation import ContactInvite, encode
from tests.e2e.windows.conftest import People
from tests.e2e.windows.test_ways_in import focus_on, tab_to
from tests.support.desktop import ROOT, WAIT, eventually
from tests.support.frozen import run_module
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]

LINK = encode(ContactInvite(Identity(bytes(range(32))).peer, "Béatrice Große"))


def start_again(window: Window, *arguments: str) -> None:
    """Start a second program over the same folder, as a click on a link does; it ends at once."""
    desktop = window.desktop
    again = subprocess.run(
        desktop.on_network(
            [*run_module("app"), "--data-dir", str(window.folder), *arguments]
        ),
        env=desktop.env, cwd=ROOT, capture_output=True, text=True, timeout=WAIT, check=False,
    )  # fmt: skip
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_link_comes_to_the_window_that_is_open(people: People) -> None:
    """The window comes back from where it was, asks, and does nothing by itself."""
    ana = people.open("Ana Lima")
    ana.see("Find nearby", "push button")
    main = ana.desktop.windows(ana.process.pid)[0]
    ana.desktop.xdotool("windowminimize", "--sync", main)
    eventually(lambda: not ana.desktop.windows(ana.process.pid), "nothing on the screen")

    start_again(ana)
    eventually(lambda: main in ana.desktop.windows(ana.process.pid), "the window once more")
    ana.see("Ana Lima", "label")

    start_again(ana, LINK)
    ana.see("Béatrice Große", "label")
    focus_on(ana, "Cancel")
    ana.keys("Return")
    ana.lose("as a contact?")
    assert ana.find("Message to") is None

    start_again(ana, "parlor:garbage")
    ana.see("This link cannot be used", "label")
    ana.press("Close")

    start_again(ana, LINK)
    focus_on(ana, "Cancel")
    tab_to(ana, "Add")
    ana.keys("Return")
    ana.see("Message to Béatrice Große", "text")
