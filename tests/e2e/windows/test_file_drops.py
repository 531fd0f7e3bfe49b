"""Files dragged out of another program's window, with the real protocol of the desktop."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.ui.files.attachment import UNREADABLE
from tests.e2e.windows.test_ways_in import focus_on
from tests.support.desktop import ROOT, WAIT, Desktop, Part, end, eventually
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]

PLACE = 700, 850
"""Below the windows of the people."""
STILL = 3.0
"""Seconds of silence after which a drag is moved away and back."""


class Source:
    """The window of another program, out of which something is dragged."""

    def __init__(self, desktop: Desktop, kind: str, things: Sequence[str]) -> None:
        self._desktop = desktop
        self._at = PLACE
        command = [sys.executable, "-m", "tests.support.drag_source", f"{PLACE[0]},{PLACE[1]}"]
        self.process = subprocess.Popen(
            [*command, kind, *things],
            env=desktop.env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        self._heard = b""
        assert self._next_words() == "ready"
        shown = eventually(lambda: desktop.windows(self.process.pid), "the source's window")
        desktop.xdotool("windowmove", "--sync", shown[-1], *PLACE)

    def _next_words(self, seconds: float = WAIT) -> str:
        """Return the next line that it says, "" if it says nothing for so long."""
        assert self.process.stdout is not None
        said = self.process.stdout.fileno()
        while b"\n" not in self._heard:
            if not select.select([said], [], [], seconds)[0]:
                return ""
            chunk = os.read(said, 4096)
            assert chunk, "the source has ended"
            self._heard += chunk
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()

    def over(self, x: int, y: int) -> None:
        """Take hold of it and move there, as a hand does."""
        move, self._at = self._desktop.xdotool, (x, y)
        left, top = PLACE[0] + 80, PLACE[1] + 30
        move("mousemove", "--sync", left, top, "mousedown", 1)
        for step in range(1, 13):
            at = left + (x - left) * step // 12, top + (y - top) * step // 12
            move("mousemove", *at, "sleep", 0.03)
        for jitter in (3, 0, 2):
            move("mousemove", x + jitter, y, "sleep", 0.05)

    def until(self, action: str) -> None:
        """Wait until the drag would end with this; where one end stood still, it is moved anew."""
        at, end_of_patience = self._at, time.monotonic() + WAIT
        while (told := self._next_words(STILL)) != f"over {action}":
            assert time.monotonic() < end_of_patience, f"never over {action}"
            if not told:
                self.over_again(*PLACE)
                self.over_again(*at)

    def over_again(self, x: int, y: int) -> None:
        """Move on with it."""
        self._at = x, y
        for _ in range(3):
            self._desktop.xdotool("mousemove", x, y, "sleep", 0.05)

    def drop(self) -> str:
        """Let go; return what the drag has ended with."""
        self._desktop.xdotool("mouseup", 1)
        told = "over"
        while told.startswith("over"):
            told = self._next_words()
        return told

    def close(self) -> None:
        end(self.process)


@contextmanager
def dragged(window: Window, *things: Path | str, kind: str = "files") -> Iterator[Source]:
    """Something that can be dragged out of another program."""
    source = Source(window.desktop, kind, [str(thing) for thing in things])
    try:
        yield source
    finally:
        source.close()


def messages(window: Window) -> tuple[int, int]:
    return window.see("Messages", "list").centre


def hold_over(window: Window, source: Source) -> None:
    """Drag it over the open conversation, until the window says what a drop would do."""
    source.over(*messages(window))
    source.until("CopyAction")
    window.see("Drop to send to ")


def drop_onto(window: Window, source: Source, row: str = "") -> None:
    """Drop it onto the open conversation, or onto a row; again if a busy desktop was too late to
    say what it is."""
    for _ in range(3):
        if row:
            source.over(*window.row(row).centre)
            source.until("CopyAction")
        else:
            hold_over(window, source)
        assert source.drop() == "CopyAction"
        if eventually(lambda: answer_to_drop(window), "an answer to the drop").name != UNREADABLE:
            return


def answer_to_drop(window: Window) -> Part | None:
    return window.find("Caption", "text") or window.find(UNREADABLE, "label")


def sheet(window: Window, said: str) -> None:
    """Wait until the sheet that asks what to send says this."""
    window.see(said, "label")
    focus_on(window, "Caption")


def test_files_and_folders_are_dropped_onto_a_conversation(
    pair: tuple[Window, Window], tmp_path: Path
) -> None:
    """What one lets go of in between goes nowhere."""
    ana, bob = pair
    file, folder = tmp_path / "north.bin", tmp_path / "scans"
    file.write_bytes(b"x" * 5000)
    folder.mkdir()
    (folder / "one.txt").write_text("1", "ascii")
    with dragged(bob, file, folder) as source:
        hold_over(bob, source)
        source.over_again(*PLACE)
        source.until("IgnoreAction")
        assert source.drop() == "IgnoreAction"
        bob.lose("Caption", "text")
        drop_onto(bob, source)
    sheet(bob, "2 items")
    bob.write("from the desk")
    bob.keys("Return")
    ana.hear("Bob Martins: File north.bin, 5.0 KB, offered to you, from the desk")
    ana.hear("Bob Martins: Folder scans, 1 file")
    assert file.exists()


def test_files_are_dropped_onto_a_row_of_the_list(
    pair: tuple[Window, Window], tmp_path: Path
) -> None:
    ana, bob = pair
    file = tmp_path / "north.bin"
    file.write_bytes(b"x" * 5000)
    bob.face()
    bob.keys("ctrl+0")
    focus_on(bob, "Message to Notes to self")
    with dragged(bob, file) as source:
        drop_onto(bob, source, "Ana Lima")
    sheet(bob, "Send to Ana Lima")
    bob.keys("Return")
    ana.hear("Bob Martins: File north.bin, 5.0 KB, offered to you")


def test_very_many_and_vanished_files_and_what_is_no_file(
    pair: tuple[Window, Window], tmp_path: Path
) -> None:
    _ana, bob = pair
    many = [tmp_path / f"{number}.txt" for number in range(1000)]
    for path in many:
        path.write_text("x", "ascii")
    with dragged(bob, *many) as source:
        drop_onto(bob, source)
        sheet(bob, "Only 100 of 1\u2009000 items are taken")
        bob.keys("Escape")
        bob.lose("Caption", "text")
        for path in many:
            path.unlink()
        hold_over(bob, source)
        assert source.drop() == "CopyAction"
        bob.see("What you dropped is not there any more")
    with dragged(bob, "https://example.org/a", kind="text") as source:
        source.over(*messages(bob))
        assert source.drop() == "IgnoreAction"
    bob.lose("Caption", "text")
    bob.say("still here")
    bob.hear("You: still here", "delivered")
