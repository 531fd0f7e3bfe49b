"""Keeps a server connected to the bus, and carries what it says and hears."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

from signaling.cluster.bus import OPEN_SECONDS, Bus, BusError, Kept, Post
from signaling.cluster.company import LEASE, Company, Outgoing
from signaling.cluster.records import Ask, Record, encode, wholes

RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0)
RECORDS_PER_FRAME = 64
SEND_SECONDS = 10.0
# Our own beat comes back to us: when it does not, the bus is broken.
SILENT_SECONDS = LEASE + 0.5

logger = logging.getLogger("signaling.cluster")

Heard = Callable[[bytes], Awaitable[None]]


class Member:
    """`make` returns a new connection to the bus; `heard` is given each frame."""

    def __init__(self, company: Company, make: Callable[[], Bus], heard: Heard) -> None:
        self._company = company
        self._make = make
        self._heard = heard
        self._pending = asyncio.Event()
        company.wake = self._pending.set

    async def run(self) -> None:
        """Stay connected until cancelled."""
        failures = 0
        while True:
            bus = self._make()
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    await bus.open()
                logger.info("the bus is there")
                failures = 0
                await self._serve(bus)
            except (BusError, TimeoutError) as error:
                level = logging.DEBUG if failures else logging.WARNING
                logger.log(level, "the bus is away: %s", error)
            finally:
                self._company.lost()
                await bus.close()
            await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
            failures += 1

    async def _serve(self, bus: Bus) -> None:
        self._company.joined(time.monotonic())
        work = [asyncio.create_task(self._send(bus)), asyncio.create_task(self._receive(bus))]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _send(self, bus: Bus) -> None:
        while not _is_cancelled():
            await self._pending.wait()
            self._pending.clear()
            out = self._company.take()
            async with asyncio.timeout(SEND_SECONDS):
                await bus.send(self._post(out, keeps=bus.keeps))
                for server in out.wanted if bus.keeps else ():
                    await self._fetch(bus, server)

    async def _receive(self, bus: Bus) -> None:
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                frame = await bus.receive()
            await self._heard(frame)

    async def _fetch(self, bus: Bus, server: bytes) -> None:
        kept = await bus.fetch(server)
        if kept is not None:
            entries = (entry for entry in kept.entries.values() if entry is not None)
            for frame in _frames(wholes(server, kept.number, entries)):
                await self._heard(frame)

    def _post(self, out: Outgoing, *, keeps: bool) -> Post:
        frames = [(b"", frame) for frame in _frames(out.to_all)]
        for server, records in out.to_one.items():
            frames += [(server, frame) for frame in _frames(records)]
        kept = None
        if keeps and (out.to_all or out.anew):
            entries = {peer: self._company.entry(peer) for peer in out.changed}
            kept = Kept(self._company.server, out.number, entries, out.anew)
        elif not keeps:
            ask = encode([Ask(self._company.server)])
            frames += [(server, ask) for server in out.wanted]
        return Post(frames, kept)


def _is_cancelled() -> bool:
    """Tell what redis-py may have kept from us: it swallows cancellations while it tidies up."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _frames(records: Sequence[Record]) -> Iterator[bytes]:
    for start in range(0, len(records), RECORDS_PER_FRAME):
        yield encode(records[start : start + RECORDS_PER_FRAME])
