"""Who is in which room."""

from __future__ import annotations

from collections.abc import Collection

from signaling.limits import Limits
from signaling.protocol import Code
from signaling.refusal import Refusal


class RoomManager:
    """Rooms by id; a room exists while somebody is in it. Nothing else is known of it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members: dict[bytes, dict[bytes, None]] = {}
        self._rooms: dict[bytes, dict[bytes, None]] = {}

    def __len__(self) -> int:
        return len(self._members)

    def sizes(self) -> list[int]:
        """Return how many are in each room."""
        return [len(members) for members in self._members.values()]

    def join(self, room: bytes, peer: bytes) -> tuple[bytes, ...]:
        """Enter `peer` and return who else is in, oldest first. Entering twice is harmless.

        Raises Refusal with TOO_MANY_ROOMS or ROOM_FULL.
        """
        members = self._members.get(room, {})
        if peer not in members:
            if len(self._rooms.get(peer, {})) >= self._limits.rooms_per_peer:
                raise Refusal(Code.TOO_MANY_ROOMS, "you are in as many rooms as allowed")
            if len(members) >= self._limits.peers_per_room:
                raise Refusal(Code.ROOM_FULL, "the room is full")
            self.admit(room, peer)
        return tuple(member for member in members if member != peer)

    def admit(self, room: bytes, peer: bytes) -> None:
        """Enter `peer`, for whom another server has kept the limits."""
        self._members.setdefault(room, {})[peer] = None
        self._rooms.setdefault(peer, {})[room] = None

    def leave(self, room: bytes, peer: bytes) -> bool:
        """Take `peer` out; tell whether it was in."""
        if peer not in self._members.get(room, {}):
            return False
        for table, key, value in ((self._members, room, peer), (self._rooms, peer, room)):
            del table[key][value]
            if not table[key]:
                del table[key]
        return True

    def rooms(self, peer: bytes) -> tuple[bytes, ...]:
        """Return the rooms that `peer` is in."""
        return tuple(self._rooms.get(peer, ()))

    def members(self, room: bytes) -> Collection[bytes]:
        """Return who is in `room`."""
        return tuple(self._members.get(room, ()))

    def contains(self, room: bytes, peer: bytes) -> bool:
        """Tell whether `peer` is in `room`."""
        return peer in self._members.get(room, ())

    def share(self, one: bytes, other: bytes) -> bool:
        """Tell whether two peers are in a room together."""
        mine, theirs = self._rooms.get(one, {}), self._rooms.get(other, {})
        return not mine.keys().isdisjoint(theirs.keys())
