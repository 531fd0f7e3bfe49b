"""Keeps transfers going: what is accepted is fetched, what is here is served."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.domain.changes import (
    Change,
    HistoryDeleted,
    MemberChanged,
    MessagesAdded,
    MessagesChanged,
    MessagesRemoved,
    RoomChanged,
    RoomRemoved,
)
from app.domain.contacts import ContactChanged
from app.domain.errors import AppError
from app.domain.files import Lane, TransferState
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Aside
from app.protocol.worker_messages import (
    Cap,
    Done,
    Failed,
    LaneDown,
    LaneReady,
    LaneUp,
    Notice,
    Progress,
)
from app.services.background import Background
from app.services.connection_manager import ConnectionManager
from app.services.transfer_book import FETCHING, Entry, Reached, TransferBook
from app.services.transfer_bulk import Bulk
from app.services.transfer_fetcher import TransferFetcher
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_lanes import LaneEnd, TransferLanes
from app.services.transfer_server import ServerParts, TransferServer
from app.services.transfer_settings import SettingsKeeper, check_folder
from app.services.transfer_worker import Workshop

log = logging.getLogger(__name__)


class TransferTender:
    """Implements `Listener`, `WorkerListener` and a listener of the feed."""

    def __init__(
        self,
        background: Background,
        book: TransferBook,
        manager: ConnectionManager,
        settings: SettingsKeeper,
        bulk: Bulk,
    ) -> None:
        self.book = book
        self.workshop = Workshop(bulk.make)
        self.workshop.listener = self
        self.jobs = TransferJobs(self.workshop, book, bulk.folder)
        self._background = background
        self._manager = manager
        self._settings = settings
        self._folder = bulk.folder
        self._rooms: set[RoomId] = set()
        links = manager.links
        self._lanes = TransferLanes(
            book.me, self.workshop, self.jobs, bulk.addresses, self._lane_changed
        )
        self._fetcher = TransferFetcher(background, book, self._lanes, links)
        self._server = TransferServer(
            ServerParts(book, self.jobs, self._lanes, self._fetcher, links, self._spawn)
        )

    async def start(self) -> None:
        """Take up everything that was under way."""
        await self._settings.load()
        await self.cap()
        await self.book.load()
        self._rooms.update(self.book.shown())
        await self._catch_up()
        await self._look_for_offers()
        for entry in self.book.all():
            if entry.state in FETCHING:
                await self.book.change(entry, TransferState.WAITING)
                self._fetcher.start(entry)

    async def _catch_up(self) -> None:
        """Do what could not be done any more when a message went and the program ended."""
        gone, taken_back = await self.book.astray()
        for entry in gone:
            await self._forget(entry)
        for entry in taken_back:
            await self.withdrawn(entry)

    async def close(self) -> None:
        """End the worker; what ran goes on after the next start."""
        await self._fetcher.close()
        self.book.close()
        await self.workshop.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._background.is_open:
            task = self._background.spawn(_patiently(work))
            task.add_done_callback(lambda _: work.close())  # it may end before its first step
        else:
            work.close()

    # -- what people want

    async def accept(self, entry: Entry, folder: Path | None) -> None:
        """Fetch into `folder`. Raises AppError."""
        async with entry.turn:
            if entry.state is TransferState.CANCELLED:
                raise AppError("transfer-over")
            if entry.state in FETCHING or self._is_there(entry):
                return
            target = folder or self._settings.current.folder
            make = folder is None or self._settings.is_default(target)
            missing = entry.record.offer.size - entry.record.done
            await asyncio.to_thread(check_folder, target, missing, make=make)
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            await self._begin(entry, target)

    def _is_there(self, entry: Entry) -> bool:
        return entry.state is TransferState.DONE and Path(entry.record.path).exists()

    async def _begin(self, entry: Entry, target: Path) -> None:
        record = entry.record
        if record.state is TransferState.DONE or str(target) != record.folder:
            await self.jobs.stop(entry, delete=record.state is not TransferState.DONE)
            self.jobs.clean(record.files)
            record.done = 0
        record.folder, record.path, record.told = str(target), "", False
        await self.book.change(entry, TransferState.WAITING)
        self._fetcher.start(entry)

    async def drop(self, entry: Entry) -> None:
        """Decline an offer, or stop fetching and delete what came."""
        async with entry.turn:
            await self._end(entry, TransferState.DECLINED, delete=True)
        self._server.settle(entry)

    async def pause(self, entry: Entry) -> None:
        """Fetch or serve no more for now."""
        async with entry.turn:
            await self._end(entry, TransferState.PAUSED, delete=False)

    async def serve_again(self, entry: Entry) -> None:
        """Serve an own offer that was paused, or could not be served."""
        async with entry.turn:
            if entry.state in (TransferState.PAUSED, TransferState.FAILED):
                await self.book.change(entry, TransferState.OFFERED)
        self._server.announce(entry)

    async def withdrawn(self, entry: Entry) -> None:
        """The message that offered it is deleted. What we have got whole stays."""
        async with entry.turn:
            if entry.state is TransferState.DONE and not self.book.is_own(entry):
                entry.moved_away = True
                await self.jobs.stop(entry)
            elif entry.state is not TransferState.CANCELLED:
                own = self.book.is_own(entry)
                await self._end(entry, TransferState.CANCELLED, delete=not own)
                if own:
                    self.jobs.clean(entry.record.files)

    async def _end(self, entry: Entry, state: TransferState, *, delete: bool) -> None:
        entry.record.state = state  # from now on nobody is let in while it is being stopped
        try:
            await self._fetcher.stop(entry)
            await self.jobs.stop(entry, delete=delete)
        finally:
            entry.reached.clear()
            if delete:
                entry.record.done, entry.record.told = 0, False
            await self.book.change(entry, state)

    async def _forget(self, entry: Entry) -> None:
        """The message is shown no more here."""
        whole = entry.state is TransferState.DONE
        async with entry.turn:
            await self._fetcher.stop(entry)
            await self.jobs.stop(entry, delete=not whole and not self.book.is_own(entry))
            self.jobs.clean(entry.record.files)
            await self.book.forget(entry)

    async def cap(self) -> None:
        """Let the worker know how fast it may be, now and whenever it starts."""
        current = self._settings.current
        self.workshop.greeting = Cap(current.cap_up, current.cap_down)
        if self.workshop.is_running:
            await self.workshop.send(self.workshop.greeting)

    # -- what the feed says

    def heard(self, change: Change) -> None:
        match change:
            case MessagesAdded(_, messages) if any(view.file for view in messages):
                self._spawn(self._look_for_offers())
            case MessagesChanged(_, messages):
                deleted = (view.event for view in messages if view.deleted)
                for entry in filter(None, map(self.book.find, deleted)):
                    self._spawn(self.withdrawn(entry))
            case MessagesRemoved(_, events):
                for entry in filter(None, map(self.book.find, events)):
                    self._spawn(self._forget(entry))
            case MemberChanged() | ContactChanged():
                self._company_changed(change)
            case HistoryDeleted(room) | RoomRemoved(room):
                self._rooms.discard(room)
                for entry in self.book.in_room(room):
                    self._spawn(self._forget(entry))
            case RoomChanged(summary) if summary.room not in self._rooms:
                self._rooms.add(summary.room)
                self._spawn(self._look_for_offers())

    def _company_changed(self, change: MemberChanged | ContactChanged) -> None:
        match change:
            case MemberChanged(room, peer, _, "left" | "removed"):
                self._spawn(self._part(peer, room))
            case ContactChanged(contact) if contact.state == "blocked":
                self._spawn(self._part(contact.peer))

    async def _part(self, peer: PeerId, room: RoomId | None = None) -> None:
        """Give somebody nothing any more, of one room or at all."""
        for end in self._lanes.with_peer(peer):
            if room in (None, end.entry.room):
                await self._lanes.close(end)

    async def _look_for_offers(self) -> None:
        for entry in await self.book.missing():
            record = entry.record
            if self._settings.accepts(record.author, record.offer.size):
                with suppress(AppError):  # it waits for an answer then
                    await self.accept(entry, self._settings.current.auto_folder)

    # -- what links say

    def opened(self, peer: PeerId, room: RoomId) -> None:
        link = self._manager.live(peer)
        if link is not None:
            self._server.opened(link, room)

    def ended(self, peer: PeerId) -> None:
        """Lanes outlive a link: they end by themselves if the peer is gone."""

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._manager.live(peer)
        if link is not None:
            self._server.received(link, frame)

    def read(self, room: RoomId) -> None:
        """Nothing follows from it for files."""

    # -- what the worker says

    def noticed(self, notice: Notice) -> None:
        match notice:
            case LaneReady() | LaneUp() | LaneDown():
                self._lanes.noticed(notice)
            case Progress():
                self._moved(notice)
            case Done(number, path):
                entry = self.jobs.entry(number)
                if entry is not None:
                    self._spawn(self._done(entry, path))
            case Failed(number, code):
                entry = self.jobs.over(number)
                if entry is not None:
                    log.info("a transfer failed: %s %s", code, notice.params)
                    self._spawn(self._failed(entry, code))

    def died(self) -> None:
        self.jobs.died()
        self._lanes.died()
        for entry in self.book.all():
            self._fetcher.nudge(entry)

    def _moved(self, notice: Progress) -> None:
        entry = self.jobs.entry(notice.transfer)
        if entry is None:
            return
        if notice.lane is None:
            entry.record.done, entry.rate = notice.done, notice.rate
        elif (end := self._lanes.find(notice.lane)) is not None:
            entry.reached[end.peer] = Reached(notice.done, notice.rate, Lane.DIRECT)
        self._show(entry)

    def _lane_changed(self, end: LaneEnd, code: str) -> None:
        entry = end.entry
        if not code:
            entry.lane = Lane.DIRECT
        elif (last := entry.reached.get(end.peer)) is not None:
            if last.done < entry.record.offer.size:
                del entry.reached[end.peer]
            else:
                entry.reached[end.peer] = Reached(last.done, 0.0, last.lane)
        self._fetcher.nudge(entry)
        self._show(entry)
        if not code and entry.state is TransferState.WAITING:
            self._server.announce(entry)
        elif code and entry.state not in FETCHING and not any(self._lanes.of(entry)):
            self._spawn(self._rest(entry))

    def _show(self, entry: Entry) -> None:
        if self.book.is_own(entry) or entry.state in FETCHING:
            self.book.moved(entry)

    async def _rest(self, entry: Entry) -> None:
        """Close what nobody fetches any more."""
        async with entry.turn:
            if entry.state not in FETCHING and not any(self._lanes.of(entry)):
                await self.jobs.stop(entry)

    async def _done(self, entry: Entry, path: str) -> None:
        async with entry.turn:
            if entry.state not in FETCHING:
                return
            await self._fetcher.stop(entry)
            entry.record.path, entry.record.done = path, entry.record.offer.size
            await self.book.change(entry, TransferState.DONE)
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
                await self.book.change(entry, TransferState.FAILED, code)


async def _patiently(work: Coroutine[Any, Any, None]) -> None:
    """What fails, of a full disk perhaps, shows in the transfer's state or comes up again."""
    try:
        await work
    except AppError as error:
        log.warning("%s", error)
