"""People with a real worker each, and lanes between them over loopback."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from app.protocol import worker_messages as msg
from app.transport.bulk.client import WorkerClient

PATIENCE = 60.0
MIB = 1024 * 1024
CRAWL = 2 * MIB
"""Bytes a second for who has to do something in the middle: some comes soon, 24 MiB in 12 s."""
HELD = 64 * 1024
"""Bytes a second at which no piece comes for 16 s, but a lane does not seem to be stalled."""
EAGER = (
    sys.executable,
    "-c",
    "from app.transport.bulk import worker; worker.NICE = 0; worker.main()",
)
"""A worker that gives way to nobody: beside a whole suite one that does comes to nothing."""
Wanted = TypeVar("Wanted", bound=msg.Notice)
_numbers = itertools.count(1)


class BulkPeer:
    """Keeps all notices; `home` is where this person's files lie."""

    def __init__(self, home: Path, command: Sequence[str] = EAGER) -> None:
        self.home = home
        self.notices: list[msg.Notice] = []
        self.deaths = 0
        self._news = asyncio.Event()
        self.client = WorkerClient(self._heard, self._died, command)

    def _heard(self, notice: msg.Notice) -> None:
        self.notices.append(notice)
        self._news.set()

    def _died(self) -> None:
        self.deaths += 1
        self._news.set()

    async def until(self, ready: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not ready():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            raise AssertionError(f"only {self.notices[-8:]}, deaths: {self.deaths}") from error

    async def heard(self, kind: type[Wanted], key: int) -> Wanted:
        """Return the last notice of a kind for a transfer or lane, when there is one."""
        found: list[Wanted] = []

        def is_there() -> bool:
            found[:] = [n for n in self.notices if isinstance(n, kind) and key_of(n) == key]
            return bool(found)

        await self.until(is_there)
        return found[-1]

    async def send(self, command: msg.Command) -> None:
        await self.client.send(command)

    @property
    def manifest(self) -> Path:
        return self.home / "app" / "manifest"

    @property
    def state(self) -> Path:
        return self.home / "app" / "state"

    @property
    def inbox(self) -> Path:
        """The folder that is received into."""
        folder = self.home / "inbox"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    async def offer(self, path: Path) -> msg.Prepared:
        """Prepare a path and serve it; the transfer is `path`'s own number."""
        number = next(_numbers)
        await self.send(msg.Prepare(number, str(path), str(self.manifest)))
        prepared = await self.heard(msg.Prepared, number)
        await self.send(msg.Serve(number, prepared.root, str(path), str(self.manifest)))
        return prepared

    async def fetch(self, offered: msg.Prepared, *earlier: msg.Earlier, name: str = "") -> int:
        """Begin to fetch, or go on; return the number of the transfer.

        `name` tells the files of one transfer from those of another.
        """
        number = next(_numbers)
        await self.send(
            msg.Fetch(
                number,
                offered.root,
                offered.size,
                str(self.inbox),
                f"{self.manifest}{name}",
                f"{self.state}{name}",
                earlier,
            )
        )
        return number

    async def stop(self, transfer: int, *, delete: bool = False) -> None:
        self.notices = [n for n in self.notices if not isinstance(n, msg.Stopped)]
        await self.send(msg.Stop(transfer, delete))
        await self.heard(msg.Stopped, transfer)

    def kill(self) -> None:
        """As `kill -9` does."""
        if self.client.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.client.pid, 9)

    async def close(self) -> None:
        await self.client.close()


def key_of(notice: msg.Notice) -> int:
    if isinstance(notice, msg.LaneReady | msg.LaneUp | msg.LaneDown):
        return notice.lane
    return notice.transfer


async def connect(
    one: BulkPeer, its: int, other: BulkPeer, others: int, way: msg.Way = "direct"
) -> tuple[int, int]:
    """Make a lane between two transfers as the app would; return its numbers."""
    if way != "direct":
        return await connect_rtc(one, its, other, others, way=way)
    lanes = next(_numbers), next(_numbers)
    await one.send(msg.OpenLane(its, lanes[0]))
    await other.send(msg.OpenLane(others, lanes[1]))
    ready = await one.heard(msg.LaneReady, lanes[0])
    other_ready = await other.heard(msg.LaneReady, lanes[1])
    token = os.urandom(32)
    await one.send(meet(lanes[0], other_ready, token))
    await other.send(meet(lanes[1], ready, token))
    return lanes


async def connect_rtc(  # noqa: PLR0913 - two ends, and what they may use
    one: BulkPeer,
    its: int,
    other: BulkPeer,
    others: int,
    *,
    way: msg.Way = "webrtc",
    servers: tuple[tuple[msg.IceServer, ...], tuple[msg.IceServer, ...]] = ((), ()),
) -> tuple[int, int]:
    """Make a lane over WebRTC, which `one` offers; `servers` are those of each.

    Who offers without a server of its own leaves relaying to the other one.
    """
    lanes = next(_numbers), next(_numbers)
    offered: msg.Way = way if servers[0] else "webrtc"
    await one.send(msg.OpenLane(its, lanes[0], offered, b"", servers[0]))
    offer = await one.heard(msg.LaneReady, lanes[0])
    await other.send(msg.OpenLane(others, lanes[1], way, offer.description, servers[1]))
    answer = await other.heard(msg.LaneReady, lanes[1])
    token = os.urandom(32)
    await other.send(msg.ConnectLane(lanes[1], b"", token, ()))
    await one.send(msg.ConnectLane(lanes[0], b"", token, (), answer.description))
    return lanes


def meet(lane: int, peer: msg.LaneReady, token: bytes) -> msg.ConnectLane:
    addresses = (("127.0.0.1", peer.port),)
    return msg.ConnectLane(lane, peer.certificate, token, addresses)


def tree(path: Path) -> dict[str, bytes | None]:
    """Everything below a folder: files with what is in them, folders with None."""
    return {
        str(one.relative_to(path)): one.read_bytes() if one.is_file() else None
        for one in path.rglob("*")
    }
