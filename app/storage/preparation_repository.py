"""Files that are to be offered and have to be read first."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from app.domain.files import FileOffered
from app.domain.ids import EventId, RoomId
from app.storage.database import Database

_ALL = "SELECT key, batch, room, made_ms, path, files, draft FROM preparation ORDER BY number"
_ADD = (
    "INSERT INTO preparation (key, batch, room, made_ms, path, files, draft) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_CHANGE = "UPDATE preparation SET draft = ? WHERE key = ?"
_REMOVE = "DELETE FROM preparation WHERE key = ?"

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FileOffered)


@dataclass(slots=True)
class PreparationRecord:
    """A path to be read. Those of one `batch` are offered in their order.

    `key` is 32 random bytes, `files` names its manifest. `draft` is what the offer says as far as
    that is known: its root is empty before everything was read.
    """

    key: EventId
    batch: EventId
    room: RoomId
    made_ms: int
    path: str
    files: str
    draft: FileOffered


class PreparationRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[PreparationRecord]:
        """Return all, in the order in which they were added."""

        def run() -> list[PreparationRecord]:
            return [_record(row) for row in self._database.execute(_ALL).fetchall()]

        return await self._database.read(run)

    async def add(self, *records: PreparationRecord) -> None:
        """Keep new ones, all or none."""
        values = [
            (one.key, one.batch, one.room, one.made_ms, one.path, one.files, _draft(one))
            for one in records
        ]
        await self._database.write(lambda: self._database.executemany(_ADD, values))

    async def change(self, record: PreparationRecord) -> None:
        """Keep another draft."""
        values = (_draft(record), record.key)
        await self._database.write(lambda: self._database.execute(_CHANGE, values))

    async def remove(self, key: EventId) -> None:
        await self._database.write(lambda: self._database.execute(_REMOVE, (key,)))


def _draft(record: PreparationRecord) -> bytes:
    return _encoder.encode(record.draft)


def _record(row: tuple[bytes, bytes, bytes, int, str, str, bytes]) -> PreparationRecord:
    key, batch, room, made_ms, path, files, draft = row
    return PreparationRecord(
        EventId(key), EventId(batch), RoomId(room), made_ms, path, files, _decoder.decode(draft)
    )
