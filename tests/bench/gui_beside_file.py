"""How long the window's loop is held up while a file moves at full speed, on either side.

Run: xvfb-run -a python -m tests.bench.gui_beside_file [--mib N] [--rounds N] [--blame]. Prints one
JSON object, in ms, as tests.bench.gui_lateness does: how late a timer of 2 ms was at rest, and
while the window's person receives, and gives. The window is the real one, with the conversation
in which the file's card lies open before it; the other person is a `parlor-cli`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import app.ui  # noqa: F401 - ahead of Qt, as in the program

# isort: split
from PySide6.QtWidgets import QApplication

from tests.bench.gui_lateness import SETTLE_S, Blame, Course, Watch, summary
from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Stage, stage
from tests.e2e.sending import MEGABYTE, file_of

AIM_MS = 5.0
AUTO_LIMIT = 1 << 40
SIDES = ("receiving", "giving")
Move = Callable[[int], None]
"""Lets the file of this number move, and returns when it is there."""


class FileCourse(Course):
    """Files move while the window looks on."""

    def __init__(self, watch: Watch, bob: Cli, room: str, move: Move, rounds: int) -> None:
        self._move, self._rounds = move, rounds
        super().__init__(watch, bob, room, 0)

    def _go(self) -> None:
        self._bob.event("link", 0, state="online")
        time.sleep(SETTLE_S)
        self._watch.orders.put(self._open)
        for number in range(self._rounds):
            time.sleep(SETTLE_S)
            self._phase("at rest")
            time.sleep(SETTLE_S)
            self._phase("a file moves")
            self._move(number)
            self._phase("settling")


def receiving(programs: Stage, ana: Cli, bob: Cli, room: str, paths: list[Path]) -> Move:
    """Ana's window takes by itself what Bob offers."""
    folder = programs.folder / "received"
    folder.mkdir()
    trusted = {"trusted": [bob.peer], "auto_folder": str(folder), "auto_limit": AUTO_LIMIT}
    ana.ask("file_settings", **trusted)

    def move(number: int) -> None:
        transfer = bob.ask("send_file", room=room, path=str(paths[number]))["transfer"]
        bob.event("file_done", transfer=transfer)

    return move


def giving(programs: Stage, ana: Cli, bob: Cli, room: str, paths: list[Path]) -> Move:
    """Bob takes what Ana has offered; her window gives it."""
    asked = [ana.ask("send_file", room=room, path=str(path))["transfer"] for path in paths]
    for transfer in asked:
        bob.event("file_offer", transfer=transfer)

    def move(number: int) -> None:
        folder = programs.folder / f"received {number}"
        folder.mkdir()
        bob.ask("file_accept", transfer=asked[number], to=str(folder))
        bob.event("file_done", transfer=asked[number])

    return move


def measure(side: str, size: int, rounds: int, *, blame: bool) -> dict[str, object]:
    from app.__main__ import main as run_parlor  # noqa: PLC0415 - as late as in the program

    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as programs:
        ana, bob = programs.people("Ana", "Bob", server=programs.server().url)
        room = room_of(ana, bob)
        own = programs.folder / "own"
        paths = [file_of(own, size, f"file {number}") for number in range(rounds)]
        prepare = receiving if side == "receiving" else giving
        move = prepare(programs, ana, bob, room, paths)
        ana.quit()
        bob.event("link", state="offline")
        app = QApplication(["parlor"])
        watch = Watch()
        blamed = Blame(watch) if blame else None
        course = FileCourse(watch, bob, room, move, rounds)
        code = run_parlor(["--data-dir", str(ana.folder), *ana.arguments])
        del app
        if course.failure is not None or code:
            raise RuntimeError(f"exit code {code}: {course.failure}")
        found: dict[str, object] = {name: summary(watch.waits[name]) for name in watch.waits}
        if blamed is not None:
            found["blame"] = {
                name: dict(seen.most_common(12)) for name, seen in blamed.seen.items()
            }
        return found


def in_a_process(side: str, arguments: list[str]) -> dict[str, object]:
    """One program has one window."""
    command = [sys.executable, "-m", "tests.bench.gui_beside_file", "--side", side, *arguments]
    found: dict[str, object] = json.loads(subprocess.check_output(command))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--blame", action="store_true")
    parser.add_argument("--side", choices=SIDES)
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if "DISPLAY" in os.environ else "offscreen")
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    if chosen.side:
        found = measure(chosen.side, chosen.mib * MEGABYTE, chosen.rounds, blame=chosen.blame)
    else:
        ask = partial(in_a_process, arguments=sys.argv[1:])
        found = {"aim_ms": AIM_MS, "mib": chosen.mib, **{side: ask(side) for side in SIDES}}
    json.dump(found, sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
