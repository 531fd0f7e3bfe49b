"""Rows whose time is over: which they are, and how they go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.domain.ids import EventId, RoomId
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.read_tables import COLUMNS, ReadTables
from app.storage.records import MessageRow

AT_ONCE = 200

_NEXT = (
    "SELECT vanishes FROM message INDEXED BY message_vanishes WHERE vanishes IS NOT NULL "
    "AND room IN (SELECT id FROM room) ORDER BY vanishes LIMIT 1"
)
_DUE = (
    "SELECT id, room, event FROM message WHERE vanishes <= ? AND room IN (SELECT id FROM room) "
    "ORDER BY vanishes LIMIT ?"
)
_QUOTING = f"""
SELECT {COLUMNS} FROM message AS m WHERE substr(m.reply_to, 1, 8) = substr(?1, 1, 8)
AND m.reply_to = ?1 AND m.room = ?2"""  # noqa: S608 - constant columns
_TIMERS = (
    "SELECT event, vanishes FROM message WHERE room = ? AND vanishes IS NOT NULL ORDER BY event"
)
_SET_TIMER = (
    "UPDATE message SET vanishes = min(vanishes, ?3) WHERE substr(event, 1, 8) = substr(?2, 1, 8) "
    "AND event = ?2 AND room = ?1 AND vanishes IS NOT NULL"
)


# Else the index only notes that they do not count any more; it takes half a millisecond a row.
_WIPE_WORDS = "INSERT INTO message_index (message_index, rank) VALUES ('secure-delete', ?)"


@dataclass(frozen=True, slots=True)
class Erased:
    """Rows of a room that are gone, and those which quoted them, as they look now."""

    room: RoomId
    events: tuple[EventId, ...]
    quoting: tuple[MessageRow, ...]


class VanishingRepository:
    def __init__(self, database: Database, catalog: Catalog, tables: ReadTables) -> None:
        self._database = database
        self._catalog = catalog
        self._tables = tables

    def follow(self, clock: Callable[[], int]) -> None:
        """Take the time from `clock` (Unix ms) from now on, in all of this store."""
        self._tables.gone.now_ms = clock

    async def next_ms(self) -> int | None:
        """Return when the next row's time is over, in Unix ms."""

        def run() -> int | None:
            found = self._database.execute(_NEXT).fetchone()
            return int(found[0]) if found is not None else None

        return await self._database.read(run)

    async def erase_due(self, now_ms: int) -> Sequence[Erased]:
        """Erase rows whose time is over, at most AT_ONCE: ask again until there are none."""
        return await self._database.write(lambda: self._erase(now_ms))

    async def timers(self, room: RoomId) -> list[tuple[EventId, int]]:
        """Return which rows vanish when, in Unix ms."""

        def run() -> list[tuple[EventId, int]]:
            found = self._database.execute(_TIMERS, (self._catalog.room(room),))
            return [(EventId(event), ms) for event, ms in found]

        return await self._database.read(run)

    async def set_timers(self, room: RoomId, timers: Iterable[tuple[EventId, int]]) -> None:
        """Let rows vanish so early, if they do not earlier."""

        def run() -> None:
            number = self._catalog.room(room)
            values = [(number, event, ms) for event, ms in timers]
            self._database.executemany(_SET_TIMER, values)

        await self._database.write(run)

    def _erase(self, now_ms: int) -> list[Erased]:
        rooms: dict[int, list[EventId]] = {}
        due = self._database.execute(_DUE, (now_ms, AT_ONCE)).fetchall()
        if due:
            self._tables.index_now()
            self._database.execute(_WIPE_WORDS, (1,))
        for row, room, event in due:
            self._tables.remove(room, row)
            self._tables.gone.hide(room, EventId(event))
            rooms.setdefault(room, []).append(EventId(event))
        if due:
            self._database.execute(_WIPE_WORDS, (0,))
        return [
            Erased(self._catalog.room_id(room), tuple(events), self.quoting(room, events))
            for room, events in rooms.items()
        ]

    def quoting(self, room: int, events: Iterable[EventId]) -> tuple[MessageRow, ...]:
        """Return the rows that answer any of `events`; on the database's thread."""
        found = {}
        for event in events:
            for row in self._database.execute(_QUOTING, (event, room)):
                found[row[2]] = row
        return self._tables.rows(found.values())
