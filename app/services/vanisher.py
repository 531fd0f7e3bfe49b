"""Erases messages whose time is over, also those that became due while we were not running."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from app.domain.changes import MessagesChanged, MessagesRemoved
from app.domain.errors import AppError
from app.services.clocks import WallClock
from app.services.conversation import RoomBook
from app.services.publisher import Publisher
from app.storage.store import Store
from app.storage.vanishing import Erased

LOOK_EVERY = 60.0
"""Seconds; a machine that slept wakes up with another time."""

log = logging.getLogger(__name__)


class Vanisher:
    def __init__(self, store: Store, book: RoomBook, publisher: Publisher, wall: WallClock) -> None:
        self._store = store
        self._book = book
        self._publisher = publisher
        self._wall = wall
        self._wake = asyncio.Event()
        publisher.on_timed = self._wake.set

    async def start(self) -> None:
        """Erase what is due before anything is shown."""
        self._store.vanishing.follow(self._wall.now_ms)
        while await self._store.vanishing.erase_due(self._wall.now_ms()):
            pass

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self._wait()
                for erased in await self._store.vanishing.erase_due(self._wall.now_ms()):
                    self._tell(erased)
            except AppError as error:
                log.warning("what is to vanish stays for now: %s", error)
                await asyncio.sleep(LOOK_EVERY)

    async def _wait(self) -> None:
        due = await self._store.vanishing.next_ms()
        left = None if due is None else max(0.0, (due - self._wall.now_ms()) / 1000)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if left is None else min(left, LOOK_EVERY)):
                await self._wake.wait()

    def _tell(self, erased: Erased) -> None:
        conversation = self._book.find(erased.room)
        if conversation is None or not conversation.record.joined:
            return
        feed = self._publisher.feed
        feed.publish(MessagesRemoved(erased.room, erased.events))
        if erased.quoting:
            views = self._publisher.views(conversation, erased.quoting)
            feed.publish(MessagesChanged(erased.room, views))
        self._publisher.room_changed(erased.room)
