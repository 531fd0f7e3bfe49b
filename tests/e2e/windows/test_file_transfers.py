"""A photo and a long file from one window to another: seen, stopped, killed, gone on with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.windows.test_files import attach, save_as
from tests.e2e.windows.test_survival import open_again
from tests.e2e.windows.test_ways_in import focus_on, go_to_last_message, open_menu, tab_to
from tests.support.desktop import eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]

LONG = 80_000_000
SLOW = "1"
"""MB a second, at which the long file takes longer than any machine to press some keys."""
LOW = 160
"""The card of a file that does not show it is lower than this."""


def photo(path: Path) -> None:
    """Write a picture with many colours."""
    from PySide6.QtGui import QColor, QImage  # noqa: PLC0415 - loads libraries of the screen

    image = QImage(640, 400, QImage.Format.Format_RGB32)
    for x in range(640):
        for y in range(400):
            image.setPixelColor(x, y, QColor(x % 256, y % 256, (x * y) % 256))
    image.save(str(path))


def height(window: Window, said: str) -> int:
    """Return how high the message is that says this."""
    rows = (part for part in window.below("Messages") if said in part.name)
    return next((row.rect[3] for row in rows), 0)


def menu(window: Window, *keys: str) -> None:
    """Open the menu of the last message by keys, and press these in it."""
    go_to_last_message(window)
    open_menu(window)
    window.keys(*keys)


def send_at_most(window: Window, speed: str) -> None:
    """Limit by keys how fast this window sends, in MB a second; "" for no limit."""
    window.face()
    window.keys("ctrl+shift+o")
    places = ("Settings of files", "Transfers")  # the list has the keys if something is in it
    eventually(lambda: any(map(window.has_keys, places)), "the page of transfers")
    tab_to(window, "Settings of files")
    window.keys("space")
    window.see("Sending, MB a second", "text")
    tab_to(window, "Sending, MB a second")
    window.keys("ctrl+a", "Delete")
    window.write(speed)
    eventually(lambda: window.see("Sending, MB a second").text == speed, "the limit")
    window.keys("Return")
    window.lose("Sending, MB a second", "text")
    window.keys("ctrl+1")
    focus_on(window, "Message to ")


def test_a_photo_is_seen_small_and_large(pair: tuple[Window, Window], tmp_path: Path) -> None:
    ana, bob = pair
    path, there = tmp_path / "sunset.png", tmp_path / "taken"
    photo(path)
    there.mkdir()
    attach(bob, path, "the sunset")
    save_as(ana, "sunset.png", there)
    ana.hear("sunset.png, 54 KB, received, the sunset")
    eventually(lambda: height(ana, "sunset.png") > LOW, "the picture on the card")
    menu(ana, "Return")
    ana.see("sunset.png", "dialog")
    ana.keys("Escape")
    ana.lose("sunset.png", "dialog")


def test_a_long_file_is_paused_goes_on_and_survives_a_kill(
    pair: tuple[Window, Window], tmp_path: Path
) -> None:
    """With keys alone; whoever receives it is killed in the middle."""
    ana, bob = pair
    path, there = tmp_path / "north.bin", tmp_path / "taken"
    path.write_bytes(os.urandom(LONG))
    there.mkdir()
    send_at_most(ana, SLOW)
    attach(ana, path, "all of it")
    save_as(bob, "north.bin", there)
    bob.hear("north.bin, 80 MB, receiving, ")
    bob.see("1 transfer, ", "push button")
    menu(bob, "Return")
    bob.hear("north.bin, 80 MB, Paused")
    bob.lose("1 transfer, ", "push button")
    menu(bob, "Return")
    bob.hear("north.bin, 80 MB, receiving, ")
    bob.kill()
    send_at_most(ana, "")
    open_again(bob, "Ana Lima")
    bob.hear("north.bin, 80 MB, received, all of it")
    assert (there / "north.bin").read_bytes() == path.read_bytes()
    assert [each.name for each in there.iterdir()] == ["north.bin"]
    ana.hear("You: File north.bin, 80 MB, received")
