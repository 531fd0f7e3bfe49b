"""Lanes between us and peers: agreed on over links, made by the worker."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.protocol.transfer_frames import LaneAsked, LaneGranted, LaneRefused
from app.protocol.worker_messages import (
    CloseLane,
    ConnectLane,
    LaneDown,
    LaneReady,
    LaneUp,
    OpenLane,
)
from app.services.peer_link import PeerLink
from app.services.transfer_book import Entry
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_ways import offered, usable
from app.services.transfer_worker import Workshop

PATIENCE = 10.0
"""Seconds for each step of making a lane."""
MAX_LANES = 48
TOKEN_SIZE = 32


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class LaneEnd:
    """Our end of a lane that is there or is being made. `asked` if we asked for it."""

    number: int
    entry: Entry
    peer: PeerId
    asked: bool
    up: bool = False
    ready: asyncio.Future[LaneReady] = field(default_factory=_future)
    granted: asyncio.Future[LaneGranted] = field(default_factory=_future)
    met: asyncio.Future[None] = field(default_factory=_future)


class TransferLanes:
    """`on_change` is told of a lane that went up or down, with a code if it went down."""

    def __init__(
        self,
        me: PeerId,
        workshop: Workshop,
        jobs: TransferJobs,
        addresses: Callable[[], list[str]],
        on_change: Callable[[LaneEnd, str], None],
    ) -> None:
        self._me = me
        self._workshop = workshop
        self._jobs = jobs
        self._addresses = addresses
        self._on_change = on_change
        self._ends: dict[int, LaneEnd] = {}

    def find(self, number: int) -> LaneEnd | None:
        return self._ends.get(number)

    def of(self, entry: Entry) -> Iterator[LaneEnd]:
        """Yield the lanes of a transfer."""
        return (end for end in tuple(self._ends.values()) if end.entry is entry)

    def to(self, entry: Entry, peer: PeerId) -> LaneEnd | None:
        return next((end for end in self.of(entry) if end.peer == peer), None)

    def with_peer(self, peer: PeerId) -> list[LaneEnd]:
        return [end for end in self._ends.values() if end.peer == peer]

    @property
    def is_full(self) -> bool:
        return len(self._ends) >= MAX_LANES

    async def ask(self, entry: Entry, link: PeerLink) -> None:
        """Make a lane to a peer. Raises AppError: what the peer or the worker says, or no way."""
        end = await self._open(entry, link.peer, asked=True)
        try:
            async with asyncio.timeout(PATIENCE):
                ready = await end.ready
                token = os.urandom(TOKEN_SIZE)
                ways = offered(self._addresses(), ready.port)
                certificate = ready.certificate
                link.send(LaneAsked(entry.room, entry.event, end.number, certificate, token, ways))
                granted = await end.granted
            await self._meet(end, granted.certificate, token, granted.addresses)
        except TimeoutError as error:
            raise AppError("no-answer") from error
        finally:
            if not end.up:
                await self._give_up(end)

    async def grant(self, entry: Entry, link: PeerLink, asked: LaneAsked) -> None:
        """Make a lane that a peer has asked for. Raises AppError."""
        end = await self._open(entry, link.peer, asked=False)
        try:
            async with asyncio.timeout(PATIENCE):
                ready = await end.ready
            ways = offered(self._addresses(), ready.port)
            link.send(LaneGranted(asked.lane, ready.certificate, ways))
            await self._meet(end, asked.certificate, asked.token, asked.addresses)
        except TimeoutError as error:
            raise AppError("no-answer") from error
        finally:
            if not end.up:
                await self._give_up(end)

    async def _open(self, entry: Entry, peer: PeerId, *, asked: bool) -> LaneEnd:
        job = await self._jobs.ensure(entry)
        end = LaneEnd(self._workshop.number(), entry, peer, asked)
        self._ends[end.number] = end
        try:
            await self._workshop.send(OpenLane(job, end.number))
        except AppError:
            self._ends.pop(end.number, None)
            raise
        return end

    async def _meet(
        self, end: LaneEnd, certificate: bytes, token: bytes, addresses: list[tuple[str, int]]
    ) -> None:
        ways = usable(addresses, self._addresses())
        await self._workshop.send(ConnectLane(end.number, certificate, token, ways))
        async with asyncio.timeout(PATIENCE):
            await end.met

    async def _give_up(self, end: LaneEnd) -> None:
        if self._ends.pop(end.number, None) is not None:
            with suppress(AppError):
                await self._workshop.send(CloseLane(end.number))

    def close(self, end: LaneEnd) -> Awaitable[None]:
        """Let go of a lane, whatever its state."""
        self._fail(end, "stopped")
        return self._give_up(end)

    # -- what is heard

    def granted(self, peer: PeerId, frame: LaneGranted) -> None:
        end = self._ends.get(frame.lane)
        if end is not None and end.peer == peer and end.asked and not end.granted.done():
            end.granted.set_result(frame)

    def refused(self, peer: PeerId, frame: LaneRefused) -> None:
        end = self._ends.get(frame.lane)
        if end is not None and end.peer == peer and end.asked and not end.granted.done():
            end.granted.set_exception(AppError(frame.code))

    def noticed(self, notice: LaneReady | LaneUp | LaneDown) -> None:
        """The worker says what became of a lane."""
        end = self._ends.get(notice.lane)
        if end is None:
            return
        match notice:
            case LaneReady() if not end.ready.done():
                end.ready.set_result(notice)
            case LaneUp() if not end.met.done():
                end.up = True
                end.met.set_result(None)
                self._on_change(end, "")
            case LaneDown(_, code):
                del self._ends[end.number]
                self._fail(end, code)

    def died(self) -> None:
        """All lanes are gone with the worker."""
        ends, self._ends = list(self._ends.values()), {}
        for end in ends:
            self._fail(end, "worker-died")

    def _fail(self, end: LaneEnd, code: str) -> None:
        was_up, end.up = end.up, False
        for step in (end.ready, end.granted, end.met):
            if not step.done():
                step.set_exception(AppError(code))
                step.exception()  # nobody may be waiting for this one
        if was_up:
            self._on_change(end, code)
