"""What the worker says, and what follows from it for transfers."""

from __future__ import annotations

import logging
from dataclasses import replace

from app.domain.files import TransferState
from app.domain.ids import PeerId
from app.protocol.worker_messages import (
    Done,
    Failed,
    LaneDown,
    LaneReady,
    LaneUp,
    Notice,
    Progress,
)
from app.services.transfer_acts import TenderParts
from app.services.transfer_book import FETCHING, Entry, Reached
from app.services.transfer_lane_end import LaneEnd
from app.services.transfer_rests import BLAMED
from app.services.transfer_terms import RANKS

log = logging.getLogger(__name__)


class WorkerNotices:
    """Implements `WorkerListener`."""

    def __init__(self, parts: TenderParts) -> None:
        self._book = parts.book
        self._jobs = parts.jobs
        self._lanes = parts.lanes
        self._fetcher = parts.fetcher
        self._server = parts.server
        self._spawn = parts.spawn

    def noticed(self, notice: Notice) -> None:
        match notice:
            case LaneReady() | LaneUp() | LaneDown():
                self._lanes.noticed(notice)
            case Progress():
                self._moved(notice)
            case Done(number, path):
                entry = self._jobs.entry(number)
                if entry is not None:
                    self._spawn(self._done(entry, path))
            case Failed(number, code):
                entry = self._jobs.over(number)
                if entry is not None:
                    log.info("a transfer failed: %s %s", code, notice.params)
                    self._spawn(self._failed(entry, code))

    def died(self) -> None:
        self._jobs.died()
        self._lanes.died()
        self._fetcher.nudge_all()

    def _moved(self, notice: Progress) -> None:
        entry = self._jobs.entry(notice.transfer)
        if entry is None:
            return
        if notice.lane is None:
            entry.record.done, entry.rate = notice.done, notice.rate
            entry.record.reused = max(entry.record.reused, notice.reused)
        elif (end := self._lanes.find(notice.lane)) is not None:
            best = self._lanes.to(entry, end.peer)[0].lane
            entry.blamed.pop(end.peer, None)
            entry.reached[end.peer] = Reached(notice.done, notice.rate, best)
        self._show(entry)

    def lane_changed(self, end: LaneEnd, code: str) -> None:
        """A lane is up, or down if there is a code."""
        entry = end.entry
        self._note_lanes(entry, end.peer)
        if code:
            if code in BLAMED and entry.state not in FETCHING:
                entry.blamed[end.peer] = code
            self._fetcher.down(end, code)
            self._server.lost(end, code)
        else:
            self._fetcher.up(end)
        self._show(entry)
        if not code and entry.state is TransferState.WAITING:
            self._server.announce(entry)
        elif code and entry.state not in FETCHING and not any(self._lanes.of(entry)):
            self._spawn(self._rest(entry))

    def _note_lanes(self, entry: Entry, peer: PeerId) -> None:
        """Show by which way the bytes travel now."""
        lanes = {one.lane for one in self._lanes.of(entry) if one.up}
        entry.lane = min(lanes, key=RANKS.__getitem__, default=entry.lane)
        last = entry.reached.get(peer)
        if last is None:
            return
        left = [one for one in self._lanes.to(entry, peer) if one.up]
        if left:
            entry.reached[peer] = replace(last, lane=left[0].lane)
        elif last.done < entry.record.offer.size:
            del entry.reached[peer]
        else:
            entry.reached[peer] = replace(last, rate=0.0)

    def _show(self, entry: Entry) -> None:
        if self._book.is_own(entry) or entry.state in FETCHING:
            self._book.moved(entry)

    async def _rest(self, entry: Entry) -> None:
        """Close what nobody fetches any more."""
        async with entry.turn:
            if entry.state not in FETCHING and not any(self._lanes.of(entry)):
                await self._jobs.stop(entry)

    async def _done(self, entry: Entry, path: str) -> None:
        async with entry.turn:
            if entry.state not in FETCHING:
                return
            await self._fetcher.stop(entry)
            entry.record.path, entry.record.done = path, entry.record.offer.size
            await self._book.change(entry, TransferState.DONE)
        self._server.settle(entry)
        self._server.announce(entry)
        if not any(self._lanes.of(entry)):
            await self._rest(entry)

    async def _failed(self, entry: Entry, code: str) -> None:
        async with entry.turn:
            await self._fetcher.stop(entry)
            entry.reached.clear()
            if entry.state is TransferState.DONE:
                entry.moved_away = True
            else:
                await self._book.change(entry, TransferState.FAILED, code)
