"""A room with an owner: somebody is invited by name, joins, is made admin, and is put out again."""

from __future__ import annotations

import pytest

from tests.e2e.windows.test_ways_in import begin_room, focus_on
from tests.support.desktop import Part, eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]

ROOM = "Book club"
DOTS = 30
"""How far from the right edge of a row the dots are, in pixels."""


def peer(window: Window, name: str, said: str = "") -> Part:
    """Wait for somebody in the list of the room's people."""

    def look() -> Part | None:
        rows = window.below("Peers")
        return next((row for row in rows if name in row.name and said in row.description), None)

    try:
        return eventually(look, f"{name} saying {said!r} among the peers of {window.name}")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{window.story()}") from None


def choose(window: Window, name: str, downs: int) -> None:
    """Open the menu about somebody by the dots of the row and take its entry so far down."""
    window.face()
    windows = len(window.desktop.windows(window.process.pid))
    x, y, width, height = window.resting(peer(window, name)).rect
    dots = (x + width - DOTS, y + height // 2)
    window.desktop.xdotool("mousemove", "--sync", *dots, "click", 1)
    eventually(
        lambda: len(window.desktop.windows(window.process.pid)) > windows, f"the menu of {name}"
    )
    window.keys(*["Down"] * downs, "Return")


def make_room(ana: Window) -> None:
    """Create the room by the keyboard and look at how people get in."""
    begin_room(ana)
    ana.write(ROOM)
    ana.keys("Return")
    ana.see("Room code", "label")
    ana.keys("Escape")
    ana.see(f"Message to {ROOM}", "text")


def test_somebody_is_let_in_raised_and_put_out(pair: tuple[Window, Window]) -> None:
    ana, bob = pair
    make_room(ana)
    ana.press("Add people")
    focus_on(ana, "Search people")
    eventually(lambda: ana.below("People"), "people to choose from")
    ana.write("bob")
    ana.keys("Return")
    ana.press("Invite 1 person")
    peer(ana, "Bob Martins", "has not joined yet")

    bob.hear(f"Ana Lima sent an invitation to {ROOM}")
    bob.click(bob.row("Invitations", ROOM))
    bob.press(f"Join {ROOM}")
    bob.hear("You joined")
    focus_on(bob, f"Message to {ROOM}")
    bob.say("I am in")
    ana.hear("Bob Martins: I am in")

    peer(ana, "Bob Martins", "Direct")
    choose(ana, "Bob Martins", 3)
    peer(ana, "Bob Martins", "Admin")
    peer(bob, "Bob Martins", "Admin")
    bob.hear("Ana Lima made Bob Martins an admin")

    choose(ana, "Bob Martins", 5)
    ana.see("Remove Bob Martins?")
    ana.press("Remove")
    ana.hear("You removed Bob Martins")
    bob.see("You were removed from this room by Ana Lima", "label")
    bob.lose(f"Message to {ROOM}", "text")
    assert any("I am in" in line for line in bob.messages())
