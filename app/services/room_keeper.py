"""Housekeeping of rooms after commits and reports."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress

from app.domain.changes import MessagesAdded
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.services.contact_gate import ContactGate
from app.services.conversation import Conversation, RoomBook
from app.services.room_logs import RoomLogs
from app.services.room_service import RoomService
from app.storage.store import Store

RELEASE_EVERY = 20.0
FIRST_ROWS = 50

log = logging.getLogger(__name__)


class RoomKeeper:
    """Shows a conversation at its first word, forgets left rooms, releases what was held."""

    def __init__(
        self,
        store: Store,
        book: RoomBook,
        logs: RoomLogs,
        rooms: RoomService,
        gate: ContactGate,
    ) -> None:
        self._store = store
        self._book = book
        self._logs = logs
        self._rooms = rooms
        self._publisher = gate.publisher
        self._gate = gate
        self._due: set[RoomId] = set()
        self._wake = asyncio.Event()

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """The room may have something to show now."""
        del vector
        self.look_at(room)

    def look_at(self, room: RoomId) -> None:
        """Check a room soon, if there is anything to check."""
        conversation = self._book.find(room)
        if conversation is None:
            return
        record = conversation.record
        if not record.joined or record.standing != "member" or record.kind is RoomKind.DIRECT:
            self._due.add(room)
            self._wake.set()

    async def run(self) -> None:
        """Work until cancelled, first on what was interrupted when the program ended."""
        for conversation in self._book:
            await _patiently(self._rooms.mend(conversation))
            self.look_at(conversation.room)
        loop = asyncio.get_running_loop()
        release_at = loop.time() + RELEASE_EVERY
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(release_at):
                    await self._wake.wait()
            self._wake.clear()
            due, self._due = self._due, set()
            for room in due:
                await _patiently(self._check(room))
            if loop.time() >= release_at:
                await _patiently(self._release())
                release_at = loop.time() + RELEASE_EVERY

    async def _release(self) -> None:
        for conversation in self._book:
            if conversation.held:
                await self._logs.release_held(conversation.room)

    async def _check(self, room: RoomId) -> None:
        conversation = self._book.find(room)
        if conversation is None:
            return
        if conversation.kind is RoomKind.DIRECT:
            await self._show(conversation)
        else:
            await self._rooms.forget_if_departed(conversation)

    async def _show(self, conversation: Conversation) -> None:
        if conversation.record.joined:
            await self._gate.settle(conversation)
            return
        page = await self._store.messages.page(conversation.room, None, FIRST_ROWS, 0)
        if page.rows and await self._gate.admits(conversation, page.rows):
            await self._rooms.show_direct(conversation)
            await self.tell_rows(conversation)

    async def tell_rows(self, conversation: Conversation) -> None:
        """Tell of the last messages of a conversation that is shown from now on."""
        page = await self._store.messages.page(conversation.room, None, FIRST_ROWS, 0)
        if page.rows:
            views = self._publisher.views(conversation, page.rows)
            self._publisher.feed.publish(MessagesAdded(conversation.room, views))


async def _patiently(chore: Coroutine[None, None, None]) -> None:
    """A chore that fails, of a full disk perhaps, comes up again with the next report or commit."""
    try:
        await chore
    except AppError as error:
        log.warning("%s", error)
