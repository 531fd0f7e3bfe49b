"""Keeps transfers going: what is accepted is fetched, what is here is served."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Aside
from app.protocol.worker_messages import Cap, Tune
from app.services.background import Background
from app.services.connection_manager import ConnectionManager
from app.services.ice_keeper import IceKeeper
from app.services.transfer_acts import TenderParts, TransferActs
from app.services.transfer_book import FETCHING, TransferBook
from app.services.transfer_bulk import Bulk
from app.services.transfer_feed import TransferFeed
from app.services.transfer_fetcher import FetcherParts, TransferFetcher
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_lane_end import LaneEnd
from app.services.transfer_lanes import LaneParts, TransferLanes
from app.services.transfer_notices import WorkerNotices
from app.services.transfer_server import ServerParts, TransferServer
from app.services.transfer_settings import SettingsKeeper
from app.services.transfer_terms import LaneTerms
from app.services.transfer_way_memory import WayMemory
from app.services.transfer_worker import Workshop
from app.services.transfers_api import TransferSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choices:
    """What people have chosen."""

    settings: SettingsKeeper
    ice: IceKeeper


class TransferTender:
    """Puts together what moves files. Implements `Listener`; `acts` are what people want."""

    def __init__(
        self,
        background: Background,
        book: TransferBook,
        manager: ConnectionManager,
        choices: Choices,
        bulk: Bulk,
    ) -> None:
        self.book = book
        self.workshop = Workshop(bulk.make)
        self.jobs = TransferJobs(self.workshop, book, bulk.folder)
        self._background = background
        self._manager = manager
        self._choices = choices
        links = manager.links
        addresses = bulk.addresses
        self._lanes = TransferLanes(
            LaneParts(self.workshop, self.jobs, addresses, self._terms, self._spawn),
            self._lane_changed,
        )
        self._fetcher = TransferFetcher(
            FetcherParts(background, book, self._lanes, WayMemory(), links, addresses)
        )
        self._server = TransferServer(
            ServerParts(book, self.jobs, self._lanes, self._fetcher, links, self._spawn)
        )
        parts = TenderParts(
            book,
            choices.settings,
            self.jobs,
            self._lanes,
            self._fetcher,
            self._server,
            bulk.folder,
            self._spawn,
        )
        self.acts = TransferActs(parts)
        self.feed = TransferFeed(parts, self.acts)
        self._notices = WorkerNotices(parts)
        self.workshop.listener = self._notices

    @property
    def settings(self) -> TransferSettings:
        """What people have chosen about files."""
        return self._choices.settings.current

    def sought(self) -> set[PeerId]:
        """Return who offered what is being fetched."""
        return self._fetcher.sought()

    def _terms(self) -> LaneTerms:
        return LaneTerms(self._choices.settings.current.ways, self._choices.ice.current)

    def _lane_changed(self, end: LaneEnd, code: str) -> None:
        self._notices.lane_changed(end, code)

    async def start(self) -> None:
        """Take up everything that was under way."""
        await self._choices.settings.load()
        await self.cap()
        await self.book.load()
        await self.feed.start()
        for entry in self.book.all():
            if entry.state in FETCHING:
                await self.book.change(entry, TransferState.WAITING)
                self._fetcher.start(entry)
        self._spawn(self.jobs.tidy())

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

    async def cap(self) -> None:
        """Do as people have chosen, now and whenever a worker starts. Raises AppError."""
        current = self._choices.settings.current
        await self.workshop.greet(Cap(current.cap_up, current.cap_down), Tune(current.recovery))
        await self._lanes.close_forbidden()
        self._fetcher.nudge_all()

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


async def _patiently(work: Coroutine[Any, Any, None]) -> None:
    """What fails, of a full disk perhaps, shows in the transfer's state or comes up again."""
    try:
        await work
    except AppError as error:
        log.warning("%s", error)
