"""What a file costs the talk: send to delivered, at rest and while a file moves at full speed.

Run: python -m tests.bench.chat_beside [--mib N] [--rounds N] [--folder PATH] [--ways direct].
Prints one JSON object, in ms. Two `parlor-cli` with their workers, over a real server and a real
link; texts go to the room through which the file moves, one every 10 ms, in rounds that take turns
with rounds at rest. A message counts when its sender knows that it is delivered, so it is signed,
sealed and on both disks; so is the file. What the disk itself has to say is measured in further
rounds: 4 KiB written and synced in the same folder, at rest and while a file moves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.link_echo import summary
from tests.bench.messaging import TEXT, Json, Peer, two_peers

MIB = 1024 * 1024
EVERY = 0.01
AT_REST = 2.0
AIM_MS = 10.0
PATIENCE = 120.0


class Talk:
    """Ana writes to Bob."""

    def __init__(self, ana: Peer, room: str) -> None:
        self._ana, self._room = ana, room

    async def until(self, over: asyncio.Future[object]) -> list[float]:
        """Write until something is over; return how long each message took, in ms."""
        times: list[float] = []
        while not over.done():
            begun = time.perf_counter()
            reply = await self._ana.ask("send", room=self._room, text=f"{TEXT}{len(times)}")
            times.append((await self._ana.until_delivered(reply["message"]) - begun) * 1000)
            await asyncio.sleep(EVERY)
        return times


class Files:
    """Ana's files, one after the other, to Bob."""

    def __init__(self, folder: Path, ana: Peer, bob: Peer, size: int) -> None:
        self._folder, self._ana, self._bob, self._size = folder, ana, bob, size
        self.rates: list[float] = []

    async def offered(self, room: str, number: int) -> str:
        """Offer a new file and wait until Bob knows; return the transfer."""
        path = self._folder / f"file {number}"
        await asyncio.to_thread(write_file, path, self._size)
        transfer = (await self._ana.ask("send_file", room=room, path=str(path)))["transfer"]
        await self._bob.until_told("file_offer", transfer)
        return str(transfer)

    async def moved(self, transfer: str) -> None:
        """Let Bob take it, and wait until it is there."""
        begun = time.perf_counter()
        await self._bob.ask("file_accept", transfer=transfer, to=str(self._folder))
        async with asyncio.timeout(PATIENCE):
            await self._bob.until_told("file_done", transfer)
        self.rates.append(self._size / (time.perf_counter() - begun) / 1e6)


def syncs_until(folder: Path, over: Callable[[], bool]) -> list[float]:
    """Write a little and sync it until something is over; return how long each took, in ms."""
    times: list[float] = []
    with (folder / "syncs").open("ab", buffering=0) as file:
        while not over():
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - begun) * 1000)
            time.sleep(EVERY)
    return times


def write_file(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))
        os.fsync(file.fileno())


async def measure(folder: Path, mib: int, rounds: int, ways: str) -> Json:
    at_rest: list[float] = []
    beside: list[float] = []
    syncs: dict[str, list[float]] = {"at_rest": [], "beside": []}
    async with two_peers(folder) as (ana, bob):
        room = await introduced(ana, bob)
        for one in (ana, bob) if ways else ():
            await one.ask("file_settings", ways=ways.split(","))
        talk, files = Talk(ana, room), Files(folder, ana, bob, mib * MIB)
        for number in range(rounds):
            transfer = await files.offered(room, number)
            at_rest += await talk.until(asyncio.ensure_future(asyncio.sleep(AT_REST)))
            beside += await talk.until(asyncio.ensure_future(files.moved(transfer)))
            transfer = await files.offered(room, rounds + number)
            waits = {"at_rest": asyncio.sleep(AT_REST), "beside": files.moved(transfer)}
            for name, wait in waits.items():
                over = asyncio.ensure_future(wait)
                syncs[name] += await asyncio.to_thread(syncs_until, folder, over.done)
    idle, busy = summary(at_rest), summary(beside)
    return {
        "mib": mib,
        "ways": ways or "as they come",
        "mb_per_s": [round(rate) for rate in files.rates],
        "messages": [len(at_rest), len(beside)],
        "at_rest_ms": idle,
        "beside_ms": busy,
        "p99_more_ms": round(busy["p99"] - idle["p99"], 1),
        "aim_ms": AIM_MS,
        "disk_sync_ms": {name: summary(times) for name, times in syncs.items()},
    }


async def introduced(ana: Peer, bob: Peer) -> str:
    """Make a room for both; return it."""
    made = await ana.ask("room_create", name="Bench")
    await ana.ask("send", room=made["room"], text="first")
    await bob.ask("room_join", invite=made["invite"])
    await bob.first_heard.wait()
    return str(made["room"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--folder", type=Path, help="on which disk to measure")
    parser.add_argument("--ways", default="", help="with commas between, the first one first")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        result = asyncio.run(measure(Path(folder), options.mib, options.rounds, options.ways))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
