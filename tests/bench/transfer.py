"""How fast files move, beside what else moves files, in one run.

Run: python -m tests.bench.transfer [--mib N] [--rounds N] [--folder PATH] [--no-channels]. Prints
one JSON object: MB/s, seconds and MiB, then each aim with what it is compared to. The ways take
turns for N rounds, and medians count, so that noise of the machine meets all.

- direct: ours between two workers, beside a raw plain-TCP copy and an HTTPS upload;
- webrtc: the same file, or a part of it, over lanes on the reworked data path and on aiortc's own,
  from when the lane is up;
- channels: nothing but 64 KiB messages on these paths, and from Chromium to Chromium;
- many small files beside one file of the same size, and beside writing them and `cp -a`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any, Literal

from tests.bench.copies import Copies
from tests.bench.small_files import SMALL, SmallFiles
from tests.bench.webrtc_path import measure as measure_channel
from tests.bench.workers import measured
from tests.support.chromium import CHROMIUM

MIB = 1024 * 1024
FILES = 10_000
MANY_FILES = 100_000
MESSAGE = 64 * 1024
CHANNEL_SECONDS = 2.0
STOCK_MIB = 32
"""What aiortc's own path moves in some seconds."""
CHANNELS = {
    "channel stock": "stock-stock",
    "channel reworked": "rate-rate",
    "chromium": "chromium-chromium",
}
AIMS = (
    ("direct of raw", "direct", "raw", 0.4),
    ("direct of https", "direct", "https", 1.0),
    ("direct of chromium", "direct", "chromium", 27.0),
    ("webrtc reworked of stock", "webrtc reworked", "webrtc stock", 10.0),
    ("webrtc reworked of chromium", "webrtc reworked", "chromium", 4.0),
    ("channel reworked of stock", "channel reworked", "channel stock", 10.0),
    ("channel reworked of chromium", "channel reworked", "chromium", 4.0),
)
"""What is to be at least so many times as fast as what."""
SMALL_FILES_AIM = 3.0
MEMORY_AIM = 64.0

Way = Callable[[], Awaitable[float]]
Json = dict[str, Any]


class Bench:
    """Everything happens below `home`; ways return seconds or MB/s, for medians of their own."""

    def __init__(self, home: Path, size: int) -> None:
        self._home = home
        self._size = size
        self._turns = count()
        self._big = random_file(home / "big.bin", size // MIB)
        self._part = random_file(home / "part.bin", STOCK_MIB)
        self._copies = Copies(home, self._big)
        self._small = SmallFiles(home, FILES)
        self.memory: dict[str, float] = {}

    def rates(self) -> dict[str, Way]:
        """Ways to move the big file, in MB/s."""
        return {
            "raw": lambda: self._rate(self._copies.raw()),
            "direct": lambda: self._rate(self._ours(self._big)),
            "https": lambda: self._rate(self._copies.https()),
        }

    def webrtc(self) -> dict[str, Way]:
        """Ways to move it, or a part of it, over data channels, in MB/s."""
        return {
            "webrtc reworked": lambda: self._rate(self._ours(self._big, "webrtc")),
            "webrtc stock": lambda: self._part_rate(self._ours(self._part, "webrtc", stock=True)),
        }

    def seconds(self) -> dict[str, Way]:
        """Many small files and what they are compared to, in seconds."""
        return {
            "small files": lambda: self._ours(self._small.folder, keep=True),
            "one file": lambda: self._ours(self._small.same),
            "small files, written only": self._small.written,
            "small files, cp -a": self._small.copied,
            "one file, written only": self._small.one_written,
        }

    async def many(self) -> None:
        """Note what a folder of very many files takes of memory."""
        lots = SmallFiles(self._home, MANY_FILES, 100)
        await self._ours(lots.folder, keep=True)

    async def _rate(self, taken: Awaitable[float]) -> float:
        return self._size / await taken / 1e6

    async def _part_rate(self, taken: Awaitable[float]) -> float:
        return STOCK_MIB * MIB / await taken / 1e6

    async def _ours(
        self,
        path: Path,
        way: Literal["direct", "webrtc"] = "direct",
        *,
        stock: bool = False,
        keep: bool = False,
    ) -> float:
        home = self._home / f"turn {next(self._turns)}"
        await asyncio.to_thread(home.mkdir)
        found = await measured(home, path, way, stock=stock, keep=keep)
        peaks = {"sender": found.sender_peak, "receiver": found.receiver_peak}
        for side, peak in peaks.items():
            key = f"{path.name}, {way}, {side}"
            self.memory[key] = max(self.memory.get(key, 0.0), round(peak, 1))
        return found.fetched if way == "direct" else found.moved


def random_file(path: Path, mib: int) -> Path:
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MIB))
    return path


def channels() -> dict[str, Way]:
    """Data channels alone, no files, in MB/s."""

    async def rate(pair: str) -> float:
        return (await measure_channel(pair, MESSAGE, CHANNEL_SECONDS))["MB/s"]

    pairs = {n: pair for n, pair in CHANNELS.items() if CHROMIUM or "chromium" not in pair}
    return {name: lambda pair=pair: rate(pair) for name, pair in pairs.items()}  # type: ignore[misc]


async def measure(home: Path, mib: int, rounds: int, *, with_channels: bool) -> Json:
    bench = Bench(home, mib * MIB)
    rates = bench.rates() | (bench.webrtc() | channels() if with_channels else {})
    seconds = bench.seconds()
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, way in {**rates, **seconds}.items():
            taken.setdefault(name, []).append(await way())
    await bench.many()
    middle = {name: statistics.median(times) for name, times in taken.items()}
    return {
        "mib": mib,
        "rounds": rounds,
        "mb_per_s": {name: round(middle[name]) for name in rates},
        "seconds": {name: round(middle[name], 3) for name in seconds},
        "mib_over_base": bench.memory,
        "aims": [*ratios(middle), *small_files(middle), *memory(bench.memory)],
    }


def ratios(middle: dict[str, float]) -> list[Json]:
    return [
        {"what": what, "aim": f">= {aim}", "is": round(middle[one] / middle[other], 2)}
        for what, one, other, aim in AIMS
        if one in middle and other in middle
    ]


def small_files(middle: dict[str, float]) -> list[Json]:
    """The aim, and what the file system leaves of it: one file, and writing them, and no more."""
    ours, one = middle["small files"], middle["one file"]
    what = f"{FILES} files of {SMALL} bytes of one file"
    written = middle["small files, written only"]
    return [
        {"what": what, "aim": f"<= {SMALL_FILES_AIM}", "is": round(ours / one, 2)},
        {"what": "writing them alone, of that file", "is": round(written / one, 2)},
        {"what": "ours of that file and writing them", "is": round(ours / (one + written), 2)},
        {"what": "ours of cp -a", "is": round(ours / middle["small files, cp -a"], 2)},
    ]


def memory(peaks: dict[str, float]) -> list[Json]:
    most = max(peaks.values())
    return [{"what": "MiB of a worker over base", "aim": f"<= {MEMORY_AIM}", "is": most}]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="on which disk to measure")
    parser.add_argument("--no-channels", action="store_true", help="files only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as home:
        measuring = measure(
            Path(home), options.mib, options.rounds, with_channels=not options.no_channels
        )
        result = asyncio.run(measuring)
    json.dump(result, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
