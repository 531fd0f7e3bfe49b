"""Two parlor-cli over a real server: time to connect, send to delivered, sustained rate.

Run: python -m tests.bench.messaging [--latencies N] [--messages N]. Prints one JSON object.
Each message is signed, sealed, on both disks and acknowledged before it counts. The yardsticks
are measured in the same run: a bare aiortc data-channel echo, and one fsync of the same folder.
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
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.bench.link_echo import bare_echo, summary, timed
from tests.support.link_peer import other_process

Json = dict[str, Any]
TEXT = "The lens room is open, come up when you can. "
BATCH = 50


class Peer:
    """A parlor-cli, read as fast as it writes."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._replies: dict[int, asyncio.Future[Json]] = {}
        self._number = 0
        self.delivered: dict[str, float] = {}
        self.heard = 0
        self.first_heard = asyncio.Event()
        self.changed = asyncio.Event()
        self._told: set[tuple[str, str]] = set()
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if "id" in said:
                self._replies.pop(said["id"]).set_result(said)
            elif said["event"] == "status" and said["state"] == "delivered":
                self.delivered[said["message"]] = time.perf_counter()
                self.changed.set()
            elif said["event"] == "message":
                self.heard += 1
                self.first_heard.set()
                self.changed.set()
            elif "transfer" in said:
                self._told.add((said["event"], said["transfer"]))
                self.changed.set()

    def ask(self, do: str, **fields: object) -> asyncio.Future[Json]:
        assert self._process.stdin is not None
        self._number += 1
        reply = asyncio.get_running_loop().create_future()
        self._replies[self._number] = reply
        line = json.dumps({"id": self._number, "do": do, **fields})
        self._process.stdin.write(line.encode() + b"\n")
        return reply

    async def until_told(self, event: str, transfer: str) -> None:
        """Wait for a notice about a transfer."""
        while (event, transfer) not in self._told:
            self.changed.clear()
            await self.changed.wait()

    async def until_delivered(self, message: str) -> float:
        """Return the moment of the notice."""
        while message not in self.delivered:
            self.changed.clear()
            await self.changed.wait()
        return self.delivered[message]


async def start(module: str, *arguments: str) -> Process:
    command = (sys.executable, "-m", module, *arguments)
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 24)


@asynccontextmanager
async def two_peers(folder: Path) -> AsyncIterator[tuple[Peer, Peer]]:
    server = await start(
        "signaling", "--host", "127.0.0.1", "--port", "0", "--no-advertise", "--log-level", "error"
    )
    assert server.stdout is not None
    url = json.loads(await server.stdout.readline())["url"]
    where = ("--server", url, "--no-lan")
    processes = [
        await start("app.cli", "--data-dir", str(folder / name), "--name", name, *where)
        for name in ("ana", "bob")
    ]
    ana, bob = map(Peer, processes)
    await asyncio.gather(ana.ask("whoami"), bob.ask("whoami"))
    await asyncio.sleep(1.0)
    try:
        yield ana, bob
    finally:
        await asyncio.gather(ana.ask("quit"), bob.ask("quit"))
        await asyncio.gather(*(process.wait() for process in processes))
        server.terminate()
        await server.wait()


async def latency(ana: Peer, room: str, rounds: int) -> list[float]:
    times = []
    for number in range(rounds):
        begun = time.perf_counter()
        reply = await ana.ask("send", room=room, text=f"{TEXT}{number}")
        times.append((await ana.until_delivered(reply["message"]) - begun) * 1000)
    return times


async def sustained(ana: Peer, bob: Peer, room: str, count: int) -> Json:
    """Send `count` without waiting; the clock stops when the last is known to be delivered."""
    heard = bob.heard
    begun = time.perf_counter()
    replies = [ana.ask("send", room=room, text=f"{TEXT}{number}") for number in range(count)]
    answers = await asyncio.gather(*replies)
    stored = time.perf_counter()
    for answer in reversed(answers):
        await ana.until_delivered(answer["message"])
    done = time.perf_counter()
    while bob.heard < heard + count:
        bob.changed.clear()
        await bob.changed.wait()
    return {
        "messages": count,
        "accepted_per_second": round(count / (stored - begun)),
        "delivered_per_second": round(count / (done - begun)),
    }


def fsync_ms(folder: Path, rounds: int = 200) -> list[float]:
    times = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(rounds):
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times.append((time.perf_counter() - begun) * 1000)
    return times


async def measure(latencies: int, messages: int) -> Json:
    bare: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with two_peers(folder) as (ana, bob), other_process("tests.bench.bare_peer") as peer:
            made = await ana.ask("room_create", name="Bench")
            await ana.ask("send", room=made["room"], text="first")
            begun = time.perf_counter()
            await bob.ask("room_join", invite=made["invite"])
            await bob.first_heard.wait()
            connecting = (time.perf_counter() - begun) * 1000
            echo, close = await bare_echo(peer)
            for _ in range(max(latencies // BATCH, 1)):
                bare += await timed(echo, bytes(200), BATCH)
                ours += await latency(ana, made["room"], BATCH)
            await close()
            rate = await sustained(ana, bob, made["room"], messages)
        sync = fsync_ms(folder)
    yardstick = statistics.median(bare) + statistics.median(sync)
    return {
        "bench": "messaging",
        "join_to_first_message_ms": round(connecting, 1),
        "send_to_delivered_ms": summary(ours),
        "bare_echo_ms": summary(bare),
        "fsync_ms": summary(sync),
        "ratio_p50_to_echo_plus_fsync": round(statistics.median(ours) / yardstick, 2),
        "allowed_p50_ms": round(5 * statistics.median(bare) + statistics.median(sync), 3),
        "sustained": rate,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latencies", type=int, default=500)
    parser.add_argument("--messages", type=int, default=20_000)
    arguments = parser.parse_args()
    result = asyncio.run(measure(arguments.latencies, arguments.messages))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
