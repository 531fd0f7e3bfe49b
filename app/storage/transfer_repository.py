"""Transfers as they stand on this machine, and who is through with what we offered."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from app.domain.files import FileOffered, TransferState
from app.domain.ids import EventId, PeerId, RoomId
from app.storage.database import Database

_COLUMNS = (
    "event, room, author, offered_ms, offer, files, state, done, folder, path, reason, told, reused"
)
_PUT = (
    f"INSERT OR REPLACE INTO transfer ({_COLUMNS}) "  # noqa: S608 - constant columns
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CHANGE = (
    "UPDATE transfer SET files = ?, state = ?, done = ?, folder = ?, path = ?, reason = ?, "
    "told = ?, reused = ? WHERE event = ?"
)
_ALL = f"SELECT {_COLUMNS} FROM transfer ORDER BY offered_ms, event"  # noqa: S608 - constant columns
_ASTRAY = (
    "SELECT t.event, m.id IS NULL FROM transfer AS t LEFT JOIN message AS m "
    "ON substr(m.event, 1, 8) = substr(t.event, 1, 8) AND m.event = t.event "
    "WHERE m.id IS NULL OR m.file_name = ''"
)
_SETTLE = "INSERT OR REPLACE INTO transfer_peer (event, peer, state) VALUES (?, ?, ?)"
_SETTLED = "SELECT event, peer, state FROM transfer_peer"

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FileOffered)


@dataclass(slots=True)
class TransferRecord:
    """`files` names the manifest and the state file in the profile's folder.

    `path` is what we offer, or where what we have got lies; `folder` is where it is put, of an own
    offer where it was put when we got it ourselves. `told` is whether the author knows that we are
    done or have declined. `reused` of the bytes were on this disk already.
    """

    event: EventId
    room: RoomId
    author: PeerId
    offered_ms: int
    offer: FileOffered
    files: str
    state: TransferState
    done: int = 0
    folder: str = ""
    path: str = ""
    reason: str = ""
    told: bool = False
    reused: int = 0


class TransferRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[TransferRecord]:
        """Return all transfers, the oldest offer first."""

        def run() -> list[TransferRecord]:
            return [_record(row) for row in self._database.execute(_ALL).fetchall()]

        return await self._database.read(run)

    async def settled(self) -> list[tuple[EventId, PeerId, TransferState]]:
        """Return who is through with what, and how that ended."""

        def run() -> list[tuple[EventId, PeerId, TransferState]]:
            rows = self._database.execute(_SETTLED).fetchall()
            return [(EventId(e), PeerId(p), TransferState(state)) for e, p, state in rows]

        return await self._database.read(run)

    async def astray(self) -> tuple[list[EventId], list[EventId]]:
        """Return those without a message, and those whose message is deleted."""

        def run() -> tuple[list[EventId], list[EventId]]:
            rows = self._database.execute(_ASTRAY).fetchall()
            gone = [EventId(event) for event, lost in rows if lost]
            return gone, [EventId(event) for event, lost in rows if not lost]

        return await self._database.read(run)

    async def put(self, record: TransferRecord) -> None:
        """Keep a new transfer."""
        values = _values(record)
        await self._database.write(lambda: self._database.execute(_PUT, values))

    async def change(self, record: TransferRecord) -> None:
        """Keep what has changed of a known one."""
        values = (*_values(record)[5:], record.event)
        await self._database.write(lambda: self._database.execute(_CHANGE, values))

    async def settle(self, event: EventId, peer: PeerId, state: TransferState) -> None:
        """Note that somebody is through with a transfer."""
        values = (event, peer, state.value)
        await self._database.write(lambda: self._database.execute(_SETTLE, values))

    async def forget(self, event: EventId) -> None:
        """Keep nothing of a transfer."""

        def run() -> None:
            self._database.execute("DELETE FROM transfer_peer WHERE event = ?", (event,))
            self._database.execute("DELETE FROM transfer WHERE event = ?", (event,))

        await self._database.write(run)


def _values(record: TransferRecord) -> tuple[object, ...]:
    return (
        record.event,
        record.room,
        record.author,
        record.offered_ms,
        _encoder.encode(record.offer),
        record.files,
        record.state.value,
        record.done,
        record.folder,
        record.path,
        record.reason,
        record.told,
        record.reused,
    )


def _record(
    row: tuple[bytes, bytes, bytes, int, bytes, str, str, int, str, str, str, int, int],
) -> TransferRecord:
    (
        event,
        room,
        author,
        offered_ms,
        offer,
        files,
        state,
        done,
        folder,
        path,
        reason,
        told,
        reused,
    ) = row
    return TransferRecord(
        EventId(event),
        RoomId(room),
        PeerId(author),
        offered_ms,
        _decoder.decode(offer),
        files,
        TransferState(state),
        done,
        folder,
        path,
        reason,
        bool(told),
        reused,
    )
