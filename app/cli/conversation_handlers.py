"""Carries out requests about conversations as a whole."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from app.cli import conversation_render, render
from app.cli import conversation_requests as ask
from app.cli.given import message_id, path, room_id
from app.cli.times import milliseconds
from app.domain.errors import AppError
from app.domain.ids import to_text
from app.domain.pictures import MAX_PICTURE_BYTES
from app.services.api import Backend

Answer = dict[str, Any]
FOR_EVER = -1


class ConversationHandlers:
    """One method for each request; `table` finds it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._chats = backend.chats
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.Mute: self._mute,
            ask.RoomPin: self._room_pin,
            ask.Archive: self._archive,
            ask.MarkUnread: self._mark_unread,
            ask.DeleteHistory: self._delete_history,
            ask.Vanish: self._vanish,
            ask.Pin: self._pin,
            ask.Unpin: self._unpin,
            ask.Pinned: self._pinned,
            ask.Typing: self._typing,
            ask.Details: self._details,
            ask.Forward: self._forward,
            ask.At: self._at,
            ask.Picture: self._picture,
            ask.SetPicture: self._set_picture,
        }

    async def _mute(self, request: ask.Mute) -> Answer:
        until = FOR_EVER
        if request.seconds is not None:
            until = int((time.time() + request.seconds) * 1000) if request.seconds > 0 else 0
        await self._backend.conversations.mute(room_id(request.room), until)
        return {}

    async def _room_pin(self, request: ask.RoomPin) -> Answer:
        await self._backend.conversations.pin(room_id(request.room), request.on)
        return {}

    async def _archive(self, request: ask.Archive) -> Answer:
        await self._backend.conversations.archive(room_id(request.room), request.on)
        return {}

    async def _mark_unread(self, request: ask.MarkUnread) -> Answer:
        await self._backend.conversations.mark_unread(room_id(request.room), request.on)
        return {}

    async def _delete_history(self, request: ask.DeleteHistory) -> Answer:
        await self._backend.conversations.delete_history(room_id(request.room))
        return {}

    async def _vanish(self, request: ask.Vanish) -> Answer:
        await self._backend.conversations.set_vanish(room_id(request.room), request.seconds)
        return {}

    async def _pin(self, request: ask.Pin) -> Answer:
        await self._chats.pin(message_id(request.message), on=True)
        return {}

    async def _unpin(self, request: ask.Unpin) -> Answer:
        await self._chats.pin(message_id(request.message), on=False)
        return {}

    async def _pinned(self, request: ask.Pinned) -> Answer:
        found = await self._backend.conversations.pinned(room_id(request.room))
        return {"messages": [render.message(view) for view in found]}

    async def _typing(self, request: ask.Typing) -> Answer:
        self._chats.typing(room_id(request.room), request.active)
        return {}

    async def _details(self, request: ask.Details) -> Answer:
        message = message_id(request.message)
        view = await self._chats.message(message)
        deliveries = await self._chats.deliveries(message)
        versions = await self._chats.versions(message) if view.edited else ()
        return {
            **render.message(view),
            "members": [conversation_render.delivery(one) for one in deliveries],
            "versions": [conversation_render.version(one) for one in versions],
        }

    async def _forward(self, request: ask.Forward) -> Answer:
        messages = [message_id(message) for message in request.messages]
        rooms = [room_id(room) for room in request.rooms]
        await self._backend.conversations.forward(messages, rooms, named=request.named)
        return {}

    async def _at(self, request: ask.At) -> Answer:
        time_ms = milliseconds(request.time)
        place = await self._backend.conversations.at_time(room_id(request.room), time_ms)
        return {"message": to_text(place.event) if place is not None else None}

    async def _picture(self, request: ask.Picture) -> Answer:
        image = await self._backend.conversations.picture(request.picture)
        return {"image": base64.b64encode(image).decode("ascii")}

    async def _set_picture(self, request: ask.SetPicture) -> Answer:
        image = b""
        if request.path is not None:
            image = await asyncio.to_thread(_read, path(request.path))
        if request.room is None:
            await self._backend.conversations.set_own_picture(image)
        else:
            await self._backend.conversations.set_room_picture(room_id(request.room), image)
        return {}


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_PICTURE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise AppError("file-unreadable", {"file": str(path)}) from error
