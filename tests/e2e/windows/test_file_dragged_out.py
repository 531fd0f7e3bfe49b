"""A file that came is carried out of its card, with the real protocol of the desktop."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.windows.test_file_drops import dragged, drop_onto, messages, sheet
from tests.support.desktop import Part, eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]

ICON = 34, 30
"""Where the middle of a card's icon is, from its upper left corner."""


def card(window: Window, said: str) -> Part:
    def look() -> Part | None:
        return next((part for part in window.below("Messages") if said in part.name), None)

    return eventually(look, said)


def test_a_file_is_dragged_out_of_one_window_into_another(
    pair: tuple[Window, Window], tmp_path: Path
) -> None:
    ana, bob = pair
    file = tmp_path / "north.bin"
    file.write_bytes(b"x" * 5000)
    with dragged(bob, file) as source:
        drop_onto(bob, source)
    sheet(bob, "north.bin")
    bob.keys("Return")
    bob.hear("You: File north.bin, 5.0 KB")
    left, top, _width, _height = card(bob, "north.bin").rect
    move, (x, y) = bob.desktop.xdotool, messages(ana)
    begin = left + ICON[0], top + ICON[1]
    move("mousemove", "--sync", *begin, "mousedown", 1)
    for step in range(1, 13):
        at = [one + (other - one) * step // 12 for one, other in zip(begin, (x, y), strict=True)]
        move("mousemove", *at, "sleep", 0.03)

    def still_moving() -> Part | None:
        for jitter in (3, 0, 2):
            move("mousemove", x + jitter, y, "sleep", 0.05)
        return ana.find("Drop to send to Bob Martins")

    eventually(still_moving, "what a drop would do")
    move("mouseup", 1)
    sheet(ana, "north.bin")
    ana.write("back to you")
    ana.keys("Return")
    bob.hear("Ana Lima: File north.bin, 5.0 KB, offered to you, back to you")
    assert file.stat().st_size == 5000
