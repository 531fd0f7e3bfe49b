"""Messages written again elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.errors import AppError
from app.domain.events import Text
from app.domain.ids import EventId, RoomId
from app.domain.policy import check_operable
from app.domain.views import MessageKind
from app.services.conversation import RoomBook
from app.services.me import Me
from app.services.room_logs import RoomLogs
from app.storage.records import MessageRow
from app.storage.store import Store

MAX_AT_ONCE = 100


class Forwarder:
    """`refuse` raises AppError for a room that must not be written to."""

    def __init__(
        self,
        me: Me,
        store: Store,
        book: RoomBook,
        logs: RoomLogs,
        refuse: Callable[[RoomId], None],
    ) -> None:
        self._me = me
        self._store = store
        self._book = book
        self._logs = logs
        self._publisher = logs.publisher
        self._refuse = refuse

    async def forward(
        self, messages: Sequence[EventId], rooms: Sequence[RoomId], *, named: bool = True
    ) -> None:
        """See `Conversations.forward`. Raises AppError("too-many-messages") as well."""
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
            bodies = [
                Text(row.text, vanish_s=life, forwarded_from=name)
                for row, name in zip(rows, names, strict=True)
            ]
            await self._logs.append(place.room, *bodies)

    async def _row(self, event: EventId) -> MessageRow:
        row = await self._store.messages.by_event(event)
        self._book.listed(row.room)
        check_operable(row.kind, deleted=row.deleted)
        if row.kind is not MessageKind.TEXT:
            raise AppError("not-a-message")  # whoever forwards need not have the file
        return row

    def _author(self, row: MessageRow) -> str:
        """Return who wrote it first, by the name that everybody knows, not by ours for them."""
        if row.forwarded_from or row.author == self._me.peer:
            return row.forwarded_from or self._me.name
        known = self._book.get(row.room).state.name_of(row.author)
        return known or self._publisher.names.get(row.author, "")
