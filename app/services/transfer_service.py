"""Files to and from conversations: what people and peers want, brought to those who do it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import AppError
from app.domain.files import FileOffered, TransferState, TransferView, Voice
from app.domain.ids import EventId, RoomId
from app.domain.policy import clean_caption
from app.domain.views import MessageView
from app.services.conversation import RoomBook
from app.services.message_service import MessageService
from app.services.transfer_book import Entry, TransferBook
from app.services.transfer_locating import TransferLocator
from app.services.transfer_preparing import Preparer
from app.services.transfer_settings import SettingsKeeper
from app.services.transfer_tender import TransferTender
from app.services.transfers_api import TransferSettings
from app.services.voice_files import keep_voice

OVER = frozenset({TransferState.DONE, TransferState.DECLINED, TransferState.CANCELLED})


@dataclass(frozen=True, slots=True)
class TransferParts:
    """What does the work."""

    rooms: RoomBook
    tender: TransferTender
    settings: SettingsKeeper
    preparer: Preparer
    locator: TransferLocator
    messages: MessageService


class TransferService:
    """Implements `Transfers`."""

    def __init__(self, parts: TransferParts) -> None:
        self._rooms = parts.rooms
        self._tender = parts.tender
        self._settings = parts.settings
        self._preparer = parts.preparer
        self._locator = parts.locator
        self._messages = parts.messages

    @property
    def _book(self) -> TransferBook:
        return self._tender.book

    async def start(self) -> None:
        """Go on reading what is to be offered. The tender has started."""
        await self._preparer.start()

    async def close(self) -> None:
        """Read no more for now."""
        await self._preparer.close()

    async def offer(
        self,
        room: RoomId,
        path: Path,
        text: str = "",
        reply_to: EventId | None = None,
        voice: Voice | None = None,
    ) -> MessageView:
        return await self._preparer.offer(room, path, self._draft(room, text, reply_to, voice))

    async def prepare(
        self, room: RoomId, paths: Sequence[Path], text: str = "", reply_to: EventId | None = None
    ) -> None:
        await self._preparer.add(room, paths, self._draft(room, text, reply_to))

    def _draft(
        self, room: RoomId, text: str, reply_to: EventId | None, voice: Voice | None = None
    ) -> FileOffered:
        """Return what the offer says besides what is offered. Raises AppError."""
        caption = clean_caption(text)
        return FileOffered(
            "",
            0,
            b"",
            text=caption,
            reply_to=reply_to,
            mentions=self._messages.mentioned(self._rooms.writable(room), caption),
            voice_ms=voice.ms if voice is not None else 0,
            wave=voice.wave if voice is not None else b"",
        )

    async def say(
        self,
        room: RoomId,
        name: str,
        sound: bytes,
        voice: Voice,
        reply_to: EventId | None = None,
    ) -> MessageView:
        self._rooms.writable(room)
        path = await asyncio.to_thread(keep_voice, self._settings.voices, name, sound)
        try:
            return await self.offer(room, path, reply_to=reply_to, voice=voice)
        except (AppError, asyncio.CancelledError):
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise

    async def transfers(self) -> Sequence[TransferView]:
        entries = [entry for entry in self._book.all() if self._is_shown(entry)]
        views = [self._book.view(entry) for entry in entries] + self._preparer.ones.views()
        return sorted(views, key=lambda view: (view.offered_ms, view.transfer), reverse=True)

    def _is_shown(self, entry: Entry) -> bool:
        room = self._rooms.find(entry.room)
        return room is not None and room.record.joined

    async def transfer(self, transfer: EventId) -> TransferView:
        preparation = self._preparer.ones.find(transfer)
        if preparation is not None:
            return self._preparer.ones.view(preparation)
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
        self._check_accepted(entry)
        await self._tender.acts.pause(entry)

    async def resume(self, transfer: EventId) -> None:
        preparation = self._preparer.ones.find(transfer)
        if preparation is not None:
            self._preparer.again(preparation)
            return
        entry = await self._book.get(transfer)
        self._check_open(entry)
        self._check_accepted(entry)
        if self._book.is_own(entry):
            if not await self._locator.resume(entry):
                await self._tender.acts.serve_again(entry)
        elif entry.state in (TransferState.PAUSED, TransferState.FAILED):
            folder = Path(entry.record.folder) if entry.record.folder else None
            await self._tender.acts.accept(entry, folder)

    async def locate(self, transfer: EventId, path: Path) -> None:
        await self._locator.locate(await self._book.get(transfer), path)

    async def cancel(self, transfer: EventId) -> None:
        preparation = self._preparer.ones.find(transfer)
        if preparation is not None:
            await self._preparer.cancel(preparation)
            return
        entry = await self._book.get(transfer)
        self._check_open(entry)
        if self._book.is_own(entry):
            await self._messages.delete(transfer)
            await self._tender.acts.withdrawn(entry)
        else:
            await self._tender.acts.drop(entry)

    def _check_open(self, entry: Entry) -> None:
        if entry.state in OVER:
            raise AppError("transfer-over")

    def _check_accepted(self, entry: Entry) -> None:
        """What was only offered is neither paused nor resumed: that would be to accept it."""
        if entry.state is TransferState.OFFERED and not self._book.is_own(entry):
            raise AppError("transfer-not-accepted")

    async def settings(self) -> TransferSettings:
        return self._settings.current

    async def set_settings(self, settings: TransferSettings) -> None:
        await self._settings.set(settings)
        await self._tender.cap()
