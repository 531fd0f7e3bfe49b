"""Files of the backend in memory: they move when a test says so."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.crypto.identity import Identity
from app.domain.changes import MessagesAdded, RoomChanged
from app.domain.errors import AppError
from app.domain.files import (
    FileOffered,
    TransferChanged,
    TransferRemoved,
    TransferState,
    TransferView,
    Voice,
)
from app.domain.ids import EventId, RoomId
from app.domain.views import MessageKind, MessageState, MessageView
from app.services.transfers_api import TransferSettings

if TYPE_CHECKING:
    from tests.ui.fake_backend import FakeChats

FOLDER = Path("/srv/files")
_OVER = {TransferState.DONE, TransferState.CANCELLED, TransferState.DECLINED}


class FakeTransfers:
    """Implements `Transfers`; `story` is what was asked for, `failing` is raised once."""

    def __init__(self, chats: FakeChats) -> None:
        self._chats = chats
        self.book: dict[EventId, TransferView] = {}
        self.story: list[tuple[str, object]] = []
        self.offered: list[tuple[Path, str]] = []
        self.said: list[tuple[str, bytes, Voice]] = []
        self.answered: list[EventId | None] = []
        self.failing: AppError | None = None
        self.chosen = TransferSettings(FOLDER, FOLDER)
        self.waiting: dict[EventId, str] = {}
        self.reading = asyncio.Event()
        self.reading.set()

    def put(  # noqa: PLR0913 - a test names only what it needs
        self,
        room: RoomId,
        author: str,
        name: str,
        size: int,
        *,
        text: str = "",
        at_ms: int | None = None,
        sent: MessageState = MessageState.DELIVERED,
        files: int = 1,
        is_folder: bool = False,
        voice: Voice | None = None,
        **how_far: object,
    ) -> TransferView:
        """Put an offer into a room without telling anybody; `how_far` are fields of its view."""
        row = self._chats.write(room, author, text, kind=MessageKind.FILE, state=sent, at_ms=at_ms)
        offer = FileOffered(name, size, b"r" * 32, files, is_folder, text)
        if voice is not None:
            offer = msgspec.structs.replace(offer, voice_ms=voice.ms, wave=voice.wave)
        rows = self._chats.book[room].messages
        rows[rows.index(row)] = row = replace(row, file=offer)
        made = TransferView(
            row.event,
            room,
            row.author,
            author,
            row.own,
            name,
            size,
            files,
            is_folder,
            "ab" * 32,
            TransferState.OFFERED,
            row.time_ms,
            voice_ms=offer.voice_ms,
        )
        if row.own:
            made = replace(made, path=str(FOLDER / name))
        made = replace(made, **how_far)  # type: ignore[arg-type]
        self.book[row.event] = made
        return made

    def row(self, view: TransferView) -> MessageView:
        rows = self._chats.book[view.room].messages
        return next(row for row in rows if row.event == view.transfer)

    def receive(self, room: RoomId, author: str, name: str, size: int) -> TransferView:
        """Somebody offers a file."""
        view = self.put(room, author, name, size)
        summary = RoomChanged(self._chats.book[room].summary())
        self._chats.tell(MessagesAdded(room, (self.row(view),)), summary, TransferChanged(view))
        return view

    def move(self, transfer: EventId, **what: object) -> TransferView:
        """A transfer looks different now."""
        view = replace(self.book[transfer], **what)  # type: ignore[arg-type]
        self.book[transfer] = view
        self._chats.tell(TransferChanged(view))
        return view

    def _get(self, what: str, transfer: EventId) -> TransferView:
        self.story.append((what, transfer))
        self._check()
        if transfer not in self.book:
            raise AppError("unknown-transfer")
        return self.book[transfer]

    def _check(self) -> None:
        if self.failing is not None:
            error, self.failing = self.failing, None
            raise error

    async def prepare(
        self, room: RoomId, paths: Sequence[Path], text: str = "", reply_to: EventId | None = None
    ) -> None:
        """Everything is read at once, unless `reading` is clear: then it waits for `read_on`."""
        self._check()
        for path in paths:
            self.answered.append(reply_to)
            self.offered.append((path, text))
            self.read_or_wait(room, path, text)
            text, reply_to = "", None

    def read_or_wait(self, room: RoomId, path: Path, text: str = "") -> None:
        """Offer a path, or have it wait for `read_on`."""
        if self.reading.is_set():
            self._offer(room, path, text)
            return
        key = EventId(os.urandom(32))
        view = self._unread(key, room, path)
        self.book[key] = view
        self.waiting[key] = text
        self._chats.tell(TransferChanged(view))

    def _unread(self, key: EventId, room: RoomId, path: Path) -> TransferView:
        return TransferView(
            transfer=key,
            room=room,
            peer=Identity(hashlib.sha256(self._chats.me.encode()).digest()).peer,
            peer_name=self._chats.me,
            own=True,
            name=path.name,
            size=0,
            files=1,
            is_folder=path.is_dir(),
            digest="",
            state=TransferState.PREPARING,
            offered_ms=1_700_000_000_000 + len(self.waiting),
            path=str(path),
        )

    def read_on(self, key: EventId) -> None:
        """What waits was read."""
        view = self.book.pop(key)
        self._chats.tell(TransferRemoved(key))
        self._offer(view.room, Path(view.path), self.waiting.pop(key))

    async def offer(
        self, room: RoomId, path: Path, text: str = "", reply_to: EventId | None = None
    ) -> MessageView:
        self.offered.append((path, text))
        self.answered.append(reply_to)
        self._check()
        await self.reading.wait()
        return self._offer(room, path, text)

    def _offer(self, room: RoomId, path: Path, text: str) -> MessageView:
        view = self._put_file(room, path, text)
        summary = RoomChanged(self._chats.book[room].summary())
        self._chats.tell(MessagesAdded(room, (self.row(view),)), summary, TransferChanged(view))
        return self.row(view)

    async def say(
        self,
        room: RoomId,
        name: str,
        sound: bytes,
        voice: Voice,
        reply_to: EventId | None = None,
    ) -> MessageView:
        self.said.append((name, sound, voice))
        self.answered.append(reply_to)
        self._check()
        view = self.put(room, self._chats.me, name, len(sound), voice=voice)
        summary = RoomChanged(self._chats.book[room].summary())
        self._chats.tell(MessagesAdded(room, (self.row(view),)), summary, TransferChanged(view))
        return self.row(view)

    def _put_file(self, room: RoomId, path: Path, text: str) -> TransferView:
        folder = path.is_dir()
        size = 4096 if folder else path.stat().st_size
        view = self.put(room, self._chats.me, path.name, size, text=text, is_folder=folder)
        view = self.book[view.transfer] = replace(view, path=str(path))
        return view

    async def transfers(self) -> Sequence[TransferView]:
        return sorted(self.book.values(), key=lambda view: -view.offered_ms)

    async def transfer(self, transfer: EventId) -> TransferView:
        return self._get("transfer", transfer)

    async def accept(self, transfer: EventId, folder: Path | None = None) -> None:
        view = self._get("accept", transfer)
        path = str((folder or self.chosen.folder) / view.name)
        self.move(transfer, state=TransferState.WAITING, path=path)

    async def decline(self, transfer: EventId) -> None:
        self._get("decline", transfer)
        self.move(transfer, state=TransferState.DECLINED)

    async def pause(self, transfer: EventId) -> None:
        self._live("pause", transfer)
        self.move(transfer, state=TransferState.PAUSED, rate=0.0, lane=None)

    async def resume(self, transfer: EventId) -> None:
        self._live("resume", transfer)
        self.move(transfer, state=TransferState.RUNNING, reason="")

    async def locate(self, transfer: EventId, path: Path) -> None:
        view = self._get("locate", transfer)
        state = TransferState.OFFERED if view.own else TransferState.DONE
        self.move(transfer, state=state, reason="", path=str(path))

    async def cancel(self, transfer: EventId) -> None:
        self._live("cancel", transfer)
        if self.waiting.pop(transfer, None) is not None:
            del self.book[transfer]
            self._chats.tell(TransferRemoved(transfer))
            return
        self.move(transfer, state=TransferState.CANCELLED, rate=0.0, lane=None)

    def _live(self, what: str, transfer: EventId) -> None:
        if self._get(what, transfer).state in _OVER:
            raise AppError("transfer-over")

    async def settings(self) -> TransferSettings:
        return self.chosen

    async def set_settings(self, settings: TransferSettings) -> None:
        self._check()
        self.chosen = settings
