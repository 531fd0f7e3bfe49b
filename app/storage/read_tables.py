"""Rows of conversations: stored with the events, counted and indexed before each commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import RowAdded
from app.domain.views import MessageKind, Position
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.ordinals import Ordinals
from app.storage.overlay_codec import StoredOverlay, decode_overlay, encode_overlay
from app.storage.records import QUOTE_LENGTH, MessageRow, Quote

KINDS = (
    MessageKind.TEXT,
    MessageKind.JOINED,
    MessageKind.LEFT,
    MessageKind.RENAMED,
    MessageKind.UNSUPPORTED,
)
"""The number of a kind in the tables is its place here; new ones go to the end."""
_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}

COLUMNS = "m.room, m.hlc, m.event, m.author, m.seq, m.kind, m.text, m.reply_to, m.overlay"
StoredRow = tuple[int, int, bytes, int, int, int, str, bytes | None, bytes | None]
BY_EVENT = (
    f"SELECT {COLUMNS} FROM message AS m "  # noqa: S608 - constant columns
    "WHERE substr(m.event, 1, 8) = substr(?1, 1, 8) AND m.event = ?1 AND m.room = ?2"
)

_INSERT = (
    "INSERT INTO message "
    "(room, hlc, event, author, seq, kind, text, reply_to, overlay, mentioned, unseen) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_QUOTED = f"SELECT author, substr(text, 1, {QUOTE_LENGTH}), overlay FROM message "  # noqa: S608 - a number
_QUOTED += "WHERE substr(event, 1, 8) = substr(?1, 1, 8) AND event = ?1 AND room = ?2 AND kind = 0"
# Every row is in the index, so the last one there tells from where on rows are new.
_FRESH = (
    "SELECT room, hlc, event FROM message NOT INDEXED "
    "WHERE id > (SELECT coalesce(max(id), 0) FROM message_index_docsize)"
)
_INDEX = (
    "INSERT INTO message_index (rowid, text, tags) SELECT id, text, tags FROM message_words "
    "WHERE id > (SELECT coalesce(max(id), 0) FROM message_index_docsize)"
)
# The index has to be told the very words that it was given, so they are kept before they change.
_KEEP_WORDS = (
    "INSERT OR IGNORE INTO reworded (id, text, tags) SELECT id, text, tags FROM message_words "
    "WHERE id = ?1 AND ?1 IN (SELECT id FROM message_index_docsize)"
)
_FORGET_WORDS = (
    "INSERT INTO message_index (message_index, rowid, text, tags) "
    "SELECT 'delete', id, text, tags FROM reworded"
)
_LEARN_WORDS = (
    "INSERT INTO message_index (rowid, text, tags) SELECT w.id, w.text, w.tags "
    "FROM reworded JOIN message_words AS w ON w.id = reworded.id"
)
_SEE = "UPDATE message SET unseen = 0 WHERE room = ? AND hlc = ? AND event = ? AND unseen = 1"
_READ = f"{_SEE} AND kind = 0 RETURNING id"
_PLACE = "SELECT hlc, event, unseen AND kind = 0 FROM message WHERE id = ?"
_COUNT_LESS = "UPDATE room SET total = total - 1, unread = unread - ? WHERE id = ?"


class ReadTables:
    """Call it on the database's thread."""

    def __init__(self, database: Database, catalog: Catalog, ordinals: Ordinals) -> None:
        self._database = database
        self._catalog = catalog
        self._ordinals = ordinals
        self._reworded = False
        database.before_commit.append(self._count_and_index)

    def add(self, room: int, added: Sequence[RowAdded]) -> tuple[tuple[MessageRow, ...], int]:
        """Store rows; return them and how many of them count as unread."""
        values = [self._values(room, row) for row in added]
        self._database.executemany(_INSERT, values)
        unread = sum(row[-1] is True and row[-6] == 0 for row in values)
        return self.with_quotes(_as_row(row) for row in added), unread

    def remove(self, room: int, row: int) -> None:
        """Take a row out of the conversation, the counts and the index."""
        execute = self._database.execute
        self._index_now()
        hlc, event, unread = execute(_PLACE, (row,)).fetchone()
        self.words_will_change(row)
        execute("DELETE FROM message WHERE id = ?", (row,))
        self._reindex()
        execute(_COUNT_LESS, (unread, room))
        self._ordinals.release(room, (hlc, event))
        self._database.invalidate()  # the number may be given to another row

    def see(self, room: int, position: Position) -> None:
        """Count a row as read, if it is one."""
        execute = self._database.execute
        texts = len(execute(_READ, (room, *position)).fetchall())
        execute(_SEE, (room, *position))
        execute("UPDATE room SET unread = unread - ? WHERE id = ?", (texts, room))

    def words_will_change(self, row: int) -> None:
        """Remember what the index knows of a row, before its text changes."""
        self._reworded = True
        self._database.execute(_KEEP_WORDS, (row,))

    def mentions_us(self, mentions: Iterable[bytes]) -> bool:
        return any(self._catalog.is_us(PeerId(peer)) for peer in mentions)

    def by_event(self, room: int, event: EventId) -> MessageRow:
        """Return a row that is known to be there."""
        return self.rows([self._database.execute(BY_EVENT, (event, room)).fetchone()])[0]

    def rows(self, stored: Iterable[StoredRow]) -> tuple[MessageRow, ...]:
        """Return what COLUMNS selected, with quotes of what the rows answer."""
        return self.with_quotes(map(self.row, stored))

    def row(self, stored: StoredRow) -> MessageRow:
        """Return what COLUMNS selected from `message AS m`, without a quote."""
        room, hlc, event, author, seq, kind, text, reply_to, overlay = stored
        row = MessageRow(
            self._catalog.room_id(room),
            Position(hlc, EventId(event)),
            self._catalog.peer_id(author),
            seq,
            KINDS[kind],
            text,
            EventId(reply_to) if reply_to is not None else None,
        )
        if overlay is None:
            return row
        known = decode_overlay(overlay)
        return replace(
            row,
            edited=known.edited,
            deleted=known.deleted,
            reactions=known.shown_reactions(self._catalog.peer_id),
            pinned=known.pinned,
            mentions=known.shown_mentions(),
        )

    def with_quotes(self, rows: Iterable[MessageRow]) -> tuple[MessageRow, ...]:
        """Look up what `rows` answer, each answered message once."""
        found: dict[tuple[RoomId, EventId], Quote | None] = {}
        quoted = []
        for row in rows:
            if row.reply_to is None:
                quoted.append(row)
                continue
            key = row.room, row.reply_to
            if key not in found:
                found[key] = self._quote(*key)
            quoted.append(replace(row, quote=found[key]))
        return tuple(quoted)

    def _quote(self, room: RoomId, event: EventId) -> Quote | None:
        number = self._catalog.room(room)
        found = self._database.execute(_QUOTED, (event, number)).fetchone()
        if found is None:
            return None
        author, text, overlay = found
        return Quote(self._catalog.peer_id(author), text, decode_overlay(overlay).deleted)

    def _values(self, room: int, row: RowAdded) -> tuple[object, ...]:
        content = row.content
        author = self._catalog.peer(content.author)
        unseen = not self._catalog.is_own(author)
        kind = _NUMBERS[row.kind]
        place = (room, *content.position, author, content.seq)
        overlay, mentioned = None, False
        if row.mentions:
            overlay = encode_overlay(StoredOverlay(mentions=row.mentions))
            mentioned = unseen and self.mentions_us(row.mentions)
        return (*place, kind, row.text, row.reply_to, overlay, mentioned, unseen)

    def _count_and_index(self) -> None:
        """Once for each commit: FTS5 would write to its tables at the end of every savepoint."""
        self._index_now()
        if self._reworded:
            self._reworded = False
            self._reindex()

    def _reindex(self) -> None:
        for statement in (_FORGET_WORDS, _LEARN_WORDS, "DELETE FROM reworded"):
            self._database.execute(statement)

    def _index_now(self) -> None:
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
        mentions=row.mentions,
    )
