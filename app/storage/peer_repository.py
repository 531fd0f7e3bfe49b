"""People: the names they go by and when they were last seen."""

from __future__ import annotations

from app.domain.ids import PeerId
from app.storage.database import Database
from app.storage.schema import Peer

_SEEN = """
INSERT INTO peer (peer, name, seen_ms) VALUES (?, ?, ?) ON CONFLICT (peer) DO UPDATE SET
    name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END,
    seen_ms = max(seen_ms, excluded.seen_ms)
"""


class PeerRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, peer: PeerId, name: str, time_ms: int) -> None:
        """Note a name ("" keeps the old one) and a time in Unix milliseconds; the latest stays."""
        whole = name.encode("utf-8", "replace").decode("utf-8")
        await self._database.write(lambda: self._database.execute(_SEEN, (peer, whole, time_ms)))

    async def names(self) -> dict[PeerId, str]:
        """Return the names of all peers that have one."""
        query = Peer.select(Peer.peer, Peer.name).where(Peer.name != "").tuples()
        return await self._database.read(
            lambda: {PeerId(peer): name for peer, name in query.execute(self._database.orm)}
        )

    async def last_seen(self) -> dict[PeerId, int]:
        """Return when peers were last seen, in Unix milliseconds."""
        query = Peer.select(Peer.peer, Peer.seen_ms).where(Peer.seen_ms > 0).tuples()
        return await self._database.read(
            lambda: {PeerId(peer): time for peer, time in query.execute(self._database.orm)}
        )
