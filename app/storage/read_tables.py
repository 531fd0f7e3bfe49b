"""Rows of conversations: stored with the events, counted and indexed before each commit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from app.domain.ids import EventId, RoomId
from app.domain.room import RowAdded
from app.domain.views import MessageKind, Position
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.ordinals import Ordinals
from app.storage.records import MessageRow

KINDS = (
    MessageKind.TEXT,
    MessageKind.JOINED,
    MessageKind.LEFT,
    MessageKind.RENAMED,
    MessageKind.UNSUPPORTED,
)
"""The number of a kind in the tables is its place here; new ones go to the end."""
_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}

COLUMNS = "m.room, m.hlc, m.event, m.author, m.seq, m.kind, m.text, m.reply_to"
StoredRow = tuple[int, int, bytes, int, int, int, str, bytes | None]

_INSERT = (
    "INSERT INTO message (room, hlc, event, author, seq, kind, text, reply_to, unseen) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# Every row is in the index, so the last one there tells from where on rows are new.
_FRESH = (
    "SELECT room, hlc, event FROM message NOT INDEXED "
    "WHERE id > (SELECT coalesce(max(id), 0) FROM message_index_docsize)"
)
_INDEX = (
    "INSERT INTO message_index (rowid, text, tags) SELECT id, text, tags FROM message_words "
    "WHERE id > (SELECT coalesce(max(id), 0) FROM message_index_docsize)"
)


class ReadTables:
    """Call it on the database's thread."""

    def __init__(self, database: Database, catalog: Catalog, ordinals: Ordinals) -> None:
        self._database = database
        self._catalog = catalog
        self._ordinals = ordinals
        database.before_commit.append(self._count_and_index)

    def add(self, room: int, added: Sequence[RowAdded]) -> tuple[tuple[MessageRow, ...], int]:
        """Store rows; return them and how many of them count as unread."""
        values = [self._values(room, row) for row in added]
        self._database.executemany(_INSERT, values)
        unread = sum(row[-1] is True and row[-4] == 0 for row in values)
        return tuple(_as_row(row) for row in added), unread

    def row(self, stored: StoredRow) -> MessageRow:
        """Return what COLUMNS selected from `message AS m`."""
        room, hlc, event, author, seq, kind, text, reply_to = stored
        return MessageRow(
            self._catalog.room_id(room),
            Position(hlc, EventId(event)),
            self._catalog.peer_id(author),
            seq,
            KINDS[kind],
            text,
            EventId(reply_to) if reply_to is not None else None,
        )

    def _values(self, room: int, row: RowAdded) -> tuple[object, ...]:
        content = row.content
        author = self._catalog.peer(content.author)
        unseen = not self._catalog.is_own(author)
        kind = _NUMBERS[row.kind]
        place = (room, *content.position, author, content.seq)
        return (*place, kind, row.text, row.reply_to, unseen)

    def _count_and_index(self) -> None:
        """Once for each commit: FTS5 would write to its tables at the end of every savepoint."""
        fresh = sorted(self._database.execute(_FRESH))
        if not fresh:
            return
        for room, rows in groupby(fresh, itemgetter(0)):
            self._ordinals.absorb(room, [(hlc, event) for _, hlc, event in rows])
        self._database.execute(_INDEX)


def _as_row(row: RowAdded) -> MessageRow:
    content = row.content
    return MessageRow(
        RoomId(content.room),
        content.position,
        content.author,
        content.seq,
        row.kind,
        row.text,
        row.reply_to,
    )
