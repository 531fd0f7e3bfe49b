"""Conversations as a whole: how they stand in the list, their history, what is written again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.changes import HistoryDeleted
from app.domain.entitlement import may
from app.domain.errors import AppError
from app.domain.governing import Ruled
from app.domain.ids import EventId, RoomId
from app.domain.rules import MAX_VANISH_S, Rule
from app.domain.views import MessageView, Position
from app.services.conversation import RoomBook
from app.services.forwarder import Forwarder
from app.services.picture_service import PictureService
from app.services.publisher import Publisher
from app.services.room_logs import RoomLogs
from app.services.room_service import RoomService
from app.services.vanisher import Vanisher
from app.storage.store import Store

FOR_EVER = -1


@dataclass(frozen=True, slots=True)
class ConversationParts:
    """What does the work."""

    store: Store
    book: RoomBook
    logs: RoomLogs
    rooms: RoomService
    forwarder: Forwarder
    pictures: PictureService
    vanisher: Vanisher


class ConversationService:
    """Implements `api.Conversations`."""

    def __init__(self, parts: ConversationParts) -> None:
        self._store = parts.store
        self._book = parts.book
        self._logs = parts.logs
        self._rooms = parts.rooms
        self._forwarder = parts.forwarder
        self._pictures = parts.pictures
        self._vanisher = parts.vanisher
        self._publisher: Publisher = parts.logs.publisher

    async def start(self) -> None:
        """Erase what is due and learn who looks how, before any room is shown."""
        await self._vanisher.start()
        await self._pictures.start()

    async def run(self) -> None:
        """Erase what becomes due and tell our picture, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._vanisher.run())
            group.create_task(self._pictures.run())

    async def mute(self, room: RoomId, until_ms: int) -> None:
        self._book.listed(room)
        await self._store.kept.mute(room, max(FOR_EVER, until_ms))
        self._publisher.room_changed(room)

    async def pin(self, room: RoomId, on: bool) -> None:
        self._book.listed(room)
        await self._store.kept.pin(room, on)
        self._publisher.room_changed(room)

    async def archive(self, room: RoomId, on: bool) -> None:
        self._book.listed(room)
        await self._store.kept.archive(room, on)
        self._publisher.room_changed(room)

    async def mark_unread(self, room: RoomId, on: bool = True) -> None:
        self._book.listed(room)
        await self._store.kept.mark(room, on)
        self._publisher.room_changed(room)

    async def leave(self, room: RoomId, *, keep: bool) -> None:
        await self._rooms.leave(room, keep=keep)

    async def delete_history(self, room: RoomId) -> None:
        self._book.listed(room)
        await self._store.kept.clear(room)
        self._publisher.feed.publish(HistoryDeleted(room))
        self._publisher.room_changed(room)

    async def set_vanish(self, room: RoomId, seconds: int) -> None:
        conversation = self._book.writable(room)
        if not 0 <= seconds <= MAX_VANISH_S:
            raise AppError("bad-rule")
        if seconds == conversation.vanish_s:
            return
        body = Ruled(Rule.VANISH.value, seconds)
        if not may(conversation.state, self._publisher.me, body):
            raise AppError("not-allowed")
        await self._logs.append(room, body)

    async def forward(
        self, messages: Sequence[EventId], rooms: Sequence[RoomId], *, named: bool = True
    ) -> None:
        await self._forwarder.forward(messages, rooms, named=named)

    async def pinned(self, room: RoomId) -> Sequence[MessageView]:
        conversation = self._book.listed(room)
        return self._publisher.views(conversation, await self._store.kept.pinned(room))

    async def at_time(self, room: RoomId, time_ms: int) -> Position | None:
        self._book.listed(room)
        return await self._store.kept.at_time(room, time_ms)

    async def first_mention(self, room: RoomId) -> Position | None:
        self._book.listed(room)
        return await self._store.kept.first_mention(room)

    async def picture(self, digest: str) -> bytes:
        return await self._pictures.picture(digest)

    async def set_own_picture(self, image: bytes) -> None:
        await self._pictures.set_own(image)

    async def set_room_picture(self, room: RoomId, image: bytes) -> None:
        await self._pictures.set_of_room(room, image)
