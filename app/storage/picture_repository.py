"""Pictures by their names, and who looks like which."""

from __future__ import annotations

from collections.abc import Collection

from app.domain.ids import PeerId, RoomId
from app.domain.pictures import picture_name
from app.domain.room import PictureSet
from app.storage.catalog import Catalog
from app.storage.database import Database

_KEEP = "INSERT OR IGNORE INTO picture (name, image) VALUES (?, ?)"
_LOOK = """
INSERT INTO face (peer, hlc, event, picture) VALUES (?, ?, ?, ?)
ON CONFLICT (peer) DO UPDATE
SET hlc = excluded.hlc, event = excluded.event, picture = excluded.picture
WHERE (excluded.hlc, excluded.event) > (hlc, event)
"""
_GET = "SELECT image FROM picture WHERE name = ?"
_FACES = "SELECT peer, picture FROM face WHERE picture != ''"
_NAMES = "SELECT name FROM picture WHERE name NOT IN (SELECT picture FROM face)"


class PictureRepository:
    """A person looks the same everywhere: as the latest event says, whatever room it stands in."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    async def get(self, name: str) -> bytes | None:
        def run() -> bytes | None:
            found = self._database.execute(_GET, (name,)).fetchone()
            return found[0] if found is not None else None

        return await self._database.read(run)

    async def faces(self) -> dict[PeerId, str]:
        """Return the names of the pictures of all who have one."""
        return await self._database.read(
            lambda: {PeerId(peer): name for peer, name in self._database.execute(_FACES)}
        )

    async def told(self) -> dict[RoomId, str]:
        """Return which picture of ours each room knows."""
        sql = "SELECT room, pictured FROM room"
        return await self._database.read(
            lambda: {RoomId(room): name for room, name in self._database.execute(sql)}
        )

    async def keep(self, image: bytes) -> str:
        """Store a picture; return its name."""
        await self._database.write(lambda: self._keep(image))
        return picture_name(image)

    async def forget_others(self, in_use: Collection[str]) -> None:
        """Erase pictures that neither a person has nor `in_use` names."""

        def run() -> None:
            unused = [(name,) for (name,) in self._database.execute(_NAMES) if name not in in_use]
            self._database.executemany("DELETE FROM picture WHERE name = ?", unused)

        await self._database.write(run)

    def take(self, room: int, looks: PictureSet) -> None:
        """Take in what somebody or the room looks like; call it on the database's thread."""
        self._keep(looks.image)
        if looks.peer is None:
            return
        name = picture_name(looks.image)
        self._database.execute(_LOOK, (looks.peer, *looks.content.position, name))
        if self._catalog.is_us(looks.peer):
            self._database.execute("UPDATE room SET pictured = ? WHERE id = ?", (name, room))

    def _keep(self, image: bytes) -> None:
        if image:
            self._database.execute(_KEEP, (picture_name(image), image))
