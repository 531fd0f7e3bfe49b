"""Pictures of people and rooms: ours told to everybody we talk to, theirs on request."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from app.domain.changes import PersonPictured
from app.domain.entitlement import may
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.pictures import (
    MAX_PICTURE_BYTES,
    Pictured,
    RoomPictured,
    is_picture,
    picture_name,
)
from app.domain.room import PictureSet
from app.domain.views import RoomKind
from app.services.conversation import Conversation, RoomBook
from app.services.me import Me
from app.services.room_logs import RoomLogs
from app.storage.records import Committed
from app.storage.store import Store

PICTURE_SETTING = "profile.picture"


class PictureService:
    """Tells a room of our picture once we have said something else there."""

    def __init__(self, me: Me, store: Store, book: RoomBook, logs: RoomLogs) -> None:
        self._me = me
        self._store = store
        self._book = book
        self._logs = logs
        self._publisher = logs.publisher
        self._told: dict[RoomId, str] = {}
        self._due: set[RoomId] = set()
        self._wake = asyncio.Event()
        self._publisher.on_pictures = self._pictured

    async def start(self) -> None:
        """Learn who looks how."""
        self._publisher.faces.update(await self._store.pictures.faces())
        self._publisher.own_picture = await self._store.settings.get(PICTURE_SETTING, "")
        self._told = await self._store.pictures.told()

    async def run(self) -> None:
        """Tell rooms of our picture until cancelled."""
        await self._tidy()
        while True:
            await self._wake.wait()
            self._wake.clear()
            due, self._due = self._due, set()
            for room in due:
                with suppress(AppError):  # it comes up again with the next growth of the log
                    await self._tell(room)

    async def _tidy(self) -> None:
        rooms = {conversation.state.picture for conversation in self._book}
        await self._store.pictures.forget_others({*rooms, self._publisher.own_picture})
        for conversation in self._book:
            self.log_grew(conversation.room, conversation.vector)

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """Implements `LogWatcher`: we may have begun to talk in this room."""
        wanted = self._publisher.own_picture
        if self._me.peer in vector and self._told.get(room, "") != wanted:
            self._due.add(room)
            self._wake.set()

    async def picture(self, digest: str) -> bytes:
        """Raises AppError("unknown-picture")."""
        image = await self._store.pictures.get(digest)
        if image is None:
            raise AppError("unknown-picture")
        return image

    async def set_own(self, image: bytes) -> None:
        """Raises AppError("picture-too-large" | "bad-picture")."""
        _check(image)
        name = await self._store.pictures.keep(image)
        await self._store.settings.set(PICTURE_SETTING, name)
        self._publisher.own_picture = name
        self._show(self._me.peer, name)
        for conversation in self._book:
            self.log_grew(conversation.room, conversation.vector)

    async def set_of_room(self, room: RoomId, image: bytes) -> None:
        """Raises AppError("picture-too-large" | "bad-picture" | "not-renamable" | ...)."""
        conversation = self._book.writable(room)
        if conversation.kind is not RoomKind.GROUP:
            raise AppError("not-renamable")
        _check(image)
        if picture_name(image) == conversation.state.picture:
            return
        if not may(conversation.state, self._me.peer, RoomPictured(image)):
            raise AppError("not-allowed")
        await self._logs.append(room, RoomPictured(image))

    async def _tell(self, room: RoomId) -> None:
        conversation, name = self._book.find(room), self._publisher.own_picture
        if conversation is None or self._told.get(room, "") == name or not _is_told(conversation):
            return
        image = await self._store.pictures.get(name) if name else b""
        if image is not None:
            await self._logs.append(room, Pictured(image))

    def _pictured(self, conversation: Conversation, committed: Committed) -> None:
        """Take note of pictures in what was just stored."""
        for effect in committed.effects:
            if isinstance(effect, PictureSet) and effect.peer is not None:
                name = picture_name(effect.image)
                if effect.peer == self._me.peer:
                    self._told[conversation.room] = name
                else:
                    self._publisher.background.spawn(self._look_at(effect.peer))

    async def _look_at(self, peer: PeerId) -> None:
        """Show what counts: the event may be older than what is known."""
        self._show(peer, (await self._store.pictures.faces()).get(peer, ""))

    def _show(self, peer: PeerId, name: str) -> None:
        faces = self._publisher.faces
        if faces.get(peer, "") == name:
            return
        faces[peer] = name
        self._publisher.feed.publish(PersonPictured(peer, name))
        for conversation in self._book:
            if conversation.record.peer == peer and conversation.record.joined:
                self._publisher.room_changed(conversation.room)


def _is_told(conversation: Conversation) -> bool:
    shown = conversation.record.joined and conversation.kind is not RoomKind.NOTES
    return shown and conversation.standing == "member"


def _check(image: bytes) -> None:
    if len(image) > MAX_PICTURE_BYTES:
        raise AppError("picture-too-large", {"limit": MAX_PICTURE_BYTES})
    if not is_picture(image):
        raise AppError("bad-picture")
