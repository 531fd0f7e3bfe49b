"""What the backend in memory lets be done with conversations as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from app.domain.changes import HistoryDeleted, PersonPictured, RoomChanged, RoomRemoved
from app.domain.errors import AppError
from app.domain.ids import EventId, RoomId
from app.domain.views import MessageView, Position
from tests.ui.fake_operations import FakeOperations


class FakeConversations:
    """Over the rooms of `chats`. `failing` is raised by the next call."""

    def __init__(self, chats: FakeOperations) -> None:
        self.failing: AppError | None = None
        self.pictures: dict[str, bytes] = {}
        self.own_picture = ""
        self.forwarded: list[tuple[tuple[EventId, ...], tuple[RoomId, ...], bool]] = []
        self._chats = chats

    def add_picture(self, image: bytes) -> str:
        """Keep an image; return its name."""
        name = hashlib.sha256(image).hexdigest() if image else ""
        self.pictures[name] = image
        return name

    async def mute(self, room: RoomId, until_ms: int) -> None:
        self._set(room, muted_until_ms=until_ms)

    async def pin(self, room: RoomId, on: bool) -> None:
        self._set(room, pinned=on)

    async def archive(self, room: RoomId, on: bool) -> None:
        self._set(room, archived=on)

    async def mark_unread(self, room: RoomId, on: bool = True) -> None:
        self._set(room, marked_unread=on)

    async def leave(self, room: RoomId, *, keep: bool) -> None:
        if keep:
            self._set(room, standing="left")
            return
        self._check(room)
        del self._chats.book[room]
        self._chats.tell(RoomRemoved(room))

    async def delete_history(self, room: RoomId) -> None:
        self._check(room)
        self._chats.book[room].messages.clear()
        self._chats.tell(HistoryDeleted(room), RoomChanged(self._chats.book[room].summary()))

    async def set_vanish(self, room: RoomId, seconds: int) -> None:
        self._check(room)
        self._set(room, rules=replace(self._chats.book[room].rules, vanish_after_s=seconds))

    async def forward(
        self, messages: Sequence[EventId], rooms: Sequence[RoomId], *, named: bool = True
    ) -> None:
        for room in rooms:
            self._check(room)
        self.forwarded.append((tuple(messages), tuple(rooms), named))

    async def pinned(self, room: RoomId) -> Sequence[MessageView]:
        self._check(room)
        return [view for view in self._chats.book[room].messages if view.pinned]

    async def at_time(self, room: RoomId, time_ms: int) -> Position | None:
        self._check(room)
        rows = self._chats.book[room].messages
        later = [view.position for view in rows if view.time_ms >= time_ms]
        return later[0] if later else rows[-1].position if rows else None

    async def first_mention(self, room: RoomId) -> Position | None:
        self._check(room)
        found = self._chats.book[room]
        unread = (
            one for one in found.messages if found.read_to is None or one.position > found.read_to
        )
        return next((one.position for one in unread if self._chats.my_id in one.mentions), None)

    async def picture(self, digest: str) -> bytes:
        if digest not in self.pictures:
            raise AppError("unknown-picture")
        return self.pictures[digest]

    async def set_own_picture(self, image: bytes) -> None:
        self._fail()
        self.own_picture = self.add_picture(image)
        self._chats.tell(PersonPictured(self._chats.my_id, self.own_picture))

    async def set_room_picture(self, room: RoomId, image: bytes) -> None:
        self._set(room, picture=self.add_picture(image))

    def _set(self, room: RoomId, **values: object) -> None:
        self._check(room)
        found = self._chats.book[room]
        for name, value in values.items():
            setattr(found, name, value)
        self._chats.tell(RoomChanged(found.summary()))

    def _check(self, room: RoomId) -> None:
        self._fail()
        if room not in self._chats.book:
            raise AppError("unknown-room")

    def _fail(self) -> None:
        if self.failing is not None:
            error, self.failing = self.failing, None
            raise error
