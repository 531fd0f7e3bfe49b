"""Everything that takes too long for every day: big files, many kills, long cuts, all ways.

Run: python -m tests.soak.files [PART...]. Prints one JSON object; exits with 1 if a part failed.
Parts that need hosts of their own need Linux and root. All of them take about half an hour.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.programs import Json
from tests.e2e.sending import MEGABYTE
from tests.soak.kills import killed
from tests.soak.lines import cut, lossy, moved
from tests.soak.shapes import SHAPES, Make, each_sent, one_file, small_files
from tests.soak.swarm import shared

RUNS = 20
BIG: dict[str, Make] = {
    **SHAPES,
    "1 GiB": one_file(1024 * MEGABYTE),
    "10,000 small files": small_files(10_000),
    "as much in one file": one_file(10_000_000),
}
LESS: dict[str, Make] = {**SHAPES, "64 MiB": one_file(64 * MEGABYTE)}
"""For a relay, which is slow and not ours."""


def on_lines(way: str) -> dict[str, Callable[[Path], Json]]:
    """Return what is tried over bad lines by one way."""
    sizes = {"direct": 64 * MEGABYTE, "webrtc": 16 * MEGABYTE, "relay": 8 * MEGABYTE}
    size = sizes[way]
    return {
        f"{way}, shapes": lambda folder: each_sent(folder, LESS if way == "relay" else BIG, way),
        f"{way}, no loss": lambda folder: lossy(folder, 0.0, size, way),
        f"{way}, loss 1 %": lambda folder: lossy(folder, 0.01, size, way),
        f"{way}, loss 5 %": lambda folder: lossy(folder, 0.05, size // 2, way),
        f"{way}, cut of 20 s": lambda folder: cut(folder, 20, way),
        f"{way}, sender moves": lambda folder: moved(folder, 0, way),
        f"{way}, receiver moves": lambda folder: moved(folder, 1, way),
        f"{way}, kills": lambda folder: killed(folder, RUNS, way, seed=int(time.time())),
    }


def recovering(loss: float) -> Callable[[Path], Json]:
    return lambda folder: lossy(folder, loss, 64 * MEGABYTE, "webrtc", recovery=True)


PARTS: dict[str, Callable[[Path], Json]] = {
    "three share": lambda folder: shared(folder, 128 * MEGABYTE),
    "webrtc, own recovery, no loss": recovering(0.0),
    "webrtc, own recovery, loss 1 %": recovering(0.01),
    "webrtc, own recovery, loss 5 %": recovering(0.05),
    **on_lines("direct"),
    **on_lines("webrtc"),
    **on_lines("relay"),
}


def run(name: str) -> Json:
    """Run one part in a folder of its own; what fails is told and ends nothing else."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            told: Json = {"ok": True, **PARTS[name](Path(folder))}
        except (AssertionError, OSError) as error:
            told = {"ok": False, "why": str(error)}
    return {**told, "took": round(time.monotonic() - begun, 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], metavar="PART")
    told = {}
    for name in parser.parse_args().part or PARTS:
        told[name] = run(name)
        sys.stderr.write(f"{name}: {json.dumps(told[name])}\n")
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if all(one["ok"] for one in told.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
