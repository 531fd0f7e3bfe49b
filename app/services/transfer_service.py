"""Files to and from conversations: what people and peers want, brought to those who do it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import AppError
from app.domain.files import FileOffered, TransferState, TransferView, Voice
from app.domain.ids import EventId, RoomId
from app.domain.policy import clean_caption, clean_file_name
from app.domain.views import MessageView
from app.services.conversation import RoomBook
from app.services.room_logs import RoomLogs
from app.services.transfer_book import Entry, TransferBook
from app.services.transfer_settings import SettingsKeeper
from app.services.transfer_tender import TransferTender
from app.services.transfers_api import TransferSettings
from app.services.voice_files import keep_voice

OVER = frozenset({TransferState.DONE, TransferState.DECLINED, TransferState.CANCELLED})


@dataclass(frozen=True, slots=True)
class TransferParts:
    """`refuse` raises AppError for a room that must not be written to, `take_back` deletes an own
    message."""

    rooms: RoomBook
    logs: RoomLogs
    tender: TransferTender
    settings: SettingsKeeper
    refuse: Callable[[RoomId], None]
    take_back: Callable[[EventId], Awaitable[None]]


class TransferService:
    """Implements `Transfers`."""

    def __init__(self, parts: TransferParts) -> None:
        self._rooms = parts.rooms
        self._logs = parts.logs
        self._tender = parts.tender
        self._settings = parts.settings
        self._refuse = parts.refuse
        self._take_back = parts.take_back

    @property
    def _book(self) -> TransferBook:
        return self._tender.book

    async def offer(
        self, room: RoomId, path: Path, text: str = "", voice: Voice | None = None
    ) -> MessageView:
        conversation = self._rooms.writable(room)
        self._refuse(room)
        caption = clean_caption(text)
        files = os.urandom(16).hex()
        source = str(await asyncio.to_thread(path.absolute))
        manifest = self._tender.jobs.manifest(files)
        await asyncio.to_thread(manifest.parent.mkdir, parents=True, exist_ok=True)
        try:
            made = await self._tender.workshop.prepare(source, str(manifest))
            body = FileOffered(
                clean_file_name(made.name),
                made.size,
                made.root,
                made.files,
                made.is_folder,
                caption,
                vanish_s=conversation.vanish_s,
                voice_ms=voice.ms if voice is not None else 0,
                wave=voice.wave if voice is not None else b"",
            )
            committed = await self._logs.append(room, body)
        except (AppError, asyncio.CancelledError):
            self._tender.jobs.clean(files)
            raise
        row = committed.rows[0]
        await self._book.add(row, source, files)
        return self._logs.publisher.view(conversation, row)

    async def say(self, room: RoomId, name: str, sound: bytes, voice: Voice) -> MessageView:
        self._rooms.writable(room)
        path = await asyncio.to_thread(keep_voice, self._settings.voices, name, sound)
        try:
            return await self.offer(room, path, voice=voice)
        except (AppError, asyncio.CancelledError):
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise

    async def transfers(self) -> Sequence[TransferView]:
        entries = [entry for entry in self._book.all() if self._is_shown(entry)]
        views = [self._book.view(entry) for entry in entries]
        return sorted(views, key=lambda view: (view.offered_ms, view.transfer), reverse=True)

    def _is_shown(self, entry: Entry) -> bool:
        room = self._rooms.find(entry.room)
        return room is not None and room.record.joined

    async def transfer(self, transfer: EventId) -> TransferView:
        return self._book.view(await self._book.get(transfer))

    async def accept(self, transfer: EventId, folder: Path | None = None) -> None:
        entry = await self._book.get(transfer)
        if self._book.is_own(entry):
            raise AppError("own-transfer")
        await self._tender.acts.accept(entry, folder)

    async def decline(self, transfer: EventId) -> None:
        entry = await self._book.get(transfer)
        if self._book.is_own(entry):
            raise AppError("own-transfer")
        self._check_open(entry)
        await self._tender.acts.drop(entry)

    async def pause(self, transfer: EventId) -> None:
        entry = await self._book.get(transfer)
        self._check_open(entry)
        await self._tender.acts.pause(entry)

    async def resume(self, transfer: EventId) -> None:
        entry = await self._book.get(transfer)
        self._check_open(entry)
        if self._book.is_own(entry):
            await self._tender.acts.serve_again(entry)
        elif entry.state in (TransferState.PAUSED, TransferState.FAILED):
            folder = Path(entry.record.folder) if entry.record.folder else None
            await self._tender.acts.accept(entry, folder)

    async def cancel(self, transfer: EventId) -> None:
        entry = await self._book.get(transfer)
        self._check_open(entry)
        if self._book.is_own(entry):
            await self._take_back(transfer)
            await self._tender.acts.withdrawn(entry)
        else:
            await self._tender.acts.drop(entry)

    def _check_open(self, entry: Entry) -> None:
        if entry.state in OVER:
            raise AppError("transfer-over")

    async def settings(self) -> TransferSettings:
        return self._settings.current

    async def set_settings(self, settings: TransferSettings) -> None:
        await self._settings.set(settings)
        await self._tender.cap()
