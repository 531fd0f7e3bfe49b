"""Parcels that we carry for members of common rooms, within limits that nobody can exceed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.domain.ids import PeerId
from app.storage.database import Database

EXPIRY_MS = 14 * 24 * 3600 * 1000
MAX_BYTES_BY_ONE = 1024 * 1024
MAX_BYTES_FOR_ONE = 2 * 1024 * 1024
MAX_BYTES = 32 * 1024 * 1024
MAX_PARCELS = 4096
OVERHEAD = 256
"""What one parcel counts for beside its bytes."""

_USED = f"""
SELECT coalesce(sum(size) FILTER (WHERE sender = :sender), 0),
    coalesce(sum(size) FILTER (WHERE receiver = :receiver), 0), coalesce(sum(size), 0), count(*)
FROM (SELECT sender, receiver, length(sealed) + {OVERHEAD} AS size FROM parcel
    WHERE NOT (sender = :sender AND receiver = :receiver))
"""  # noqa: S608 - a constant
_PUT = """
INSERT INTO parcel (sender, receiver, number, taken_ms, sealed)
VALUES (:sender, :receiver, :number, :taken_ms, :sealed)
ON CONFLICT (receiver, sender) DO UPDATE SET number = excluded.number,
    taken_ms = excluded.taken_ms, sealed = excluded.sealed
"""
_WAITING = "SELECT sender, number FROM parcel WHERE receiver = ? AND taken_ms > ? ORDER BY taken_ms"


@dataclass(frozen=True, slots=True)
class Carried:
    """A parcel as it was handed to us at `taken_ms` (Unix ms)."""

    sender: PeerId
    receiver: PeerId
    number: bytes
    taken_ms: int
    sealed: bytes


class ParcelRepository:
    """At most one parcel for each sender and receiver: a later one takes the earlier's place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, parcel: Carried) -> bool:
        """Keep a parcel; return False if there is no room for it, and nothing is changed then."""
        return await self._database.write(lambda: self._put(parcel))

    async def receivers(self, now_ms: int) -> set[PeerId]:
        """Return for whom anything waits."""

        def run() -> set[PeerId]:
            sql = "SELECT DISTINCT receiver FROM parcel WHERE taken_ms > ?"
            found = self._database.execute(sql, (now_ms - EXPIRY_MS,))
            return {PeerId(receiver) for (receiver,) in found}

        return await self._database.read(run)

    async def waiting(self, receiver: PeerId, now_ms: int) -> list[tuple[PeerId, bytes]]:
        """Return sender and number of what waits for somebody, the oldest first."""

        def run() -> list[tuple[PeerId, bytes]]:
            found = self._database.execute(_WAITING, (receiver, now_ms - EXPIRY_MS))
            return [(PeerId(sender), number) for sender, number in found]

        return await self._database.read(run)

    async def get(self, receiver: PeerId, number: bytes) -> Carried | None:
        def run() -> Carried | None:
            sql = "SELECT sender, taken_ms, sealed FROM parcel WHERE receiver = ? AND number = ?"
            row = self._database.execute(sql, (receiver, number)).fetchone()
            return Carried(PeerId(row[0]), receiver, number, row[1], row[2]) if row else None

        return await self._database.read(run)

    async def drop(self, receiver: PeerId, number: bytes) -> None:
        """Forget a parcel that the receiver has."""
        sql = "DELETE FROM parcel WHERE receiver = ? AND number = ?"
        await self._database.write(lambda: self._database.execute(sql, (receiver, number)))

    async def clear(self, now_ms: int, unwanted: Collection[PeerId] = ()) -> None:
        """Forget what nobody came for in time, and what is from or for `unwanted` people."""
        await self._database.write(lambda: self._clear(now_ms, unwanted))

    def _put(self, parcel: Carried) -> bool:
        self._clear(parcel.taken_ms, ())
        values = {
            "sender": parcel.sender,
            "receiver": parcel.receiver,
            "number": parcel.number,
            "taken_ms": parcel.taken_ms,
            "sealed": parcel.sealed,
        }
        way = {"sender": parcel.sender, "receiver": parcel.receiver}
        by_one, for_one, total, count = self._database.execute(_USED, way).fetchone()
        size = len(parcel.sealed) + OVERHEAD
        fits = by_one + size <= MAX_BYTES_BY_ONE and for_one + size <= MAX_BYTES_FOR_ONE
        if not fits or total + size > MAX_BYTES or count >= MAX_PARCELS:
            return False
        self._database.execute(_PUT, values)
        return True

    def _clear(self, now_ms: int, unwanted: Iterable[PeerId]) -> None:
        execute = self._database.execute
        # What is from the future was taken under a clock that has been set back since.
        limits = (now_ms - EXPIRY_MS, now_ms + EXPIRY_MS)
        execute("DELETE FROM parcel WHERE taken_ms NOT BETWEEN ? AND ?", limits)
        for peer in unwanted:
            execute("DELETE FROM parcel WHERE sender = ? OR receiver = ?", (peer, peer))
