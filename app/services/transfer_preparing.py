"""What is to be offered is read first: one thing after the other, shown, to be called off."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from app.domain.changes import Change, RoomRemoved
from app.domain.errors import AppError
from app.domain.files import (
    FileOffered,
    TransferState,
)
from app.domain.ids import EventId, RoomId
from app.domain.policy import clean_file_name
from app.domain.views import MessageView
from app.protocol.worker_messages import Prepared
from app.services.background import Background
from app.services.clocks import WallClock
from app.services.conversation import Conversation, RoomBook
from app.services.room_logs import RoomLogs
from app.services.transfer_book import TransferBook
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_preparations import (
    Preparation,
    Preparations,
    absolute,
    sighted,
)
from app.services.transfer_worker import Workshop
from app.storage.preparation_repository import PreparationRecord
from app.storage.store import Store

AT_ONCE = 2
"""So many are read side by side: a small one need not wait for a folder of hours."""
KEY_SIZE = 32
State = TransferState


@dataclass(frozen=True, slots=True)
class PreparerParts:
    """`refuse` raises AppError for a room that must not be written to."""

    store: Store
    background: Background
    rooms: RoomBook
    logs: RoomLogs
    book: TransferBook
    workshop: Workshop
    jobs: TransferJobs
    wall: WallClock
    refuse: Callable[[RoomId], None]


class Preparer:
    """Reads what is to be offered, and offers it. `ones` are those that are not offered yet."""

    def __init__(self, parts: PreparerParts) -> None:
        self._store = parts.store
        self._background = parts.background
        self._rooms = parts.rooms
        self._logs = parts.logs
        self._book = parts.book
        self._workshop = parts.workshop
        self._jobs = parts.jobs
        self._wall = parts.wall
        self._refuse = parts.refuse
        self.ones = Preparations(parts.rooms, parts.book, parts.logs.publisher)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def start(self) -> None:
        """Go on with what was not offered yet when the program ended."""
        turns: dict[EventId, asyncio.Lock] = {}
        for record in await self._store.preparations.all():
            if await self._was_offered(record):
                await self._store.preparations.remove(record.key)
            else:
                turn = turns.setdefault(record.batch, asyncio.Lock())
                self._begin(await sighted(Preparation(record, turn)))

    async def _was_offered(self, record: PreparationRecord) -> bool:
        """Tell whether its message was written in the moment in which the program ended."""
        if self._book.with_files(record.files) is not None:
            return True
        for entry in self._book.in_room(record.room):
            known, root = entry.record, record.draft.root
            if self._book.is_own(entry) and not known.path and known.offer.root == root:
                known.path, known.files = record.path, record.files
                await self._book.change(entry, State.OFFERED)
                return True
        return False

    async def close(self) -> None:
        """Read no more; what is kept goes on after the next start."""
        for one in self.ones:
            await self._stop(one)

    # -- what people want

    async def add(self, room: RoomId, paths: Sequence[Path], draft: FileOffered) -> None:
        """Offer each path once it was read, in this order; the draft goes with the first.

        They are on the disk when this returns.
        """
        self._may_write(room)
        turn, ones = asyncio.Lock(), list[Preparation]()
        for path in paths:
            said = FileOffered("", 0, b"") if ones else draft
            record = self._record(room, await absolute(path), said)
            record.batch = ones[0].key if ones else record.key
            record.made_ms += len(ones)
            ones.append(await sighted(Preparation(record, turn)))
        await self._store.preparations.add(*(one.record for one in ones))
        for one in ones:
            self._begin(one)

    async def offer(self, room: RoomId, path: Path, draft: FileOffered) -> MessageView:
        """Read and offer one path; nothing is left if that fails. Raises AppError."""
        self._may_write(room)
        record = self._record(room, await absolute(path), draft)
        one = await sighted(Preparation(record, asyncio.Lock(), is_kept=False))
        self.ones.add(one)
        work = asyncio.create_task(self._carry_out(one))
        one.task = work
        self.ones.tell(one)
        try:
            return await work
        except asyncio.CancelledError:
            if one.is_off:  # by somebody else than our caller
                raise AppError("offer-stopped") from None
            raise
        finally:
            await self._forget(one)

    async def cancel(self, one: Preparation) -> None:
        """Offer it not at all. Raises AppError("transfer-over") if that has just happened."""
        if one.is_written:
            raise AppError("transfer-over")
        await self._stop(one)
        await self._forget(one)

    @staticmethod
    async def _stop(one: Preparation) -> None:
        one.is_off = True
        if one.task is not None:
            one.task.cancel()
            await asyncio.wait({one.task})

    def again(self, one: Preparation) -> None:
        """Read once more what could not be read."""
        if one.reason:
            one.reason = ""
            self._begin(one)

    def heard(self, change: Change) -> None:
        """A listener of the feed: what is for a room that is gone is for nobody."""
        if isinstance(change, RoomRemoved) and self._background.is_open:
            for one in self.ones.in_room(change.room):
                if not one.is_written:
                    self._background.spawn(self.cancel(one))

    # -- how it is done

    def _may_write(self, room: RoomId) -> Conversation:
        conversation = self._rooms.writable(room)
        self._refuse(room)
        return conversation

    def _record(self, room: RoomId, path: str, draft: FileOffered) -> PreparationRecord:
        key, files = EventId(os.urandom(KEY_SIZE)), os.urandom(16).hex()
        return PreparationRecord(key, key, room, self._wall.now_ms(), path, files, draft)

    def _begin(self, one: Preparation) -> None:
        self.ones.add(one)
        self.ones.tell(one)
        one.task = self._background.spawn(self._work(one))

    async def _work(self, one: Preparation) -> None:
        try:
            await self._carry_out(one)
        except AppError as error:
            one.reason, one.done, one.rate = error.code, 0, 0.0
            await self._hand_on(one)
            self.ones.tell(one)
        else:
            await self._forget(one)

    async def _hand_on(self, one: Preparation) -> None:
        """What is said about several goes with the first of them that can be read."""
        said, later = one.record.draft, self.ones.next_of_batch(one)
        if later is not None and (said.text or said.reply_to):
            later.record.draft, one.record.draft = said, FileOffered("", 0, b"")
            for changed in (later, one):
                await self._store.preparations.change(changed.record)

    async def _carry_out(self, one: Preparation) -> MessageView:
        record = one.record
        async with one.turn, self._slots:
            conversation = self._may_write(record.room)
            manifest = self._jobs.manifest(record.files)
            await asyncio.to_thread(manifest.parent.mkdir, parents=True, exist_ok=True)
            try:
                moved = partial(self.ones.moved, one)
                made = await self._workshop.prepare(record.path, str(manifest), moved)
                one.is_written = True
                body = await self._drafted(one, made, conversation)
                return await _to_its_end(self._write(one, conversation, body))
            except (AppError, asyncio.CancelledError):
                one.is_written = False
                if self._book.with_files(record.files) is None:
                    self._jobs.clean(record.files)
                raise

    async def _drafted(
        self, one: Preparation, made: Prepared, conversation: Conversation
    ) -> FileOffered:
        draft = one.record.draft = msgspec.structs.replace(
            one.record.draft,
            name=clean_file_name(made.name),
            size=made.size,
            root=made.root,
            files=made.files,
            is_folder=made.is_folder,
            vanish_s=conversation.vanish_s,
        )
        if one.is_kept:
            await self._store.preparations.change(one.record)
        return draft

    async def _write(
        self, one: Preparation, conversation: Conversation, body: FileOffered
    ) -> MessageView:
        committed = await self._logs.append(one.record.room, body)
        row = committed.rows[0]
        await self._book.add(row, one.record.path, one.record.files)
        return self._logs.publisher.view(conversation, row)

    async def _forget(self, one: Preparation) -> None:
        if self.ones.remove(one) and one.is_kept:
            await self._store.preparations.remove(one.key)


async def _to_its_end(work: Coroutine[Any, Any, MessageView]) -> MessageView:
    """Whatever is cancelled, this is done and not half of it."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
