"""Rooms of others whose sealed events we keep: no key of theirs is here, nothing is opened."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain.couriers import Quota
from app.domain.errors import AppError
from app.domain.events import decode_event
from app.domain.ids import EventId, PeerId, RoomId, to_text
from app.protocol.courier_log import OVERHEAD, Kept, Shelved, first_of, shelve
from app.protocol.courier_roster import Roster, decode_roster, encode_roster
from app.protocol.room_log import Head
from app.storage.database import Database

_PUT = """
INSERT INTO courier_room (room, patron, roster, seen_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (room) DO UPDATE SET roster = excluded.roster, seen_ms = excluded.seen_ms
"""
_GROW = """
INSERT INTO courier_log (room, author, first, last, event) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (room, author) DO UPDATE SET last = excluded.last, event = excluded.event
"""
_APPEND = "INSERT INTO courier_event (room, author, seq, taken_ms, wire) VALUES (?, ?, ?, ?, ?)"
_AT = "SELECT wire FROM courier_event WHERE room = ? AND author = ? AND seq = ?"
_SPAN = """
SELECT wire FROM courier_event WHERE room = ? AND author = ? AND seq BETWEEN ? AND ? ORDER BY seq
"""
# An author's log loses its beginning, never a part in the middle: clocks may have been set back.
_OLD = """
SELECT room, author, max(seq) FROM courier_event WHERE taken_ms NOT BETWEEN ? AND ?
GROUP BY room, author
"""
_FORGET = "DELETE FROM courier_event WHERE room = ? AND author = ? AND seq <= ?"
_BEGIN = "UPDATE courier_log SET first = ? WHERE room = ? AND author = ?"
_WEIGH = f"""
UPDATE courier_room SET bytes = (SELECT coalesce(sum(length(wire) + {OVERHEAD}), 0)
    FROM courier_event WHERE courier_event.room = courier_room.id) WHERE id = ?
"""  # noqa: S608 - a constant
_IDLE = "SELECT room FROM courier_room WHERE bytes = 0 AND seen_ms NOT BETWEEN ? AND ?"
_SEEN = "UPDATE courier_room SET seen_ms = ? WHERE room = ?"
_DROP = "DELETE FROM courier_room WHERE room = ?"
_RECEIPT = """
INSERT INTO courier_receipt (room, member, signed) VALUES (?, ?, ?)
ON CONFLICT (room, member) DO UPDATE SET signed = excluded.signed
"""


@dataclass(frozen=True, slots=True)
class StoredRoom:
    """A room as it is at the start: `seen_ms` is when a member was here last (Unix ms)."""

    roster: Roster
    logs: Mapping[PeerId, Kept]
    size: int
    seen_ms: int


class CourierRepository:
    """One call is one transaction. Calls for a room that is not here raise "unknown-room"."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[StoredRoom]:
        """Return everything but the events. Raises AppError("database-corrupt")."""

        def run() -> list[StoredRoom]:
            sql = "SELECT id, patron, roster, bytes, seen_ms FROM courier_room"
            rows = self._database.execute(sql).fetchall()
            return [
                StoredRoom(decode_roster(raw, PeerId(patron)), self._logs(number), size, seen)
                for number, patron, raw, size, seen in rows
            ]

        return await self._database.read(run)

    async def put(self, roster: Roster, now_ms: int) -> None:
        """Keep a room from now on, or what is new about it."""
        values = (roster.room, roster.patron, encode_roster(roster), now_ms)
        await self._database.write(lambda: self._database.execute(_PUT, values))

    async def drop(self, room: RoomId) -> None:
        """Forget a room and all its events."""
        await self._database.write(lambda: self._database.execute(_DROP, (room,)))

    async def logs(self, room: RoomId) -> Mapping[PeerId, Kept]:
        """Return the logs of all authors as they are now."""
        return await self._database.read(lambda: self._logs(self._number(room)))

    async def ingest(
        self, room: RoomId, batch: Sequence[bytes], quota: Quota, now_ms: int
    ) -> Shelved:
        """Check and store events, as far as the quota goes.

        Raises RemoteProtocolError as `shelve` does; nothing is stored then.
        """

        def run() -> Shelved:
            number = self._number(room)
            logs = self._logs(number)
            taken = shelve(room, logs, self._finder(number), batch, self._budget(number, quota))
            self._append(number, taken, logs, now_ms)
            return taken

        return await self._database.write(run)

    def _finder(self, number: int) -> _Finder:
        return _Finder(self._database, number)

    def _budget(self, number: int, quota: Quota) -> int:
        sql = "SELECT coalesce(sum(bytes), 0), coalesce(sum(bytes) FILTER (WHERE id = ?), 0)"
        used = self._database.execute(f"{sql} FROM courier_room", (number,)).fetchone()
        total, own = used
        return int(min(quota.room - own, quota.total - total))

    def _append(
        self, number: int, taken: Shelved, logs: Mapping[PeerId, Kept], now_ms: int
    ) -> None:
        execute = self._database.execute
        self._database.executemany(
            _APPEND,
            [(number, e.header.author, e.header.seq, now_ms, e.encode()) for e in taken.events],
        )
        for author, head in taken.heads.items():
            first = first_of(logs, author).first
            execute(_GROW, (number, author, first, head.seq, head.event))
        sql = "UPDATE courier_room SET bytes = bytes + ?, seen_ms = ? WHERE id = ?"
        execute(sql, (taken.size, now_ms, number))

    async def events_in(
        self, room: RoomId, spans: Sequence[tuple[PeerId, int, int]], max_bytes: int
    ) -> list[bytes]:
        """Return events of these spans that are still here, as `LogRepository.events_in` does.

        Of an author whose span begins before that there are none.
        """

        def run() -> list[bytes]:
            number = self._number(room)
            logs = self._logs(number)
            wires: list[bytes] = []
            size = 0
            for author, first, last in spans:
                if first < first_of(logs, author).first:
                    continue
                for (wire,) in self._database.execute(_SPAN, (number, author, first, last)):
                    size += len(wire)
                    if wires and size > max_bytes:
                        return wires
                    wires.append(wire)
            return wires

        return await self._database.read(run)

    async def expire(
        self, now_ms: int, keep_ms: int, present: Collection[RoomId] = ()
    ) -> set[RoomId]:
        """Forget events that were taken longer ago; return the rooms that have shrunk.

        Rooms of which nothing is left and nobody was seen for as long are forgotten as well;
        of those `present` somebody is here now.
        """

        limits = now_ms - keep_ms, now_ms + keep_ms

        def run() -> set[RoomId]:
            self._database.executemany(_SEEN, [(now_ms, room) for room in present])
            return self._expire(limits)

        return await self._database.write(run)

    def _expire(self, limits: tuple[int, int]) -> set[RoomId]:
        execute = self._database.execute
        old = execute(_OLD, limits).fetchall()
        for number, author, last in old:
            execute(_FORGET, (number, author, last))
            execute(_BEGIN, (last + 1, number, author))
        numbers = {row[0] for row in old}
        for number in numbers:
            execute(_WEIGH, (number,))
        idle = [RoomId(room) for (room,) in execute(_IDLE, limits)]
        rooms = execute("SELECT id, room FROM courier_room").fetchall()
        for room in idle:
            execute(_DROP, (room,))
        return {RoomId(room) for number, room in rooms if number in numbers}.union(idle)

    async def save_receipt(self, room: RoomId, member: PeerId, signed: bytes) -> None:
        """Keep this in place of an earlier one of the same member."""

        def run() -> None:
            self._database.execute(_RECEIPT, (self._number(room), member, signed))

        await self._database.write(run)

    async def receipts(self) -> dict[tuple[RoomId, PeerId], bytes]:
        def run() -> dict[tuple[RoomId, PeerId], bytes]:
            sql = """SELECT courier_room.room, member, signed FROM courier_receipt
                JOIN courier_room ON courier_room.id = courier_receipt.room"""
            found = self._database.execute(sql).fetchall()
            return {(RoomId(room), PeerId(member)): signed for room, member, signed in found}

        return await self._database.read(run)

    def _number(self, room: RoomId) -> int:
        sql = "SELECT id FROM courier_room WHERE room = ?"
        row = self._database.execute(sql, (room,)).fetchone()
        if row is None:
            raise AppError("unknown-room", {"room": to_text(room)})
        return int(row[0])

    def _logs(self, number: int) -> dict[PeerId, Kept]:
        sql = "SELECT author, first, last, event FROM courier_log WHERE room = ?"
        return {
            PeerId(author): Kept(first, Head(last, EventId(event)))
            for author, first, last, event in self._database.execute(sql, (number,))
        }


class _Finder:
    """Looks up the id of a stored event."""

    def __init__(self, database: Database, number: int) -> None:
        self._database = database
        self._number = number

    def __call__(self, author: PeerId, seq: int) -> EventId | None:
        row = self._database.execute(_AT, (self._number, author, seq)).fetchone()
        return decode_event(row[0]).id if row is not None else None
