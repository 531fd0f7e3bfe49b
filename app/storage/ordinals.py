"""How many rows come before a position, and the reverse, without counting the whole room.

The `ordinal` table cuts each room into stretches of at most MAX_STRETCH rows with their exact
counts; only inside one stretch are rows counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.ids import EventId
from app.domain.room import NOWHERE
from app.domain.views import Position
from app.storage.database import Database

MAX_STRETCH = 1024
_Start = tuple[int, bytes]

_COUNT = (
    "SELECT count(*) FROM message WHERE room = ? AND (hlc, event) >= (?, ?) "
    "AND (hlc, event) < (?, ?)"
)
_NTH = (
    "SELECT hlc, event FROM message WHERE room = ? AND (hlc, event) >= (?, ?) "
    "ORDER BY hlc, event LIMIT 1 OFFSET ?"
)
_STORE = (
    "INSERT INTO ordinal (room, hlc, event, rows) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (room, hlc, event) DO UPDATE SET rows = excluded.rows"
)


@dataclass(slots=True)
class _Stretches:
    starts: list[_Start]
    counts: list[int]


class Ordinals:
    """Call it on the database's thread; rooms go by their numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._generation = -1
        self._rooms: dict[int, _Stretches] = {}

    def absorb(self, room: int, places: Iterable[_Start]) -> None:
        """Count rows that the running transaction has added."""
        stretches = self._stretches(room)
        changed: set[_Start] = set()
        for place in places:
            index = bisect_right(stretches.starts, place) - 1
            stretches.counts[index] += 1
            changed.add(stretches.starts[index])
        for start in sorted(changed):
            self._store(room, stretches, start)

    def release(self, room: int, place: _Start) -> None:
        """Count no more a row that the running transaction takes away."""
        stretches = self._stretches(room)
        index = bisect_right(stretches.starts, place) - 1
        stretches.counts[index] -= 1
        self._write(room, stretches, index)

    def before(self, room: int, position: Position) -> int:
        """Return how many rows of the room come before `position`."""
        stretches = self._stretches(room)
        index = bisect_right(stretches.starts, position) - 1
        start = stretches.starts[index]
        inside = self._database.execute(_COUNT, (room, *start, *position)).fetchone()[0]
        return sum(stretches.counts[:index]) + int(inside)

    def at(self, room: int, ordinal: int) -> Position | None:
        """Return the place of the row with `ordinal` rows before it, None if there is none."""
        stretches = self._stretches(room)
        left = max(ordinal, 0)
        for start, count in zip(stretches.starts, stretches.counts, strict=True):
            if left < count:
                hlc, event = self._nth(room, start, left)
                return Position(hlc, EventId(event))
            left -= count
        return None

    def _store(self, room: int, stretches: _Stretches, start: _Start) -> None:
        index = bisect_right(stretches.starts, start) - 1
        while stretches.counts[index] > MAX_STRETCH:
            middle = self._nth(room, stretches.starts[index], MAX_STRETCH // 2)
            rest = stretches.counts[index] - MAX_STRETCH // 2
            stretches.starts.insert(index + 1, middle)
            stretches.counts.insert(index + 1, rest)
            stretches.counts[index] = MAX_STRETCH // 2
            self._write(room, stretches, index)
            index += 1
        self._write(room, stretches, index)

    def _write(self, room: int, stretches: _Stretches, index: int) -> None:
        values = (room, *stretches.starts[index], stretches.counts[index])
        self._database.execute(_STORE, values)

    def _nth(self, room: int, start: _Start, offset: int) -> _Start:
        hlc, event = self._database.execute(_NTH, (room, *start, offset)).fetchone()
        return hlc, event

    def _stretches(self, room: int) -> _Stretches:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._rooms.clear()
        if room not in self._rooms:
            self._rooms[room] = self._load(room)
        return self._rooms[room]

    def _load(self, room: int) -> _Stretches:
        rows = self._database.execute(
            "SELECT hlc, event, rows FROM ordinal WHERE room = ? ORDER BY hlc, event", (room,)
        ).fetchall()
        if not rows:
            return _Stretches([NOWHERE], [0])
        return _Stretches([(hlc, event) for hlc, event, _ in rows], [row[2] for row in rows])
