"""The latest signed receipt of each member in each room, as it is handed on."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.storage.catalog import Catalog
from app.storage.database import Database

_PUT = """
INSERT INTO receipt (room, member, signed) VALUES (?, ?, ?)
ON CONFLICT (room, member) DO UPDATE SET signed = excluded.signed
"""


class ReceiptRepository:
    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    async def save(self, receipts: Mapping[tuple[RoomId, PeerId], bytes]) -> None:
        """Keep these in place of earlier ones; those of rooms that are gone are passed over."""

        def run() -> None:
            for (room, member), signed in receipts.items():
                try:
                    number = self._catalog.room(room)
                except AppError:
                    continue
                self._database.execute(_PUT, (number, member, signed))

        await self._database.write(run)

    async def all(self) -> dict[tuple[RoomId, PeerId], bytes]:
        def run() -> dict[tuple[RoomId, PeerId], bytes]:
            found = self._database.execute("SELECT room, member, signed FROM receipt")
            room_id = self._catalog.room_id
            return {(room_id(room), PeerId(member)): signed for room, member, signed in found}

        return await self._database.read(run)
