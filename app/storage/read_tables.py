"""Rows of conversations: stored with the events, counted and indexed before each commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from app.domain.clock import physical_ms
from app.domain.events import decode_event
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import RowAdded
from app.domain.vanishing import vanishes_at
from app.domain.views import MessageKind, Position
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.file_column import decode_file, file_values
from app.storage.gone import Gone
from app.storage.ordinals import Ordinals
from app.storage.overlay_codec import StoredOverlay, decode_overlay, encode_overlay
from app.storage.records import QUOTE_LENGTH, MessageRow, Quote

KINDS = (
    MessageKind.TEXT,
    MessageKind.JOINED,
    MessageKind.LEFT,
    MessageKind.RENAMED,
    MessageKind.UNSUPPORTED,
    MessageKind.TOPIC,
    MessageKind.ROLE,
    MessageKind.REMOVED,
    MessageKind.RULED,
    MessageKind.INVITATION,
)
"""The number of a kind in the tables is its place here; new ones go to the end.

A file is a text that has something in the column of files.
"""
_NUMBERS = {kind: number for number, kind in enumerate(KINDS)} | {MessageKind.FILE: 0}

COLUMNS = "m.room, m.hlc, m.event, m.author, m.seq, m.kind, m.text, m.reply_to, m.overlay, "
COLUMNS += "m.forwarded, m.vanish_s, m.vanishes, m.file"
StoredRow = tuple[
    int,
    int,
    bytes,
    int,
    int,
    int,
    str,
    bytes | None,
    bytes | None,
    str,
    int,
    int | None,
    bytes | None,
]
BY_EVENT = (
    f"SELECT {COLUMNS} FROM message AS m "  # noqa: S608 - constant columns
    "WHERE substr(m.event, 1, 8) = substr(?1, 1, 8) AND m.event = ?1 AND m.room = ?2"
)

_INSERT = (
    "INSERT INTO message "
    "(room, hlc, event, author, seq, kind, text, reply_to, forwarded, vanish_s, vanishes, "
    "file, file_name, overlay, mentioned, unseen) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_QUOTED = f"SELECT author, substr(iif(text = '', file_name, text), 1, {QUOTE_LENGTH}), overlay "
_QUOTED += "FROM message WHERE substr(event, 1, 8) = substr(?1, 1, 8) AND event = ?1 "
_QUOTED += "AND room = ?2 AND kind = 0"
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
# By the author's first event, for a history may be read in any order.
_OUR_FIRST = (
    "SELECT wire FROM event JOIN peer ON peer.id = event.author AND peer.own = 1 "
    "JOIN room ON room.id = event.room AND room.kind = 'group' "
    "WHERE event.room = ? AND event.seq = 1"
)
_UNARCHIVE = (
    "UPDATE room SET archived = 0 WHERE id = ? AND archived = 1 AND muted_ms BETWEEN 0 AND ?"
)


class ReadTables:
    """Call it on the database's thread."""

    def __init__(self, database: Database, catalog: Catalog, ordinals: Ordinals) -> None:
        self._database = database
        self._catalog = catalog
        self._ordinals = ordinals
        self.gone = Gone(database, catalog)
        self._reworded = False
        database.before_commit.append(self._count_and_index)

    def add(self, room: int, added: Sequence[RowAdded]) -> tuple[tuple[MessageRow, ...], int]:
        """Store rows but those which must not come back; return them and how many are unread."""
        staying = [(row, due) for row, due in self._timed(room, added) if due >= 0]
        values = [self._values(room, row, due) for row, due in staying]
        self._database.executemany(_INSERT, values)
        unread = sum(row[-1] is True and row[5] == 0 for row in values)
        if unread:
            self._database.execute(_UNARCHIVE, (room, self.gone.now_ms()))
        return self.with_quotes(_as_row(row, due) for row, due in staying), unread

    def remove(self, room: int, row: int) -> None:
        """Take a row out of the conversation, the counts and the index."""
        execute = self._database.execute
        self.index_now()
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

    def count_less(self, room: int, places: Iterable[tuple[int, bytes]]) -> None:
        """Rows at these places are there no more."""
        for place in places:
            self._ordinals.release(room, place)

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
        room, hlc, event, author, seq, kind, text, reply_to, overlay = stored[:9]
        forwarded, vanish_s, vanishes, file = stored[9:]
        row = MessageRow(
            self._catalog.room_id(room),
            Position(hlc, EventId(event)),
            self._catalog.peer_id(author),
            seq,
            KINDS[kind] if file is None else MessageKind.FILE,
            text,
            EventId(reply_to) if reply_to is not None else None,
            forwarded_from=forwarded,
            vanish_s=vanish_s,
            vanishes_ms=vanishes or 0,
            file=decode_file(file),
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

    def _timed(self, room: int, added: Sequence[RowAdded]) -> Iterable[tuple[RowAdded, int]]:
        """Yield each row with when it vanishes (0 for never), -1 if it must not come back."""
        now = self.gone.now_ms()
        since = self._our_first(room) if any(row.vanish_s for row in added) else 0
        for row in added:
            content = row.content
            event, due = content.position.event, self._vanishes(row, since)
            unheard = self.gone.is_unheard(room, content.author, content.position.hlc)
            if unheard or 0 < due <= now:
                self.gone.hide(room, event)
            gone = self.gone.is_gone(room, content.author, content.seq, event)
            yield row, -1 if gone else due

    def _vanishes(self, row: RowAdded, since: int) -> int:
        place = row.content.position
        own = self._catalog.is_us(row.content.author)
        time_ms = physical_ms(place.hlc)
        return vanishes_at(time_ms, row.vanish_s, own=own, past=place.hlc < since)

    def _our_first(self, room: int) -> int:
        """Return the clock value of our first event in a group, 0 if there is none."""
        found = self._database.execute(_OUR_FIRST, (room,)).fetchone()
        return decode_event(found[0]).header.hlc if found is not None else 0

    def _values(self, room: int, row: RowAdded, due: int) -> tuple[object, ...]:
        content = row.content
        author = self._catalog.peer(content.author)
        unseen = not self._catalog.is_own(author)
        kind = _NUMBERS[row.kind]
        place = (room, *content.position, author, content.seq)
        more = (row.forwarded_from, row.vanish_s, due or None, *file_values(row.file))
        overlay, mentioned = None, False
        if row.mentions:
            overlay = encode_overlay(StoredOverlay(mentions=row.mentions))
            mentioned = unseen and self.mentions_us(row.mentions)
        return (*place, kind, row.text, row.reply_to, *more, overlay, mentioned, unseen)

    def _count_and_index(self) -> None:
        """Once for each commit: FTS5 would write to its tables at the end of every savepoint."""
        self.index_now()
        if self._reworded:
            self._reworded = False
            self._reindex()

    def _reindex(self) -> None:
        for statement in (_FORGET_WORDS, _LEARN_WORDS, "DELETE FROM reworded"):
            self._database.execute(statement)

    def index_now(self) -> None:
        """Let the index know all rows, before any is taken away."""
        fresh = sorted(self._database.execute(_FRESH))
        if not fresh:
            return
        for room, rows in groupby(fresh, itemgetter(0)):
            self._ordinals.absorb(room, [(hlc, event) for _, hlc, event in rows])
        self._database.execute(_INDEX)


def _as_row(row: RowAdded, due: int) -> MessageRow:
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
        forwarded_from=row.forwarded_from,
        vanish_s=row.vanish_s,
        vanishes_ms=due,
        file=row.file,
    )
