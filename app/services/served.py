"""Rooms that are served without being a member, as links and servers need to know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.ids import PeerId, RoomId
from app.protocol.room_gate import Proofs


class Served(Protocol):
    def proofs(self, peer: PeerId) -> Mapping[RoomId, Proofs]:
        """Return by what each room opens to somebody."""
        ...

    def proofs_of(self, room: RoomId, peer: PeerId) -> Proofs | None:
        """The same of one room; None if it is not served."""
        ...

    def places(self) -> Sequence[Sequence[bytes]]:
        """Return the server rooms of each room, the most useful one first."""
        ...

    def has_place(self, place: bytes) -> bool:
        """Tell whether one of our rooms meets there."""
        ...


class ServesNothing:
    """Implements `Served` for everybody but couriers."""

    def proofs(self, peer: PeerId) -> Mapping[RoomId, Proofs]:
        del peer
        return {}

    def proofs_of(self, room: RoomId, peer: PeerId) -> Proofs | None:
        del room, peer
        return None

    def places(self) -> Sequence[Sequence[bytes]]:
        return ()

    def has_place(self, place: bytes) -> bool:
        del place
        return False
