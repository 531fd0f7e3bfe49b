"""Rooms by code and by link, and the whole way with keys alone."""

from __future__ import annotations

import re

import pytest

from tests.e2e.windows.conftest import People
from tests.support.desktop import eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]

CODE = re.compile(r"Room code (\w+(?:-\w+)+)")


def room_code(window: Window) -> str:
    """Return the code that the invitation on the screen shows."""
    said = window.see("Room code", "label")
    found = CODE.search(said.name)
    assert found, said
    return found.group(1)


def tab_to(window: Window, said: str, role: str = "") -> None:
    """Press Tab until what says this has the focus; if it has it already, none."""
    for _ in range(25):
        if window.has_keys(said, role):
            return
        move_on(window)
    raise AssertionError(f"no way by Tab to {said!r}\n{window.story()}")


def move_on(window: Window) -> None:
    """Press Tab and wait until something else has the keys."""
    before = eventually(window.keyed, "something that has the keys")
    window.keys("Tab")
    eventually(lambda: window.keyed() != before, f"a move away from {before}")


def focus_on(window: Window, said: str) -> None:
    """Wait until what says this has the keys."""
    try:
        eventually(lambda: window.has_keys(said), f"focus on {said!r}")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{window.story()}") from None


def go_to_last_message(window: Window) -> None:
    """Go by keys to the last message of the open conversation."""
    window.face()
    window.keys("ctrl+shift+t")
    focus_on(window, "Message to ")
    window.keys("shift+Tab")
    focus_on(window, "Messages")


def open_menu(window: Window) -> None:
    """Open by its key the menu of what has the keys."""
    shown = len(window.desktop.windows(window.process.pid))
    window.keys("Menu")
    eventually(lambda: len(window.desktop.windows(window.process.pid)) > shown, "a menu")


def begin_room(window: Window) -> None:
    """Ask by keys for a new room."""
    window.face()
    window.keys("ctrl+n")
    focus_on(window, "Write to somebody")
    tab_to(window, "Create a room")
    window.keys("space")
    focus_on(window, "Room name")


def test_a_room_by_its_code(people: People) -> None:
    """One makes a room and reads out the code; the other types it; both are in."""
    ana, bob = people.open("Ana Lima"), people.open("Bob Martins")
    ana.press("Host here")
    ana.press("Create a room")
    ana.face()
    focus_on(ana, "Room name")
    ana.write("Book club")
    ana.keys("Return")
    code = room_code(ana)
    ana.press("Done")
    ana.see("Message to Book club", "text")

    bob.see("Online ·", "push button")
    bob.press("Add a contact")
    bob.face()
    focus_on(bob, "Link or room code")
    bob.write(code)
    bob.keys("Return")
    bob.say("I am in")
    ana.hear("Bob Martins: I am in")
    ana.face()
    bob.hear("You: I am in", "read")
    ana.see("2 members · 1 online", "label")


def test_a_wrong_code_is_told_while_it_is_typed(people: People) -> None:
    ana = people.open("Ana Lima")
    ana.press("Add a contact")
    focus_on(ana, "Link or room code")
    ana.write("zebra-quux-nonsense-apple-river-stone")
    ana.see("is not a word of a room code", "label")
    ana.keys("Escape")
    ana.lose("Link or room code", "text")


def test_keys_alone(people: People) -> None:
    """From the first start to a read message and back without the mouse."""
    ana, bob = people.open("Ana Lima"), people.open("Bob Martins")
    ana.see("Host here", "push button")
    ana.face()
    tab_to(ana, "Host here")
    ana.keys("space")
    ana.see("Hosting on this network")

    bob.row("Ana Lima", "On this network")
    bob.face()
    bob.keys("ctrl+k")
    focus_on(bob, "Go to")
    bob.write("ana")
    bob.keys("Return")
    focus_on(bob, "Message to Ana Lima")
    bob.write("by keys")
    bob.keys("Return")

    ana.row("Requests", "1 waiting, Bob Martins: by keys")
    ana.face()
    tab_to(ana, "Conversations")
    ana.keys("Home", "Return")
    focus_on(ana, "Answer Bob Martins")
    ana.write("me too")
    ana.keys("Return")
    ana.hear("Bob Martins: by keys")
    bob.hear("You: by keys", "read")
    bob.hear("Ana Lima: me too")

    begin_room(ana)
    ana.write("Keys")
    ana.keys("Return")
    ana.see("Room code", "label")
    ana.keys("Escape")
    ana.see("Message to Keys", "text")
    ana.keys("alt+Down")
    ana.see("Message to Bob Martins", "text")
    ana.keys("alt+Up")
    ana.see("Message to Keys", "text")
