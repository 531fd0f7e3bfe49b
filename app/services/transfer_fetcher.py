"""Gets what was accepted: looks for whoever has it, again and again, until it is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from app.domain.errors import AppError
from app.domain.files import Lane, TransferState, WayTrouble
from app.domain.ids import PeerId
from app.protocol.frames import TRANSFERS
from app.services.background import Background
from app.services.peer_link import PeerLink
from app.services.transfer_book import Entry, TransferBook
from app.services.transfer_lane_end import LaneEnd
from app.services.transfer_lanes import TransferLanes
from app.services.transfer_rests import FAULTS, Rests
from app.services.transfer_seeker import LaneSeeker
from app.services.transfer_way_memory import WayMemory

MAX_GIVERS = 4
LOOK_EVERY = 10.0
"""Seconds between two looks at our own addresses while a lane goes a longer way."""
SHORT_LIFE = 1.0
"""Seconds below which a lane has not lasted, whatever came over it."""
BREAKS = frozenset({"lane-lost", "stalled"})
"""Ends of a lane for which the way may be to blame."""
LOCAL = frozenset({"worker-unavailable"})
"""Errors that lie with us; everything else may be otherwise with the next peer."""
LACKED = "not-there"
"""Why a transfer waits whose author is linked and has it no more."""
SURELY_LACKED = 2
"""So often in a row the author says so before it is told: the first time it may just have begun."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Hunt:
    """One transfer that is being fetched. `begun` is how much was here when a lane came up.

    `lacked` is how often in a row its author said that it has nothing of it.
    """

    task: asyncio.Task[None]
    wake: asyncio.Event
    rests: Rests = field(default_factory=Rests)
    asking: set[PeerId] = field(default_factory=set)
    begun: dict[LaneEnd, int] = field(default_factory=dict)
    lacked: int = 0
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class FetcherParts:
    """`links` gives all links that are up, `addresses` our own."""

    background: Background
    book: TransferBook
    lanes: TransferLanes
    memory: WayMemory
    links: Callable[[], Iterable[PeerLink]]
    addresses: Callable[[], list[str]]


class TransferFetcher:
    """For each transfer a task that asks members until everything is there."""

    def __init__(self, parts: FetcherParts) -> None:
        self._background = parts.background
        self._book = parts.book
        self._lanes = parts.lanes
        self._memory = parts.memory
        self._links = parts.links
        self._addresses = parts.addresses
        self._seeker = LaneSeeker(parts.lanes, parts.memory)
        self._own: frozenset[str] = frozenset()
        self._hunts: dict[Entry, _Hunt] = {}

    def start(self, entry: Entry) -> None:
        """Fetch a transfer that was accepted, until it is there or `stop` is called."""
        if entry not in self._hunts and self._background.is_open:
            wake = asyncio.Event()
            task = self._background.spawn(self._run(entry))
            self._hunts[entry] = _Hunt(task, wake)

    async def stop(self, entry: Entry) -> None:
        """Return when nobody is asked for it any more."""
        hunt = self._hunts.pop(entry, None)
        entry.troubles = ()
        if hunt is not None:
            hunt.task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.shield(asyncio.wait([hunt.task]))

    async def close(self) -> None:
        """Stop everything; it goes on after the next start."""
        for entry in tuple(self._hunts):
            await self.stop(entry)

    def nudge(self, entry: Entry, peer: PeerId | None = None) -> None:
        """Look again now; `peer` need not rest any more, or is elsewhere."""
        hunt = self._hunts.get(entry)
        if hunt is not None:
            if peer is not None:
                hunt.rests.wake(peer)
            hunt.wake.set()

    def nudge_all(self) -> None:
        """Look again now at everything."""
        for hunt in self._hunts.values():
            hunt.wake.set()

    def sought(self) -> set[PeerId]:
        """Return who offered what is being fetched."""
        return {entry.record.author for entry in self._hunts}

    def moved(self, peer: PeerId) -> None:
        """A new link came up: the peer may be reached otherwise now."""
        self._memory.renew(peer)

    def up(self, end: LaneEnd) -> None:
        """A lane came up, whoever asked for it."""
        hunt = self._hunts.get(end.entry)
        if hunt is not None:
            hunt.begun[end] = end.entry.record.done
            if end.peer == end.entry.record.author:
                hunt.lacked = 0
            hunt.wake.set()

    def down(self, end: LaneEnd, code: str) -> None:
        """A lane that was up has ended."""
        hunt = self._hunts.get(end.entry)
        if hunt is None:
            return
        grew = end.entry.record.done > hunt.begun.pop(end, end.entry.record.done)
        lasted = _now() - end.up_at >= SHORT_LIFE
        if grew and lasted:
            hunt.rests.fruitful(end.peer)
        if not end.leaving and (code in FAULTS or not grew or not lasted):
            hunt.rests.in_vain(end.peer, _now(), "" if grew and code == "stalled" else code)
        if not end.leaving and code in BREAKS:
            self._memory.broke(end.peer, _now())
        hunt.wake.set()

    async def _run(self, entry: Entry) -> None:
        hunt = self._hunts[entry]
        async with asyncio.TaskGroup() as group:
            while not hunt.is_over:
                hunt.wake.clear()
                self._look_at_addresses()
                for link, lane in self._wanted(entry, hunt):
                    hunt.asking.add(link.peer)
                    group.create_task(self._ask(entry, hunt, link, lane))
                await self._show(entry, hunt)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause(entry, hunt)):
                        await hunt.wake.wait()

    def _look_at_addresses(self) -> None:
        own = frozenset(self._addresses())
        if own != self._own:
            self._own = own
            self._memory.renew()

    def _wanted(self, entry: Entry, hunt: _Hunt) -> Iterator[tuple[PeerLink, Lane | None]]:
        """Yield whom to ask, with the lane to be replaced by a better one if there is one."""
        now, room = _now(), MAX_GIVERS - len(self._givers(entry) | hunt.asking)
        for link in self._open(entry):
            ends = self._lanes.to(entry, link.peer)
            if link.peer in hunt.asking or not hunt.rests.may_ask(link.peer, now):
                continue
            if ends and all(end.up for end in ends):
                allowed = self._seeker.allowed(link)
                if self._memory.better(link.peer, ends[0].lane, allowed, now):
                    yield link, ends[0].lane
            elif not ends and room > 0:
                room -= 1
                yield link, None

    def _givers(self, entry: Entry) -> set[PeerId]:
        return {end.peer for end in self._lanes.of(entry)}

    def _open(self, entry: Entry) -> list[PeerLink]:
        """Return the links to those who may have it, the author first."""
        found = [
            link for link in self._links() if link.features & TRANSFERS and link.shares(entry.room)
        ]
        return sorted(found, key=lambda link: link.peer != entry.record.author)

    async def _ask(self, entry: Entry, hunt: _Hunt, link: PeerLink, lane: Lane | None) -> None:
        try:
            if lane is None:
                await self._seeker.seek(entry, link)
            else:
                await self._seeker.improve(entry, link, lane)
        except AppError as error:
            log.info("no lane: %s", error)
            if error.code in LOCAL:
                await self._fail(entry, hunt, error.code)
            elif lane is None:
                hunt.rests.in_vain(link.peer, _now())
                if link.peer == entry.record.author:
                    hunt.lacked = hunt.lacked + 1 if error.code == "not-here" else 0
        finally:
            hunt.asking.discard(link.peer)
            hunt.wake.set()

    async def _fail(self, entry: Entry, hunt: _Hunt, code: str) -> None:
        if self._hunts.pop(entry, None) is not None:
            hunt.is_over = True
            await self._book.change(entry, TransferState.FAILED, code)

    async def _show(self, entry: Entry, hunt: _Hunt) -> None:
        """Say whether it moves or waits, and what for."""
        up = any(end.up for end in self._lanes.of(entry))
        state = TransferState.RUNNING if up else TransferState.WAITING
        reason = "" if up else hunt.rests.fault or self._lack(entry, hunt)
        troubles = () if up else tuple(self._troubles(entry))
        async with entry.turn:
            if entry not in self._hunts:
                return
            entry.troubles, before = troubles, entry.troubles
            if (entry.state, entry.record.reason) != (state, reason):
                await self._book.change(entry, state, reason)
            elif before != troubles:
                self._book.tell(entry)

    def _lack(self, entry: Entry, hunt: _Hunt) -> str:
        """Return why it waits for somebody who is there, "" if that is not known."""
        author = entry.record.author
        there = any(link.peer == author for link in self._open(entry))
        return LACKED if there and hunt.lacked >= SURELY_LACKED else ""

    def _troubles(self, entry: Entry) -> Iterator[WayTrouble]:
        for link in self._open(entry):
            for lane, code in self._memory.troubles(link.peer).items():
                yield WayTrouble(link.peer, lane, code)

    def _pause(self, entry: Entry, hunt: _Hunt) -> float | None:
        """Return how long to wait for news; None if nothing is due by itself."""
        now = _now()
        dues = [hunt.rests.deadline(now)]
        for link in self._open(entry):
            ends = self._lanes.to(entry, link.peer)
            if ends and ends[0].up and link.peer not in hunt.asking:
                allowed = self._seeker.allowed(link)
                due = self._memory.next_probe(link.peer, ends[0].lane, allowed)
                dues.append(None if due is None else min(due, now + LOOK_EVERY))
        known = [due for due in dues if due is not None]
        return max(min(known) - now, 0.05) if known else None


def _now() -> float:
    return asyncio.get_running_loop().time()
