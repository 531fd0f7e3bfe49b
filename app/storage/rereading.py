"""Reads again, after an update, what only a newer version than the one before could read."""

from __future__ import annotations

from app.crypto.authoring import open_event
from app.crypto.room_keys import EpochKeys, epoch_keys
from app.domain.codec import DIALECT
from app.domain.events import Body, Event, Unsupported, decode_event
from app.domain.ids import RoomId
from app.domain.views import MessageKind
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.log_repository import LogRepository
from app.storage.read_tables import KINDS, ReadTables

AT_ONCE = 200

_MARK = "SELECT dialect FROM reader"
_SET_MARK = "UPDATE reader SET dialect = ?"
_UNREAD_KINDS = """
SELECT m.id, m.room, m.unseen, e.wire FROM message AS m
JOIN room ON room.id = m.room
JOIN event AS e ON e.room = m.room AND e.author = m.author AND e.seq = m.seq
WHERE m.id > ? AND m.kind = ? ORDER BY m.id LIMIT ?
"""
_SECRETS = "SELECT epoch, secret FROM room_epoch WHERE room = ?"


class Rereader:
    """Compares the mark that the last version left with what this one can read."""

    def __init__(
        self, database: Database, catalog: Catalog, tables: ReadTables, log: LogRepository
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._tables = tables
        self._log = log
        self._after = 0
        self._keys: dict[int, dict[int, EpochKeys]] = {}

    async def run(self) -> None:
        """Give rows that were unsupported their meaning, some hundred in one transaction."""
        if await self._database.read(self._mark) == DIALECT:
            return
        self._after = 0
        while await self._database.write(self._some):
            pass
        await self._database.write(lambda: self._database.execute(_SET_MARK, (DIALECT,)))

    def _mark(self) -> str:
        return str(self._database.execute(_MARK).fetchone()[0])

    def _some(self) -> bool:
        """Read the next rows; return whether there were any."""
        values = (self._after, KINDS.index(MessageKind.UNSUPPORTED), AT_ONCE)
        found = self._database.execute(_UNREAD_KINDS, values).fetchall()
        for row, room, unseen, wire in found:
            event = decode_event(wire)
            body = self._open(room, event)
            if not isinstance(body, Unsupported):
                self._tables.remove(room, row)
                self._log.reduce_again(RoomId(event.header.room), [(event, body)])
                if not unseen:
                    self._tables.see(room, event.position)
            self._after = row
        return bool(found)

    def _open(self, room: int, event: Event) -> Body:
        if room not in self._keys:
            secrets = self._database.execute(_SECRETS, (room,))
            self._keys[room] = {epoch: epoch_keys(epoch, secret) for epoch, secret in secrets}
        keys = self._keys[room].get(event.header.epoch)
        return open_event(event, keys) if keys is not None else Unsupported("")
