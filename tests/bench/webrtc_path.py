"""MB/s of data channels: aiortc's own path, the reworked one, Chromium's, in one run.

Run: python -m tests.bench.webrtc_path [--pairs stock-stock,rate-rate,...] [--size BYTES]
[--seconds S] [--rounds N] [--line]. Both ends are processes of their own on loopback; the pairs
take turns for N rounds, so that noise of the machine meets all. Prints one JSON object: for each
pair MB/s (the median), and CPU seconds a GB of sender and receiver where these are Python.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
from typing import Any

from tests.support.chromium import CHROMIUM
from tests.transport.fast_sctp.bad_line import bad_line
from tests.transport.fast_sctp.remote_ends import RemoteEnd, joined
from tests.transport.fast_sctp.virtual_line import Line

PAIRS = ("stock-stock", "rate-rate", "classic-classic", "rate-stock", "stock-rate")
WITH_CHROMIUM = ("chromium-chromium", "rate-chromium", "chromium-rate", "stock-chromium")
ON_A_LONG_LINE = ("stock-stock", "rate-rate", "chromium-chromium")
WARM_UP = 40
LINE_RATE = 6_250_000
LINE_LOSS = 0.01
ONE_WAY = 0.025


async def timed(sender: RemoteEnd, receiver: RemoteEnd, count: int, size: int) -> dict[str, Any]:
    """Send so many messages and return what both ends told."""
    sent, told = await asyncio.gather(
        sender.ask("send", count=count, size=size), receiver.ask("received", count=count)
    )
    return {**told, "sender_cpu": sent.get("cpu")}


async def measure(pair: str, size: int, seconds: float) -> dict[str, float]:
    """Connect a pair, warm it up, and time about so many seconds of messages."""
    one, _, other = pair.partition("-")
    async with joined(one, other) as ends:
        warm = await timed(*ends, WARM_UP, size)
        rate = warm["bytes"] / max(warm["seconds"], 1e-3)
        told = await timed(*ends, max(WARM_UP, int(rate * seconds / size)), size)
    found = {"MB/s": told["bytes"] / told["seconds"] / 1e6}
    for name, key in (("sender", "sender_cpu"), ("receiver", "cpu")):
        if told.get(key) is not None:
            found[f"{name} CPU s/GB"] = told[key] / told["bytes"] * 1e9
    return found


async def measure_line(pair: str, size: int, seconds: float) -> dict[str, float]:
    """The same over 50 Mbit/s and 50 ms there and back, with losses; as a share of the line."""
    one, _, other = pair.partition("-")
    there, back = Line(ONE_WAY, LINE_RATE, queue=0.1, loss=LINE_LOSS), Line(ONE_WAY)
    async with bad_line(there, back) as line, joined(one, other, line) as ends:
        warm = await timed(*ends, WARM_UP, size)
        rate = warm["bytes"] / max(warm["seconds"], 1e-3)
        told = await timed(*ends, max(WARM_UP // 2, int(rate * seconds / size)), size)
    rate = told["bytes"] / told["seconds"]
    return {"MB/s": rate / 1e6, "share of the line": rate / LINE_RATE}


async def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure all pairs in turn."""
    pairs: list[str] = arguments.pairs.split(",") if arguments.pairs else [*PAIRS]
    if not arguments.pairs and CHROMIUM:
        pairs.extend(WITH_CHROMIUM)
    lines = [pair for pair in ON_A_LONG_LINE if CHROMIUM or "chromium" not in pair]
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(arguments.rounds):
        for pair in pairs:
            figures = await measure(pair, arguments.size, arguments.seconds)
            found.setdefault(pair, []).append(figures)
        for pair in lines if arguments.line else ():
            figures = await measure_line(pair, arguments.size, arguments.seconds)
            found.setdefault(f"{pair}, 50 Mbit/s, 50 ms, 1 % loss", []).append(figures)
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
    parser.add_argument("--line", action="store_true", help="also over a long, lossy line")
    json.dump(asyncio.run(run(parser.parse_args())), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
