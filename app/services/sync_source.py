"""What the synchronisation of a link asks of the rooms on our side, members' or a courier's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.ids import PeerId, RoomId
from app.protocol.log_sync import Span
from app.protocol.room_log import Head
from app.services.pulls import Pulls


class Synced(Protocol):
    """A room; `vector` says how far we have each author's log."""

    @property
    def vector(self) -> Mapping[PeerId, int]: ...


class SyncBook(Protocol):
    def find(self, room: RoomId) -> Synced | None: ...


class TakenIn(Protocol):
    """What became of a batch: whose events are refused, from which number on, and why."""

    @property
    def refusals(self) -> Sequence[tuple[PeerId, int, str]]: ...


class SyncLogs(Protocol):
    @property
    def pulls(self) -> Pulls:
        """What asks links for what others wrote."""
        ...

    def recent(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]: ...

    async def load(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]: ...

    async def heads(self, room: RoomId) -> Mapping[PeerId, Head]: ...

    async def contradicting(self, room: RoomId, heads: Mapping[PeerId, Head]) -> list[bytes]: ...

    async def ingest(self, room: RoomId, batch: Sequence[bytes]) -> TakenIn: ...


class SyncTicks(Protocol):
    def read_in(self, room: RoomId) -> dict[PeerId, int]:
        """Return what a new link is to hear of our reading."""
        ...

    def handed_over(self, room: RoomId, seq: int, peer: PeerId) -> None: ...

    def reported(
        self,
        room: RoomId,
        member: PeerId,
        stored: Mapping[PeerId, int],
        read: Mapping[PeerId, int],
    ) -> None: ...

    def refused(self, room: RoomId, author: PeerId, peer: PeerId, code: str) -> None:
        """`peer` takes nothing more of this author."""
        ...
