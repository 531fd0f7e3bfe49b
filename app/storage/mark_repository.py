"""Ticks: how far each member has stored and read each log, and how far we have read."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import Position
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.log_repository import LogRepository
from app.storage.read_tables import ReadTables
from app.storage.records import Marks, ReadResult, RoomMarks

_RAISE = """
INSERT INTO mark (room, member, author, stored, read) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (room, member, author) DO UPDATE
SET stored = max(stored, excluded.stored), read = max(read, excluded.read)
"""
_UNREAD_TEXTS = (
    "SELECT count(*) FROM message INDEXED BY message_unseen "
    "WHERE unseen = 1 AND room = ? AND (hlc, event) <= (?, ?) AND kind = 0"
)
_SEE = (
    "UPDATE message INDEXED BY message_unseen SET unseen = 0 "
    "WHERE unseen = 1 AND room = ? AND (hlc, event) <= (?, ?)"
)
_TIME = (
    "UPDATE message INDEXED BY message_unseen SET vanishes = min(vanishes, ? + vanish_s * 1000) "
    "WHERE unseen = 1 AND room = ? AND (hlc, event) <= (?, ?) AND vanish_s > 0 "
    "AND vanishes IS NOT NULL RETURNING event"
)
_MOVE = """
UPDATE room SET marked = 0, unread = unread - :texts,
    read_event = CASE WHEN (:hlc, :event) > (coalesce(read_hlc, -1), coalesce(read_event, x''))
        THEN :event ELSE read_event END,
    read_hlc = max(coalesce(read_hlc, -1), :hlc)
WHERE id = :room RETURNING unread
"""
_FIRST_UNSEEN = (
    "SELECT author, min(seq) FROM message INDEXED BY message_unseen "
    "WHERE unseen = 1 AND room = ? GROUP BY author"
)

_LAST_SHOWN = (
    "SELECT seq FROM message WHERE room = ? AND author = ? ORDER BY hlc DESC, event DESC LIMIT 1"
)


class MarkRepository:
    """Marks only ever rise. Raises AppError("unknown-room")."""

    def __init__(
        self, database: Database, catalog: Catalog, log: LogRepository, tables: ReadTables
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._log = log
        self._tables = tables

    async def update(
        self,
        room: RoomId,
        member: PeerId,
        stored: Mapping[PeerId, int],
        read: Mapping[PeerId, int],
    ) -> None:
        """Note up to which seq of each author `member` has stored and read the log."""

        def run() -> None:
            peer = self._catalog.peer
            key = (self._catalog.room(room), peer(member))
            rows = [
                (*key, peer(author), stored.get(author, 0), read.get(author, 0))
                for author in {**stored, **read}
            ]
            self._database.executemany(_RAISE, rows)

        await self._database.write(run)

    async def load(self, room: RoomId) -> RoomMarks:
        return await self._database.read(lambda: self._load(room))

    async def set_sent(self, room: RoomId, seq: int) -> None:
        """Note that our own events up to `seq` were handed to a member's link."""

        def run() -> None:
            values = (seq, self._catalog.room(room))
            self._database.execute("UPDATE room SET sent = max(sent, ?) WHERE id = ?", values)

        await self._database.write(run)

    async def mark_read(self, room: RoomId, to: Position, me: PeerId) -> ReadResult:
        """Everything up to `to` has been read by us; what disappears begins to do so."""

        def run() -> ReadResult:
            self._catalog.learn_own(me)
            number = self._catalog.room(room)
            execute = self._database.execute
            (texts,) = execute(_UNREAD_TEXTS, (number, *to)).fetchone()
            now = self._tables.gone.now_ms()
            timed = execute(_TIME, (now, number, *to)).fetchall()
            execute(_SEE, (number, *to))
            values = {"texts": texts, "hlc": to.hlc, "event": to.event, "room": number}
            (unread,) = execute(_MOVE, values).fetchone()
            rows = tuple(self._tables.by_event(number, EventId(event)) for (event,) in timed)
            return ReadResult(self._read_vector(room, number, me), unread, rows)

        return await self._database.write(run)

    async def read_here(self, room: RoomId, me: PeerId) -> dict[PeerId, int]:
        """Return up to which seq of each author we have read everything."""

        def run() -> dict[PeerId, int]:
            return self._read_vector(room, self._catalog.room(room), me)

        return await self._database.read(run)

    def _read_vector(self, room: RoomId, number: int, me: PeerId) -> dict[PeerId, int]:
        vector = {
            author: head.seq for author, head in self._log.heads(room).items() if author != me
        }
        for author, first in self._database.execute(_FIRST_UNSEEN, (number,)):
            vector[self._catalog.peer_id(author)] = first - 1
        silenced = self._tables.gone.silenced(number)
        if silenced in vector:
            vector[silenced] = min(vector[silenced], self._last_shown(number, silenced))
        return {author: seq for author, seq in vector.items() if seq}

    def _last_shown(self, room: int, author: PeerId) -> int:
        """What was dropped after the last row of somebody has been read by nobody."""
        values = (room, self._catalog.known(author))
        found = self._database.execute(_LAST_SHOWN, values).fetchone()
        return int(found[0]) if found is not None else 0

    def _load(self, room: RoomId) -> RoomMarks:
        number = self._catalog.room(room)
        execute = self._database.execute
        members: dict[PeerId, Marks] = {}
        sql = "SELECT member, author, stored, read FROM mark WHERE room = ?"
        for member, author, stored, read in execute(sql, (number,)):
            marks = members.setdefault(self._catalog.peer_id(member), Marks())
            of = self._catalog.peer_id(author)
            if stored:
                marks.stored[of] = stored
            if read:
                marks.read[of] = read
        (sent,) = execute("SELECT sent FROM room WHERE id = ?", (number,)).fetchone()
        return RoomMarks(members, sent)
