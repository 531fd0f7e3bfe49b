"""A file from one window to the other, by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.windows.test_ways_in import focus_on, go_to_last_message, open_menu
from tests.support.desktop import eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]


def attach(window: Window, path: Path, caption: str) -> None:
    """Send a file to the open conversation."""
    window.face()
    window.keys("ctrl+o")
    focus_on(window, "File name")
    window.write(str(path))
    window.keys("Return")
    focus_on(window, "Caption")
    window.write(caption)
    window.keys("Return")


def save_as(window: Window, said: str, folder: Path) -> None:
    """Go from the composer to the last message, which says this, and save its file in a folder."""
    window.hear(said)
    go_to_last_message(window)
    open_menu(window)
    window.keys("Down", "Return")  # Accept, Save as
    focus_on(window, "Directory")
    window.write(str(folder))
    window.keys("Return")


def test_a_file_is_sent_seen_accepted_and_received(
    pair: tuple[Window, Window], tmp_path: Path
) -> None:
    ana, bob = pair
    path, there = tmp_path / "north.bin", tmp_path / "taken"
    path.write_bytes(bytes(range(256)) * 12_000)
    there.mkdir()
    attach(bob, path, "from the north")
    bob.hear("You: File north.bin, 3.1 MB")
    ana.hear("Bob Martins: File north.bin, 3.1 MB, offered to you, from the north")
    save_as(ana, "north.bin", there)
    ana.hear("north.bin, 3.1 MB, received")
    assert (there / "north.bin").read_bytes() == path.read_bytes()
    bob.hear("north.bin, 3.1 MB, received")
    ana.face()
    ana.keys("ctrl+shift+o")
    eventually(lambda: ana.has_keys("Transfers", "list"), "focus on the transfers")
