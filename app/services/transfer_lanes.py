"""Lanes between us and peers: agreed on over links, made by the worker."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from app.domain.errors import AppError
from app.domain.files import Lane
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
from app.services.transfer_lane_end import LaneEnd
from app.services.transfer_terms import ALL_WAYS, RANKS, LaneTerms
from app.services.transfer_ways import offered, usable
from app.services.transfer_worker import Workshop

PATIENCE = 10.0
"""Seconds for each step of making a lane."""
STARTS_WITHIN = 30.0
"""Seconds in which our own worker says that it is ready: it gives way to all else, and begins at
the beginning if it is given up."""
STALE_AFTER = 1.0
"""Seconds after which a peer knows of a lane that came up."""
LAST_WORDS = 1.0
"""Seconds that our worker has for saying why a lane ended of which a peer says that it is gone."""
MAX_LANES = 48
TOKEN_SIZE = 32
REFUSALS = frozenset({"not-here", "cancelled", "paused", "busy", "crossed", "unknown-way"})
WAY_CODES = frozenset(
    {
        "bad-certificate",
        "bad-description",
        "bad-token",
        "no-answer",
        "no-direct-way",
        "no-relay",
        "no-webrtc-way",
        "unknown-way",
    }
)
"""Errors after which another way may lead to the same peer."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class LaneParts:
    """`addresses` are our own, `terms` what people allow now. `spawn` runs what need not be waited
    for."""

    workshop: Workshop
    jobs: TransferJobs
    addresses: Callable[[], list[str]]
    terms: Callable[[], LaneTerms]
    spawn: Callable[[Coroutine[Any, Any, None]], None]


class TransferLanes:
    """`on_change` is told of a lane that came up, or with a code of one that ended."""

    def __init__(self, parts: LaneParts, on_change: Callable[[LaneEnd, str], None]) -> None:
        self._workshop = parts.workshop
        self._jobs = parts.jobs
        self._addresses = parts.addresses
        self._terms = parts.terms
        self._spawn = parts.spawn
        self._on_change = on_change
        self._ends: dict[int, LaneEnd] = {}

    @property
    def terms(self) -> LaneTerms:
        """What is allowed now."""
        return self._terms()

    def find(self, number: int) -> LaneEnd | None:
        return self._ends.get(number)

    def of(self, entry: Entry) -> Iterator[LaneEnd]:
        """Yield the lanes of a transfer."""
        return (end for end in tuple(self._ends.values()) if end.entry is entry)

    def to(self, entry: Entry, peer: PeerId) -> list[LaneEnd]:
        """Return those to one peer, the best first."""
        ends = [end for end in self.of(entry) if end.peer == peer]
        return sorted(ends, key=lambda end: (not end.up, RANKS[end.lane]))

    def with_peer(self, peer: PeerId) -> list[LaneEnd]:
        return [end for end in self._ends.values() if end.peer == peer]

    @property
    def is_full(self) -> bool:
        return len(self._ends) >= MAX_LANES

    async def ask(self, entry: Entry, link: PeerLink, lane: Lane) -> None:
        """Make a lane to a peer. Raises AppError: what the peer or the worker says, or no way."""
        async with self._made(entry, link.peer, lane) as end:
            end.over = link
            ready = await _within(end.ready, STARTS_WITHIN)
            token, listening = os.urandom(TOKEN_SIZE), self._listening(ready)
            way = RANKS[lane], ready.description
            link.send(
                LaneAsked(
                    entry.room, entry.event, end.number, ready.certificate, token, listening, *way
                )
            )
            await self._meet(end, await _within(end.granted), token)

    async def grant(self, entry: Entry, link: PeerLink, asked: LaneAsked) -> None:
        """Make a lane that a peer has asked for, by a way that is allowed. Raises AppError."""
        async with self._made(entry, link.peer, ALL_WAYS[asked.way], asked) as end:
            try:
                ready = await _within(end.ready)
            except AppError as error:
                link.send(LaneRefused(asked.lane, error.code))
                raise
            listening = self._listening(ready)
            link.send(LaneGranted(asked.lane, ready.certificate, listening, ready.description))
            await self._meet(end, asked, asked.token)

    @asynccontextmanager
    async def _made(
        self, entry: Entry, peer: PeerId, lane: Lane, asked: LaneAsked | None = None
    ) -> AsyncIterator[LaneEnd]:
        """Begin a lane, and forget it if it is not up in the end."""
        job = await self._jobs.ensure(entry)
        theirs = asked.lane if asked is not None else None
        if asked is not None:
            self._replace(entry, peer, lane)
        end = LaneEnd(self._workshop.number(), entry, peer, lane, theirs)
        way, servers = self._terms().opening(lane, asked=end.asked)
        offer = asked.description if asked is not None else b""
        self._ends[end.number] = end
        try:
            await self._workshop.send(OpenLane(job, end.number, way, offer, servers))
            yield end
        except TimeoutError as error:
            raise AppError("no-answer") from error
        finally:
            if not end.up:
                await self._give_up(end)

    def _replace(self, entry: Entry, peer: PeerId, lane: Lane) -> None:
        """Let go of what a peer has given up that asks for another lane.

        A way that is not better is asked for only where there is none, or none yet.
        """
        stale = asyncio.get_running_loop().time() - STALE_AFTER
        for end in self.to(entry, peer):
            is_worse = RANKS[lane] > RANKS[end.lane] and end.up and end.up_at < stale
            if end.lane is lane or is_worse:
                del self._ends[end.number]
                self._fail(end, "stopped")
                self._spawn(self._workshop.send(CloseLane(end.number)))

    def _listening(self, ready: LaneReady) -> list[tuple[str, int]]:
        return offered(self._addresses(), ready.port) if ready.port else []

    async def _meet(self, end: LaneEnd, theirs: LaneAsked | LaneGranted, token: bytes) -> None:
        ways = usable(theirs.addresses, self._addresses())
        answer = theirs.description if end.asked else b""
        await self._workshop.send(
            ConnectLane(end.number, theirs.certificate, token, ways, description=answer)
        )
        await _within(end.met)

    async def _give_up(self, end: LaneEnd) -> None:
        if self._ends.pop(end.number, None) is not None:
            with suppress(AppError):
                await self._workshop.send(CloseLane(end.number))

    async def close(self, end: LaneEnd, code: str = "stopped") -> None:
        """Let go of a lane, whatever its state."""
        self._fail(end, code)
        await self._give_up(end)

    async def close_forbidden(self) -> None:
        """Let go of lanes that go a way that is not allowed any more."""
        for end in list(self._ends.values()):
            if end.lane not in self.terms.ways:
                await self.close(end)

    def _leave_worse(self, entry: Entry, peer: PeerId) -> None:
        """Of several lanes to one peer keep the best: the others finish what they are at."""
        up = [end for end in self.to(entry, peer) if end.up]
        for end in up[1:]:
            if RANKS[end.lane] > RANKS[up[0].lane] and not end.leaving:
                end.leaving = True
                self._spawn(self._workshop.send(CloseLane(end.number, gently=True)))

    # -- what is heard

    def relinked(self, link: PeerLink) -> None:
        """A link came up: what its peer was asked over one before will not be answered."""
        for end in self.with_peer(link.peer):
            if end.over not in (None, link) and not end.granted.done():
                end.granted.set_exception(AppError("lane-lost"))
                end.granted.exception()  # it may still be waiting for the worker

    def granted(self, peer: PeerId, frame: LaneGranted) -> None:
        end = self._ends.get(frame.lane)
        if end is not None and end.peer == peer and end.asked and not end.granted.done():
            end.granted.set_result(frame)

    def refused(self, peer: PeerId, frame: LaneRefused) -> None:
        """A peer will not make a lane, or has lost one that was up."""
        end = self._ends.get(frame.lane)
        if end is None or end.peer != peer or not end.asked:
            return
        if end.granted.done():
            self._spawn(self._believe_lost(end))
        else:
            known = frame.code in REFUSALS or frame.code in WAY_CODES
            end.granted.set_exception(AppError(frame.code if known else "not-here"))

    async def _believe_lost(self, end: LaneEnd) -> None:
        """Let our worker say first why a lane ended: it may be the one that ended it, for cause."""
        await asyncio.sleep(LAST_WORDS)
        if self._ends.get(end.number) is end:
            await self.close(end, "lane-lost")

    def noticed(self, notice: LaneReady | LaneUp | LaneDown) -> None:
        """The worker says what became of a lane."""
        end = self._ends.get(notice.lane)
        if end is None:
            return
        match notice:
            case LaneReady() if not end.ready.done():
                end.ready.set_result(notice)
            case LaneUp() if not end.met.done():
                end.rise()
                self._leave_worse(end.entry, end.peer)
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
        if end.fail(code):
            self._on_change(end, code)


async def _within(step: Awaitable[Answer], seconds: float | None = None) -> Answer:
    async with asyncio.timeout(PATIENCE if seconds is None else seconds):
        return await step
