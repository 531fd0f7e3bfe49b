"""A courier's logs and those of its own conversations, as one for the links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.ids import PeerId, RoomId
from app.protocol.log_sync import Span
from app.protocol.room_log import Head
from app.services.conversation import RoomBook
from app.services.courier_shelf import CourierShelf
from app.services.delivery_service import DeliveryService
from app.services.room_logs import RoomLogs
from app.services.sync_source import Synced, TakenIn


class CourierLogs:
    """Implements `SyncBook`, `SyncLogs` and `SyncTicks`. A courier counts no ticks of others."""

    def __init__(
        self, shelf: CourierShelf, book: RoomBook, logs: RoomLogs, ticks: DeliveryService
    ) -> None:
        self._shelf, self._book, self._logs, self._ticks = shelf, book, logs, ticks
        self.pulls = logs.pulls

    def find(self, room: RoomId) -> Synced | None:
        return self._shelf.find(room) or self._book.find(room)

    def _is_served(self, room: RoomId) -> bool:
        return self._shelf.find(room) is not None

    def recent(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]:
        return [] if self._is_served(room) else self._logs.recent(room, spans, max_bytes)

    async def load(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]:
        source = self._shelf if self._is_served(room) else self._logs
        return await source.load(room, spans, max_bytes)

    async def heads(self, room: RoomId) -> Mapping[PeerId, Head]:
        source = self._shelf if self._is_served(room) else self._logs
        return await source.heads(room)

    async def contradicting(self, room: RoomId, heads: Mapping[PeerId, Head]) -> list[bytes]:
        if not self._is_served(room):
            return await self._logs.contradicting(room, heads)
        ours = await self._shelf.heads(room)
        forked = [
            (author, head.seq, head.seq)
            for author, head in heads.items()
            if author in ours and ours[author].seq == head.seq and ours[author] != head
        ]
        return [wire for span in forked for wire in await self._shelf.load(room, [span], 1)]

    async def ingest(self, room: RoomId, batch: Sequence[bytes]) -> TakenIn:
        if self._is_served(room):
            return await self._shelf.ingest(room, batch)
        return await self._logs.ingest(room, batch)

    def read_in(self, room: RoomId) -> dict[PeerId, int]:
        return {} if self._is_served(room) else self._ticks.read_in(room)

    def handed_over(self, room: RoomId, seq: int, peer: PeerId) -> None:
        if not self._is_served(room):
            self._ticks.handed_over(room, seq, peer)

    def reported(
        self,
        room: RoomId,
        member: PeerId,
        stored: Mapping[PeerId, int],
        read: Mapping[PeerId, int],
    ) -> None:
        if not self._is_served(room):
            self._ticks.reported(room, member, stored, read)

    def refused(self, room: RoomId, author: PeerId, peer: PeerId, code: str) -> None:
        if not self._is_served(room):
            self._ticks.refused(room, author, peer, code)
