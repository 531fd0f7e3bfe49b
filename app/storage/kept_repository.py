"""What is kept of conversations on this machine only: how they stand in the list, what was cleared.

Everything raises AppError("unknown-room").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from app.domain.clock import compose
from app.domain.contacts import Span
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import Position
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.read_tables import BY_EVENT, ReadTables
from app.storage.records import Kept, MessageRow

CLEAR_ROWS = 2000

_KEPT = "SELECT muted_ms, pin, archived, marked FROM room WHERE id = ?"
_SET = "UPDATE room SET {} = ? WHERE id = ?"
_PIN_LAST = "UPDATE room SET pin = 1 + (SELECT max(pin) FROM room) WHERE id = ? AND pin = 0"
_PINNED = "SELECT DISTINCT target FROM operation WHERE room = ? AND register = x'70'"
_FIRST_FROM = (
    "SELECT hlc, event FROM message WHERE room = ? AND (hlc, event) >= (?, x'') "
    "ORDER BY hlc, event LIMIT 1"
)
_LAST = "SELECT hlc, event FROM message WHERE room = ? ORDER BY hlc DESC, event DESC LIMIT 1"
_MENTION = (
    "SELECT hlc, event FROM message INDEXED BY message_mentioned "
    "WHERE unseen = 1 AND mentioned = 1 AND room = ? ORDER BY hlc, event LIMIT 1"
)
_CLEARING = "SELECT id, room FROM room WHERE clearing = 1"
_OUTDATED = f"""
SELECT m.id, m.hlc, m.event, m.unseen AND m.kind = 0 FROM message AS m
JOIN peer AS p ON p.id = m.author
JOIN cleared AS c ON c.room = :id AND c.author = p.peer AND m.seq <= c.seq
WHERE m.room = :room LIMIT {CLEAR_ROWS}"""  # noqa: S608 - a number
# The index has to be told the very words that it was given.
_CLEAR_INDEX = (
    "INSERT INTO message_index (message_index, rowid, text, tags) "
    "SELECT 'delete', id, text, tags FROM message_words WHERE id = ?"
)
_CLEAR_MESSAGE = "DELETE FROM message WHERE id = ?"
_CLEAR_OPERATIONS = "DELETE FROM operation WHERE room = ? AND target = ?"
_COUNT_LESS = "UPDATE room SET total = total - ?, unread = unread - ? WHERE id = ?"
_MAX_MS = (1 << 47) - 1


class KeptRepository:
    def __init__(self, database: Database, catalog: Catalog, tables: ReadTables) -> None:
        self._database = database
        self._catalog = catalog
        self._tables = tables

    async def get(self, room: RoomId) -> Kept:
        def run() -> Kept:
            found = self._database.execute(_KEPT, (self._catalog.room(room),)).fetchone()
            return Kept(found[0], found[1], bool(found[2]), bool(found[3]))

        return await self._database.read(run)

    async def restore(self, room: RoomId, kept: Kept) -> None:
        """Let a room stand in the list as another store had it."""

        def run() -> None:
            number = self._catalog.room(room)
            for column, value in asdict(kept).items():
                self._database.execute(_SET.format(column), (value, number))

        await self._database.write(run)

    async def mute(self, room: RoomId, until_ms: int) -> None:
        """0 for not at all, -1 for ever, else Unix ms."""
        await self._set(room, "muted_ms", until_ms)

    async def pin(self, room: RoomId, on: bool) -> None:
        """Pin it after the others, or not any more."""
        if not on:
            await self._set(room, "pin", 0)
            return
        await self._database.write(
            lambda: self._database.execute(_PIN_LAST, (self._catalog.room(room),))
        )

    async def archive(self, room: RoomId, on: bool) -> None:
        await self._set(room, "archived", int(on))

    async def mark(self, room: RoomId, on: bool) -> None:
        await self._set(room, "marked", int(on))

    async def cleared(self, room: RoomId) -> dict[PeerId, int]:
        """Return up to which seq of each author the history was deleted here."""
        return await self._database.read(lambda: self._tables.gone.cleared(room))

    def forget_unheard(self, spans: Mapping[PeerId, Sequence[Span]]) -> None:
        """Show nothing that comes from now on and was written to us alone in these times."""
        self._tables.gone.unheard = dict(spans)

    async def set_cleared(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """Show nothing of the authors up to these seqs, if it should come."""
        await self._database.write(lambda: self._tables.gone.clear(room, vector))

    async def cap_cleared(self, room: RoomId, author: PeerId, seq: int) -> None:
        """Show what `author` may write anew after this seq."""
        await self._database.write(lambda: self._tables.gone.cap(room, author, seq))

    async def clear(self, room: RoomId) -> None:
        """Delete all rows of a room for good; its log stays, for others may lack it.

        What is there when it begins does not come back even if it is interrupted.
        """

        def begin() -> None:
            number = self._catalog.room(room)
            self._tables.gone.clear_all(number)
            self._database.execute(_SET.format("clearing"), (1, number))

        await self._database.write(begin)
        await self.finish_clearing()

    async def finish_clearing(self) -> None:
        """Go on deleting histories, a few thousand rows in one transaction."""
        while await self._database.write(self._clear_some):
            pass

    async def pinned(self, room: RoomId) -> list[MessageRow]:
        """Return the pinned messages in the room's order."""

        def run() -> list[MessageRow]:
            number, execute = self._catalog.room(room), self._database.execute
            targets = [event for (event,) in execute(_PINNED, (number,))]
            found = (execute(BY_EVENT, (event, number)).fetchone() for event in targets)
            rows = self._tables.rows(row for row in found if row is not None)
            return sorted((row for row in rows if row.pinned), key=lambda row: row.position)

        return await self._database.read(run)

    async def at_time(self, room: RoomId, time_ms: int) -> Position | None:
        """Return the place of the first row from then on, else of the last one."""

        def run() -> Position | None:
            number, execute = self._catalog.room(room), self._database.execute
            stamp = compose(max(0, min(time_ms, _MAX_MS)))
            found = execute(_FIRST_FROM, (number, stamp)).fetchone()
            return _place(found or execute(_LAST, (number,)).fetchone())

        return await self._database.read(run)

    async def first_mention(self, room: RoomId) -> Position | None:
        """Return the place of the first unread row that mentions us."""
        return await self._database.read(
            lambda: _place(self._database.execute(_MENTION, (self._catalog.room(room),)).fetchone())
        )

    async def _set(self, room: RoomId, column: str, value: int) -> None:
        await self._database.write(
            lambda: self._database.execute(_SET.format(column), (value, self._catalog.room(room)))
        )

    def _clear_some(self) -> bool:
        """Return whether there may be more to do."""
        execute, many = self._database.execute, self._database.executemany
        found = execute(_CLEARING).fetchone()
        if found is None:
            return False
        number, room = found
        self._tables.index_now()
        rows = execute(_OUTDATED, {"room": number, "id": room}).fetchall()
        ids = [(row,) for row, *_ in rows]
        many(_CLEAR_INDEX, ids)
        many(_CLEAR_MESSAGE, ids)
        many(_CLEAR_OPERATIONS, [(number, event) for _, _, event, _ in rows])
        self._tables.count_less(number, [(hlc, event) for _, hlc, event, _ in rows])
        execute(_COUNT_LESS, (len(rows), sum(unread for *_, unread in rows), number))
        if len(rows) < CLEAR_ROWS:
            execute(_SET.format("clearing"), (0, number))
        self._database.invalidate()  # the numbers of rows may be given to others
        return True


def _place(found: tuple[int, bytes] | None) -> Position | None:
    return Position(found[0], EventId(found[1])) if found is not None else None
