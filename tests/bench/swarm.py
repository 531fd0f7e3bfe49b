"""How long three receivers take for one file when the sender's uplink is what holds them up.

Run: python -m tests.bench.swarm [--mib N] [--cap MB_PER_S] [--rounds N] [--folder PATH]. Prints one
JSON object: seconds until the last receiver has it, medians of rounds that take turns, beside one
receiver alone; and how many bytes of the file the sender gave.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

from app.protocol import worker_messages as msg
from app.transport.bulk.client import COMMAND
from tests.bench.transfer import Json, random_file
from tests.support.bulk_peers import BulkPeer, connect

MIB = 1024 * 1024
RECEIVERS = 3
AIM = 3.0


async def timed(home: Path, path: Path, cap: int, receivers: int, *, linked: bool) -> float:
    """Return the seconds until all have it; `linked` lets them fetch from each other."""
    sender = BulkPeer(home / "sender", COMMAND)
    others = [BulkPeer(home / f"receiver {number}", COMMAND) for number in range(receivers)]
    try:
        offered = await sender.offer(path)
        await sender.send(msg.Cap(cap, 0))
        numbers = [await one.fetch(offered) for one in others]
        begun = time.perf_counter()
        pairs = list(zip(others, numbers, strict=True))
        for one, number in pairs:
            await connect(sender, offered.transfer, one, number)
        for (one, number), (other, others_number) in combinations(pairs, 2) if linked else ():
            await connect(one, number, other, others_number)
        await asyncio.gather(*(one.heard(msg.Done, number) for one, number in pairs))
        return time.perf_counter() - begun
    finally:
        await asyncio.gather(*(one.close() for one in (sender, *others)))


async def measure(folder: Path, mib: int, cap: float, rounds: int) -> Json:
    path = random_file(folder / "file", mib)
    ways = {"one": (1, False), "three, apart": (RECEIVERS, False), "three": (RECEIVERS, True)}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, (receivers, linked) in ways.items():
            home = folder / f"{name} {turn}"
            await asyncio.to_thread(os.mkdir, home)
            rate = int(cap * 1e6)
            taken[name].append(await timed(home, path, rate, receivers, linked=linked))
    middle = {name: statistics.median(times) for name, times in taken.items()}
    return {
        "mib": mib,
        "cap_mb_per_s": cap,
        "seconds": {name: round(value, 2) for name, value in middle.items()},
        "three_of_one": round(middle["three"] / middle["one"], 2),
        "three_apart_of_one": round(middle["three, apart"] / middle["one"], 2),
        "aim": f"well below {AIM}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=64)
    parser.add_argument("--cap", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        result = asyncio.run(measure(Path(folder), options.mib, options.cap, options.rounds))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
