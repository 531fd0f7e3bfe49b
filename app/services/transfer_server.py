"""Answers peers: who may have a lane, who is through with what we offered."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.domain.ids import EventId, PeerId, RoomId
from app.protocol.frames import TRANSFERS, Aside
from app.protocol.transfer_frames import (
    Available,
    LaneAsked,
    LaneGranted,
    LaneRefused,
    Settled,
    SettledHeard,
)
from app.services.allowance import Allowance
from app.services.peer_link import PeerLink
from app.services.transfer_book import THROUGH, Entry, TransferBook
from app.services.transfer_fetcher import TransferFetcher
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_lane_end import LaneEnd
from app.services.transfer_lanes import TransferLanes
from app.services.transfer_terms import RANKS

MAX_PENDING = 16
MAX_GONE = 64
UNSAID = frozenset({"worker-died", "lane-lost", "stalled"})
"""Ends of a lane on which no goodbye went over it."""
ASKED = 64, 2.0
"""Lanes that a peer gets at once, and then a second."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServerParts:
    """What answers are made from. `links` gives all links that are up."""

    book: TransferBook
    jobs: TransferJobs
    lanes: TransferLanes
    fetcher: TransferFetcher
    links: Callable[[], Iterable[PeerLink]]
    spawn: Callable[[Coroutine[Any, Any, None]], object]


class TransferServer:
    """What is said is believed of members of the room alone, over a link on which it is open."""

    def __init__(self, parts: ServerParts) -> None:
        self._book = parts.book
        self._jobs = parts.jobs
        self._lanes = parts.lanes
        self._fetcher = parts.fetcher
        self._links = parts.links
        self._spawn_any = parts.spawn
        self._pending = Counter[PeerId]()
        self._asked: dict[PeerId, Allowance] = {}
        self._gone: dict[PeerId, deque[int]] = {}

    def received(self, link: PeerLink, frame: Aside) -> None:
        """Deal with what a peer says of files."""
        match frame:
            case LaneAsked():
                self._spawn(link.peer, partial(self._answer, link, frame))
            case LaneGranted():
                self._lanes.granted(link.peer, frame)
            case LaneRefused():
                self._lanes.refused(link.peer, frame)
            case Settled():
                self._spawn(link.peer, partial(self._settled, link, frame))
            case SettledHeard(transfer):
                self._spawn(link.peer, partial(self._heard, link.peer, EventId(transfer)))
            case Available(room, transfer):
                entry = self._book.find(EventId(transfer))
                if entry is not None and entry.room == room:
                    self._fetcher.nudge(entry, link.peer)

    def _spawn(self, peer: PeerId, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do so much at a time for a peer and no more: what comes too fast is dropped."""
        if self._pending[peer] < MAX_PENDING:
            self._pending[peer] += 1
            self._spawn_any(self._counted(peer, work))

    async def _counted(self, peer: PeerId, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        finally:
            self._pending[peer] -= 1

    async def _answer(self, link: PeerLink, asked: LaneAsked) -> None:
        entry = self._book.find(EventId(asked.transfer))
        code = "not-here"
        if entry is not None and entry.room == asked.room and link.shares(entry.room):
            code = self._refusal(entry, link.peer, asked.way)
        if entry is None or code:
            link.send(LaneRefused(asked.lane, code))
            return
        try:
            await self._lanes.grant(entry, link, asked)
        except AppError as error:
            log.info("no lane: %s", error)
            self._fetcher.nudge(entry)

    def _like(self, entry: Entry, peer: PeerId, way: int) -> list[LaneEnd]:
        """Return the lanes to a peer that go the same way."""
        return [end for end in self._lanes.to(entry, peer) if RANKS[end.lane] == way]

    def lost(self, end: LaneEnd, code: str) -> None:
        """Tell a peer of a lane whose end it may not notice for long.

        It is told again on the next link: what ended the lane may have ended this one too.
        """
        if end.theirs is not None and code in UNSAID:
            self._gone.setdefault(end.peer, deque(maxlen=MAX_GONE)).append(end.theirs)
            for link in self._links():
                if link.peer == end.peer:
                    link.send(LaneRefused(end.theirs, "gone"))

    def _refusal(self, entry: Entry, peer: PeerId, way: int) -> str:
        """Return why a member gets no lane, "" if it does."""
        if entry.state is TransferState.CANCELLED:
            return "cancelled"
        if entry.state is TransferState.PAUSED:
            return "paused"
        if not self._jobs.can_serve(entry):
            return "not-here"
        if not self._lanes.terms.allows(way):
            return "unknown-way"
        before = self._like(entry, peer, way)
        if self._book.me < peer and any(end.asked and not end.up for end in before):
            return "crossed"
        free = self._asked.setdefault(peer, Allowance(*ASKED)).spend(_now())
        return "" if free and (before or not self._lanes.is_full) else "busy"

    # -- who is through

    def opened(self, link: PeerLink, room: RoomId) -> None:
        """Say again what the author may not have heard, and look whether the peer has anything."""
        self._fetcher.moved(link.peer)
        self._lanes.relinked(link)
        for number in self._gone.pop(link.peer, ()):
            link.send(LaneRefused(number, "gone"))
        for entry in self._book.in_room(room):
            self._fetcher.nudge(entry, link.peer)
            if entry.record.author == link.peer:
                self._settle(link, entry)

    def settle(self, entry: Entry) -> None:
        """Tell the author, if it is there, that we are through."""
        for link in self._links():
            if link.peer == entry.record.author and link.shares(entry.room):
                self._settle(link, entry)

    def _settle(self, link: PeerLink, entry: Entry) -> None:
        if entry.state in THROUGH and not entry.record.told and link.features & TRANSFERS:
            link.send(Settled(entry.room, entry.event, entry.state.value))

    async def _settled(self, link: PeerLink, frame: Settled) -> None:
        entry = self._book.find(EventId(frame.transfer))
        known = {state.value: state for state in THROUGH}.get(frame.state)
        if known is None or entry is None or entry.room != frame.room:
            return
        if self._book.is_own(entry) and link.shares(entry.room):
            await self._book.settle(entry, link.peer, known)
            link.send(SettledHeard(entry.event))

    async def _heard(self, peer: PeerId, event: EventId) -> None:
        entry = self._book.find(event)
        if entry is not None and entry.record.author == peer and entry.state in THROUGH:
            entry.record.told = True
            await self._book.keep(entry)

    def announce(self, entry: Entry) -> None:
        """Tell members who are linked that they may ask us."""
        for link in self._links():
            if link.shares(entry.room) and link.features & TRANSFERS:
                link.send(Available(entry.room, entry.event))


def _now() -> float:
    return asyncio.get_running_loop().time()
