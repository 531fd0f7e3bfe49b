"""Time from starting a program to its first painted frame, ours beside another's, in one run.

Run: python -m tests.bench.first_paint [--runs N] [--frozen FOLDER ...]. Compared is ours with
qTox, or frozen ones with ours from the source. Prints one JSON object: milliseconds, their
ratio, and resident memory once the program has been left alone for a while. Each starts with an
empty profile on the same bare screen, taking turns; one run of each before is not counted. What is
painted is seen in the screen's own memory, so that looking costs the programs nothing.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

AIM = 1.5
FROZEN_AIM = 1.3
WIDTH, HEIGHT = 1280, 900
PIXELS = WIDTH * HEIGHT * 4
LIMIT_S = 20.0
REST_S = 3.0
"""Until then what a program loads after its first frame is in memory too."""


class Screen:
    """A bare X screen whose picture can be looked at as bytes."""

    def __init__(self, name: str, memory: mmap.mmap) -> None:
        self.name = name
        self._memory = memory
        self._head = len(memory) - PIXELS

    def look(self) -> list[bytes]:
        """Return every eighth row of pixels of the middle half."""
        quarter, step = HEIGHT // 4, 8
        starts = (self._head + row * WIDTH * 4 for row in range(quarter, 3 * quarter, step))
        return [self._memory[start : start + WIDTH * 4] for start in starts]

    def painted(self, bare: list[bytes]) -> bool:
        """Whether a quarter of the rows differ from `bare`; a login box covers that much."""
        rows = self.look()
        return 4 * sum(now != then for now, then in zip(rows, bare, strict=True)) > len(rows)

    def rest(self) -> list[bytes]:
        """Wait until nothing changes any more; return what is seen then."""
        before: list[bytes] = []
        while (now := self.look()) != before:
            before = now
            time.sleep(0.3)
        return now


@contextmanager
def bare_screen(folder: Path) -> Iterator[Screen]:
    """Yield a screen that ends with the block."""
    read, write = os.pipe()
    size = f"{WIDTH}x{HEIGHT}x24"
    options = ["-noreset", "-nocursor", "-nolisten", "tcp", "-screen", "0", size]
    command = ["Xvfb", "-displayfd", str(write), "-fbdir", str(folder), *options]
    process = subprocess.Popen(command, pass_fds=[write])
    os.close(write)
    try:
        with os.fdopen(read) as told:
            name = f":{told.readline().strip()}"
        with (folder / "Xvfb_screen0").open("rb") as file:
            yield Screen(name, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    finally:
        process.terminate()
        process.wait()


def resident_mb(process: int) -> float:
    """Return the resident memory of a process with its children, in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(map(resident_mb, children))


def one_run(screen: Screen, command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float]:
    """Return the milliseconds to the first frame and the memory after a rest."""
    bare = screen.rest()
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not screen.painted(bare):
            if process.poll() is not None or time.perf_counter() - begun > LIMIT_S:
                raise RuntimeError(f"{command[0]} painted nothing")
            time.sleep(0.002)
        painted = (time.perf_counter() - begun) * 1000
        time.sleep(REST_S)
        return painted, resident_mb(process.pid)
    finally:
        process.terminate()
        process.wait(LIMIT_S)


def with_empty_profile(screen: Screen, command: Sequence[str]) -> tuple[float, float]:
    """Run a program once; what is said of a profile has {} for a folder."""
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "HOME": folder,
            "XDG_RUNTIME_DIR": folder,
            "DISPLAY": screen.name,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        for name in ("DATA", "CONFIG", "STATE", "CACHE"):
            env.pop(f"XDG_{name}_HOME", None)
        return one_run(screen, [part.format(folder) for part in command], env)


def measure(
    runs: int, commands: Mapping[str, Sequence[str]], base: str, aim: float
) -> dict[str, object]:
    """Return what was found; each program's ratio is that to `base`."""
    found: dict[str, list[tuple[float, float]]] = {program: [] for program in commands}
    with tempfile.TemporaryDirectory() as folder, bare_screen(Path(folder)) as screen:
        for _ in range(runs + 1):
            for program, results in found.items():
                results.append(with_empty_profile(screen, commands[program]))
    times = {program: [ms for ms, _ in results[1:]] for program, results in found.items()}
    medians = {program: statistics.median(each) for program, each in times.items()}
    return {
        "first_paint_ms": {program: round(ms) for program, ms in medians.items()},
        "all_ms": {program: [round(ms) for ms in each] for program, each in times.items()},
        "ratio": {
            program: round(ms / medians[base], 2)
            for program, ms in medians.items()
            if program != base
        },
        "aim": aim,
        "resident_mb": {
            program: round(statistics.median(mb for _, mb in results[1:]))
            for program, results in found.items()
        },
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--frozen", action="append", default=[], metavar="FOLDER")
    given = parser.parse_args()
    needed = ("Xvfb",) if given.frozen else ("Xvfb", "qtox")
    lacking = [program for program in needed if shutil.which(program) is None]
    if lacking:
        sys.stderr.write(f"needs {', '.join(lacking)}\n")
        return 1
    profile = ("--data-dir", "{}/profile")
    commands = {"parlor": [sys.executable, "-m", "app", *profile]}
    if given.frozen:
        commands |= {folder: [f"{folder}/parlor", *profile] for folder in given.frozen}
        found = measure(given.runs, commands, "parlor", FROZEN_AIM)
    else:
        found = measure(given.runs, {**commands, "qtox": ["qtox"]}, "qtox", AIM)
    json.dump(found, sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
