"""Messages written again elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from app.domain.errors import AppError
from app.domain.events import Message, Text
from app.domain.ids import EventId, RoomId
from app.domain.policy import check_operable
from app.services.conversation import RoomBook
from app.services.file_carrier import FileCarrier
from app.services.me import Me
from app.services.room_logs import RoomLogs
from app.storage.records import Committed, MessageRow
from app.storage.store import Store

MAX_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ForwarderParts:
    """`refuse` raises AppError for a room that must not be written to."""

    me: Me
    store: Store
    book: RoomBook
    logs: RoomLogs
    refuse: Callable[[RoomId], None]
    files: FileCarrier


class Forwarder:
    def __init__(self, parts: ForwarderParts) -> None:
        self._me = parts.me
        self._store = parts.store
        self._book = parts.book
        self._logs = parts.logs
        self._publisher = parts.logs.publisher
        self._refuse = parts.refuse
        self._files = parts.files

    async def forward(
        self, messages: Sequence[EventId], rooms: Sequence[RoomId], *, named: bool = True
    ) -> None:
        """See `Conversations.forward`.

        Raises AppError("too-many-messages" | "not-here" | "file-not-found" | "manifest-lost") as
        well.
        """
        if len(messages) > MAX_AT_ONCE:
            raise AppError("too-many-messages", {"most": MAX_AT_ONCE})
        rows = [await self._row(event) for event in dict.fromkeys(messages)]
        rows.sort(key=lambda row: row.position)
        places = [self._book.writable(room) for room in dict.fromkeys(rooms)]
        for place in places:
            self._refuse(place.room)
        names = [self._author(row) if named else "" for row in rows]
        for place in places if rows else ():
            life = place.vanish_s
            bodies = [_again(row, name, life) for row, name in zip(rows, names, strict=True)]
            committed = await self._logs.append(place.room, *bodies)
            await self._carry(rows, committed)

    async def _carry(self, rows: Sequence[MessageRow], committed: Committed) -> None:
        """Serve the files again that were offered again, in the order of the events."""
        written = {row.position.event: row for row in committed.rows}
        for row, event in zip(rows, committed.events, strict=True):
            again = written.get(event.id)
            if row.file is not None and again is not None:
                await self._files.carry(row.position.event, again)

    async def _row(self, event: EventId) -> MessageRow:
        row = await self._store.messages.by_event(event)
        self._book.listed(row.room)
        check_operable(row.kind, deleted=row.deleted)
        if row.file is not None:
            await self._files.check(event)
        return row

    def _author(self, row: MessageRow) -> str:
        """Return who wrote it first, by the name that everybody knows, not by ours for them."""
        if row.forwarded_from or row.author == self._me.peer:
            return row.forwarded_from or self._me.name
        known = self._book.get(row.room).state.name_of(row.author)
        return known or self._publisher.names.get(row.author, "")


def _again(row: MessageRow, name: str, life: int) -> Message:
    """Return what says the same again."""
    if row.file is None:
        return Text(row.text, vanish_s=life, forwarded_from=name)
    return msgspec.structs.replace(row.file, text=row.text, vanish_s=life, forwarded_from=name)
