"""Echo time of a bare aiortc data channel and of our Link, two processes each, in one run.

Run: python -m tests.bench.link_echo [--rounds N] [--size BYTES]. Prints one JSON object, in ms.
Rounds of both kinds alternate in batches, so that noise of the machine meets both.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable

from app.transport.base import Lane, Link
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from tests.bench.bare_peer import dump, load, new_connection
from tests.support.link_peer import ask, link_to, other_process

BATCH = 50
Echo = Callable[[bytes], Awaitable[None]]


async def bare_echo(process: Process) -> tuple[Echo, Callable[[], Awaitable[None]]]:
    connection = new_connection()
    channel = connection.createDataChannel("chat")
    opened = asyncio.Event()
    back: asyncio.Queue[bytes] = asyncio.Queue()
    channel.on("open", opened.set)
    channel.on("message", back.put_nowait)
    await connection.setLocalDescription(await connection.createOffer())
    await connection.setRemoteDescription(load(await ask(process, dump(connection))))
    await opened.wait()

    async def echo(message: bytes) -> None:
        channel.send(message)
        await back.get()

    return echo, connection.close


def link_echo(link: Link) -> Echo:
    async def echo(message: bytes) -> None:
        link.send(Lane.RELIABLE, message)
        await link.receive()

    return echo


async def timed(echo: Echo, message: bytes, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await echo(message)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def summary(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3), "max": round(max(times), 3)}


async def burst(link: Link, size: int, count: int) -> float:
    """Return messages a second when `count` are echoed without waiting for each."""
    begun = time.perf_counter()
    for _ in range(count):
        link.send(Lane.RELIABLE, bytes(size))
    for _ in range(count):
        await link.receive()
    return round(count / (time.perf_counter() - begun))


async def measure(rounds: int, size: int) -> dict[str, object]:
    transport = WebRtcTransport(addresses=loopback_addresses)
    message = bytes(size)
    bare_times: list[float] = []
    link_times: list[float] = []
    async with other_process("tests.bench.bare_peer") as bare, other_process() as peer:
        bare_channel, close_bare = await bare_echo(bare)
        begun = time.perf_counter()
        link = await link_to(peer, transport.pending())
        opening = (time.perf_counter() - begun) * 1000
        ours = link_echo(link)
        for _ in range(rounds // BATCH):
            bare_times += await timed(bare_channel, message, BATCH)
            link_times += await timed(ours, message, BATCH)
        rate = await burst(link, 200, 3000)
        await link.close()
        await close_bare()
    return {
        "bench": "link_echo",
        "rounds": len(link_times),
        "message_bytes": size,
        "bare_ms": summary(bare_times),
        "link_ms": summary(link_times),
        "ratio_p50": round(statistics.median(link_times) / statistics.median(bare_times), 2),
        "open_ms": round(opening, 1),
        "burst_echoes_per_second": rate,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--size", type=int, default=200)
    arguments = parser.parse_args()
    result = asyncio.run(measure(arguments.rounds, arguments.size))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
