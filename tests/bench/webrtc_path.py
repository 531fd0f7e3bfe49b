"""MB/s of data channels: aiortc's own path, the reworked one, Chromium's, in one run.

Run: python -m tests.bench.webrtc_path [--pairs stock-stock,rate-rate,...] [--size BYTES]
[--seconds S] [--rounds N]. Both ends are processes of their own on loopback; the pairs take turns
for N rounds, so that noise of the machine meets all. Prints one JSON object: for each pair MB/s
(the median), and CPU seconds a GB of sender and receiver where that is a Python process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
from typing import Any

from tests.transport.fast_sctp.remote_ends import CHROMIUM, joined

PAIRS = ("stock-stock", "rate-rate", "classic-classic", "rate-stock", "stock-rate")
WITH_CHROMIUM = ("chromium-chromium", "rate-chromium", "chromium-rate", "stock-chromium")
WARM_UP = 40
GUESSED_RATE = 8e6


async def measure(pair: str, size: int, seconds: float) -> dict[str, float]:
    """Connect a pair, warm it up, and time about so many seconds of messages."""
    one, other = pair.split("-")
    async with joined(one, other) as (sender, receiver):

        async def timed(count: int) -> dict[str, Any]:
            sent, told = await asyncio.gather(
                sender.ask("send", count=count, size=size), receiver.ask("received", count=count)
            )
            return {**told, "sender_cpu": sent.get("cpu")}

        warm = await timed(WARM_UP)
        rate = max(warm["bytes"] / max(warm["seconds"], 1e-3), GUESSED_RATE)
        told = await timed(max(WARM_UP, int(rate * seconds / size)))
    gigabytes = told["bytes"] / 1e9
    found = {"MB/s": told["bytes"] / told["seconds"] / 1e6}
    for name, key in (("sender", "sender_cpu"), ("receiver", "cpu")):
        if told.get(key) is not None:
            found[f"{name} CPU s/GB"] = told[key] / gigabytes
    return found


async def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure all pairs in turn."""
    pairs: list[str] = arguments.pairs.split(",") if arguments.pairs else [*PAIRS]
    if not arguments.pairs and CHROMIUM:
        pairs.extend(WITH_CHROMIUM)
    found: dict[str, list[dict[str, float]]] = {pair: [] for pair in pairs}
    for _ in range(arguments.rounds):
        for pair in pairs:
            found[pair].append(await measure(pair, arguments.size, arguments.seconds))
    return {"size": arguments.size, **{pair: medians(rounds) for pair, rounds in found.items()}}


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each figure, rounded for reading."""
    return {name: round(statistics.median(each[name] for each in rounds), 2) for name in rounds[0]}


def main() -> None:
    """Parse the arguments and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", default="", help="sender-receiver, with commas between")
    parser.add_argument("--size", type=int, default=65536)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    json.dump(asyncio.run(run(parser.parse_args())), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
