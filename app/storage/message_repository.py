"""Reading conversations: pages around a place, single rows, full-text search."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from app.domain.clock import MAX_HLC, compose
from app.domain.errors import AppError
from app.domain.events import decode_event
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.search_query import SearchQuery, parse_query
from app.domain.views import Position
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.ordinals import Ordinals
from app.storage.overlays import Overlays
from app.storage.read_tables import COLUMNS, ReadTables
from app.storage.records import MessageRow, RowPage
from app.storage.row_times import RowTimes
from app.storage.words import MATCH_END, MATCH_START, join_words, match_expression

SNIPPET_WORDS = 24
MAX_HITS = 500

_BEFORE = f"""
SELECT {COLUMNS} FROM message AS m INDEXED BY message_order
WHERE m.room = ? AND (hlc, event) < (?, ?)
ORDER BY hlc DESC, event DESC LIMIT ?"""  # noqa: S608 - constant columns
_LAST = f"""
SELECT {COLUMNS} FROM message AS m INDEXED BY message_order WHERE m.room = ?
ORDER BY hlc DESC, event DESC LIMIT ?"""  # noqa: S608 - constant columns
_AFTER = f"""
SELECT {COLUMNS} FROM message AS m INDEXED BY message_order
WHERE m.room = ? AND (hlc, event) >= (?, ?)
ORDER BY hlc, event LIMIT ?"""  # noqa: S608 - constant columns
_BY_EVENT = f"""
SELECT {COLUMNS} FROM message AS m JOIN room ON room.id = m.room
WHERE substr(m.event, 1, 8) = substr(?1, 1, 8) AND m.event = ?1"""  # noqa: S608 - constant columns
_INVITATIONS = f"""
SELECT {COLUMNS} FROM message AS m INDEXED BY message_invitation
JOIN room ON room.id = m.room WHERE m.kind = 9 ORDER BY m.hlc DESC, m.event DESC LIMIT ?
"""  # noqa: S608 - constant columns
_OFFERS = f"""
SELECT {COLUMNS} FROM message AS m JOIN room ON room.id = m.room
WHERE m.file_name != '' AND m.event NOT IN (SELECT event FROM transfer) ORDER BY m.hlc, m.event
"""  # noqa: S608 - constant columns
_AUTHORED = (
    "SELECT wire FROM event WHERE room = ? AND author = ? AND seq BETWEEN ? AND ? ORDER BY seq"
)
_IS_ROW = "SELECT 1 FROM message WHERE room = ? AND hlc = ? AND event = ?"
_NUMBER = "SELECT id FROM message WHERE room = ? AND hlc = ? AND event = ?"
_ORIGINAL = "SELECT coalesce(original, text) FROM message WHERE room = ? AND hlc = ? AND event = ?"
_SEARCH = f"""
SELECT snippet(message_index, 0, ?, ?, '…', {SNIPPET_WORDS}), {COLUMNS}
FROM message_index JOIN message AS m ON m.id = message_index.rowid JOIN room ON room.id = m.room
WHERE message_index MATCH ? {{}} ORDER BY message_index.rowid DESC LIMIT ?
"""  # noqa: S608 - constant columns
_TEXTS = "{tags} : (r *)"
_FILES = "{tags} : (f)"
_LINK_WORDS = "{text} : (http OR https OR www)"
_IS_LINK = "AND (m.text LIKE '%http://_%' OR m.text LIKE '%https://_%' OR m.text LIKE '%www._%')"
_WITHIN = "AND m.hlc >= ? AND m.hlc < ? AND message_index.rowid BETWEEN ? AND ?"


class MessageRepository:
    """Rows in the room's order. Raises AppError("unknown-room" | "unknown-message")."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        tables: ReadTables,
        ordinals: Ordinals,
        overlays: Overlays,
    ) -> None:
        self._database = database
        self._overlays = overlays
        self._times = RowTimes(database)
        self._catalog = catalog
        self._tables = tables
        self._ordinals = ordinals

    async def page(self, room: RoomId, around: Position | None, before: int, after: int) -> RowPage:
        """Up to `before` rows before `around` (exclusive) and `after` from it (inclusive).

        `around` None means the end; it need not be the place of a row.
        """
        return await self._database.read(lambda: self._page(room, around, before, after))

    async def position_at(self, room: RoomId, ordinal: int) -> Position | None:
        """Return the place of the row with `ordinal` rows before it, None if there is none."""
        return await self._database.read(
            lambda: self._ordinals.at(self._catalog.room(room), ordinal)
        )

    async def by_event(self, event: EventId) -> MessageRow:
        return await self._database.read(lambda: self._by_event(event))

    async def invitations(self, limit: int = 500) -> tuple[MessageRow, ...]:
        """Return the rows that invite somebody to a group, the latest first."""
        return await self._database.read(
            lambda: self._tables.rows(self._database.execute(_INVITATIONS, (limit,)).fetchall())
        )

    async def offers(self) -> tuple[MessageRow, ...]:
        """Return the rows that offer files of which nothing is kept as a transfer."""
        return await self._database.read(
            lambda: self._tables.rows(self._database.execute(_OFFERS).fetchall())
        )

    async def versions(self, event: EventId) -> list[tuple[Position, str]]:
        """Return a message's texts in the order in which they counted; none if it is deleted."""

        def run() -> list[tuple[Position, str]]:
            row = self._by_event(event)
            if row.deleted:
                return []
            number = self._catalog.room(row.room)
            found = self._database.execute(_ORIGINAL, (number, *row.position)).fetchone()
            return [(row.position, found[0]), *self._overlays.versions(number, event)]

        return await self._database.read(run)

    async def hide(self, event: EventId) -> MessageRow:
        """Take a row out of this store for good, whatever it is elsewhere; return it."""

        def run() -> MessageRow:
            row = self._by_event(event)
            number = self._catalog.room(row.room)
            found = self._database.execute(_NUMBER, (number, *row.position)).fetchone()
            self._tables.remove(number, found[0])
            self._database.execute("INSERT INTO hidden VALUES (?, ?)", (number, event))
            return row

        return await self._database.write(run)

    async def hidden(self, room: RoomId) -> list[EventId]:
        """Return what was taken out of this store by `hide`."""
        sql = "SELECT event FROM hidden WHERE room = ? ORDER BY event"

        def run() -> list[EventId]:
            rows = self._database.execute(sql, (self._catalog.room(room),))
            return [EventId(event) for (event,) in rows]

        return await self._database.read(run)

    async def authored(self, room: RoomId, author: PeerId, first: int, last: int) -> list[EventId]:
        """Return the rows that are `author`'s events from seq `first` to `last`, both included."""

        def run() -> list[EventId]:
            number = self._catalog.room(room)
            values = (number, self._catalog.peer(author), first, last)
            events = [decode_event(wire) for (wire,) in self._database.execute(_AUTHORED, values)]
            return [event.id for event in events if self._is_row(number, event.position)]

        return await self._database.read(run)

    async def search(
        self,
        query: SearchQuery | str,
        room: RoomId | None,
        limit: int,
        people: Sequence[Collection[PeerId]] = (),
        rooms: Sequence[Collection[RoomId]] = (),
    ) -> list[tuple[MessageRow, str]]:
        """Return the latest rows that match `query`, newest first, with snippets.

        Whose names the query means is for the caller to know: the author must be in each of
        `people`, the room in each of `rooms`. A snippet has U+E000 before and U+E001 after each
        match. Any query is fine; an empty one finds nothing.
        """
        wanted = parse_query(query) if isinstance(query, str) else query
        if wanted.is_empty:
            return []
        places = [*rooms, *([[room]] if room is not None else [])]

        def run() -> list[tuple[MessageRow, str]]:
            match = self._match(wanted, people, places)
            where, bounds = self._bounds(wanted)
            values = (MATCH_START, MATCH_END, match, *bounds, max(0, min(limit, MAX_HITS)))
            found = self._database.execute(_SEARCH.format(where), values).fetchall()
            rows = self._tables.rows(row[1:] for row in found)
            hits = [(row, join_words(text)) for row, (text, *_) in zip(rows, found, strict=True)]
            return sorted(hits, key=lambda hit: hit[0].position, reverse=True)

        return await self._database.read(run)

    def _match(
        self,
        query: SearchQuery,
        people: Sequence[Collection[PeerId]],
        rooms: Sequence[Collection[RoomId]],
    ) -> str:
        words = match_expression(query.terms)
        parts = [f"{{text}} : ({words})"] if words else []
        parts += [_LINK_WORDS] if query.links else []
        parts += [_FILES] if query.files else []
        number = self._catalog.room
        parts += [_tagged(f"r{number(room)}" for room in choice) for choice in rooms]
        parts += [
            _tagged(f"a{known}" for peer in choice if (known := self._catalog.known(peer)))
            for choice in people
        ]
        return " AND ".join(parts or [_TEXTS])

    def _bounds(self, query: SearchQuery) -> tuple[str, list[int]]:
        """Return conditions on the time and the links of rows, and their values."""
        links = f"AND m.kind = 0 {_IS_LINK if query.links else ''}"
        if query.after_ms is None and query.before_ms is None:
            return links, []
        first = _stamp(query.after_ms or 0)
        end = MAX_HLC if query.before_ms is None else _stamp(query.before_ms)
        return f"{links} {_WITHIN}", [first, end, *self._times.numbers(first, end)]

    def _by_event(self, event: EventId) -> MessageRow:
        found = self._database.execute(_BY_EVENT, (event,)).fetchone()
        if found is None:
            raise AppError("unknown-message")
        return self._tables.rows([found])[0]

    def _is_row(self, number: int, position: Position) -> bool:
        found = self._database.execute(_IS_ROW, (number, *position)).fetchone()
        return found is not None

    def _page(self, room: RoomId, around: Position | None, before: int, after: int) -> RowPage:
        number = self._catalog.room(room)
        execute = self._database.execute
        if around is None:
            older = execute(_LAST, (number, before + 1)).fetchall()
            newer: list[Any] = []
        else:
            older = execute(_BEFORE, (number, *around, before + 1)).fetchall()
            newer = execute(_AFTER, (number, *around, after + 1)).fetchall()
        stored = older[:before][::-1] + newer[:after]
        more_before, more_after = len(older) > before, len(newer) > after
        (total,) = execute("SELECT total FROM room WHERE id = ?", (number,)).fetchone()
        first = 0
        if more_before and not more_after:
            first = total - len(stored)
        elif more_before and around is not None:
            first = self._ordinals.before(number, around) - len(older[:before])
        rows = self._tables.rows(stored)
        return RowPage(rows, more_before, more_after, first, total)


def _tagged(tags: Iterable[str]) -> str:
    """Return the expression for rows with one of these tags; no row has the tag "none"."""
    return f"{{tags}} : ({' OR '.join(sorted(tags)) or 'none'})"


def _stamp(ms: int) -> int:
    return max(0, min(compose(ms), MAX_HLC))
