"""Reads again, after an update, what only a newer version than the one before could read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from app.domain.codec import DIALECT
from app.domain.content import is_act
from app.domain.events import Unsupported
from app.domain.ids import EventId, RoomId
from app.domain.room import Content, RowAdded, fold_in, start
from app.domain.views import MessageKind, RoomKind
from app.storage.database import Database
from app.storage.epoch_secrets import EpochSecrets
from app.storage.log_repository import LogRepository
from app.storage.read_tables import KINDS, ReadTables
from app.storage.reducer import Reducer
from app.storage.state_codec import encode_state, is_older

AT_ONCE = 200

_MARK = "SELECT dialect FROM reader"
_SET_MARK = "UPDATE reader SET dialect = ?"
_UNREAD_KINDS = """
SELECT m.id, m.room, m.unseen, e.wire FROM message AS m
JOIN room ON room.id = m.room
JOIN event AS e ON e.room = m.room AND e.author = m.author AND e.seq = m.seq
WHERE m.id > ? AND m.kind = ? ORDER BY m.id LIMIT ?
"""
_ROOMS = "SELECT id, kind, state FROM room"
_EMPTY = "UPDATE room SET state = ? WHERE id = ?"
_TEXTS = "SELECT author, seq FROM message WHERE room = ? AND kind = 0"
_EVENTS = "SELECT author, seq, wire FROM event WHERE room = ? AND held = 0 ORDER BY id"
_ROWS = "SELECT id, event FROM message WHERE room = ? AND kind IN (1, 2, 3)"


class Rereader:
    """Compares the mark that the last version left with what this one can read."""

    def __init__(
        self, database: Database, tables: ReadTables, reducer: Reducer, log: LogRepository
    ) -> None:
        self._database = database
        self._reducer = reducer
        self._tables = tables
        self._log = log
        self._after = 0
        self._secrets: dict[int, EpochSecrets] = {}

    async def run(self) -> None:
        """Give rows that were unsupported their meaning, some hundred in one transaction.

        Rooms whose stored state lacks what it follows from are gathered from their logs before.
        """
        for room, grouped in await self._database.read(self._older):
            await self._database.write(partial(self._gather, room, grouped=grouped))
        if await self._database.read(self._mark) == DIALECT:
            return
        self._after = 0
        while await self._database.write(self._some):
            pass
        await self._database.write(lambda: self._database.execute(_SET_MARK, (DIALECT,)))

    def _mark(self) -> str:
        return str(self._database.execute(_MARK).fetchone()[0])

    def _older(self) -> list[tuple[int, bool]]:
        return [
            (room, kind == RoomKind.GROUP.value)
            for room, kind, state in self._database.execute(_ROOMS).fetchall()
            if is_older(state)
        ]

    def _gather(self, room: int, *, grouped: bool) -> None:
        """Fold the acts of a room again, and let its rows tell what had effect."""
        empty = start(grouped=grouped)
        acts = list(self._acts(room))
        state, effects = fold_in(empty, acts)
        self._database.execute(_EMPTY, (encode_state(state), room))
        self._database.invalidate()
        wanted = {
            effect.content.position.event: effect
            for effect in effects
            if isinstance(effect, RowAdded)
        }
        for row, event in self._database.execute(_ROWS, (room,)).fetchall():
            if wanted.pop(EventId(event), None) is None:
                self._tables.remove(room, row)
        self._reducer.add(room, list(wanted.values()))

    def _acts(self, room: int) -> Iterator[Content]:
        secrets = EpochSecrets(self._database, room)
        texts = set(self._database.execute(_TEXTS, (room,)))
        for author, seq, wire in self._database.execute(_EVENTS, (room,)):
            content = secrets.open(wire) if (author, seq) not in texts else None
            if content is not None and is_act(content):
                yield content

    def _some(self) -> bool:
        """Read the next rows; return whether there were any."""
        values = (self._after, KINDS.index(MessageKind.UNSUPPORTED), AT_ONCE)
        found = self._database.execute(_UNREAD_KINDS, values).fetchall()
        for row, room, unseen, wire in found:
            content = self._open(room, wire)
            if content is not None and not isinstance(content.body, Unsupported):
                self._tables.remove(room, row)
                self._log.reduce_again(RoomId(content.room), [content])
                if not unseen:
                    self._tables.see(room, content.position)
            self._after = row
        return bool(found)

    def _open(self, room: int, wire: bytes) -> Content | None:
        if room not in self._secrets:
            self._secrets[room] = EpochSecrets(self._database, room)
        return self._secrets[room].open(wire)
