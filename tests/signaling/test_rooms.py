from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from signaling.limits import Limits
from signaling.protocol import Code
from signaling.refusal import Refusal
from signaling.rooms import RoomManager

ROOMS = st.sampled_from([b"r1", b"r2", b"r3", b"r4"])
PEERS = st.sampled_from([b"ana", b"bob", b"eve", b"joe"])
LIMITS = Limits(rooms_per_peer=3, peers_per_room=3)


class RoomsMachine(RuleBasedStateMachine):
    """Compares RoomManager with a plain set of pairs."""

    def __init__(self) -> None:
        super().__init__()
        self.manager = RoomManager(LIMITS)
        self.model: list[tuple[bytes, bytes]] = []

    def members(self, room: bytes) -> tuple[bytes, ...]:
        return tuple(p for r, p in self.model if r == room)

    def rooms(self, peer: bytes) -> tuple[bytes, ...]:
        return tuple(r for r, p in self.model if p == peer)

    @rule(room=ROOMS, peer=PEERS)
    def join(self, room: bytes, peer: bytes) -> None:
        code = None
        if peer not in self.members(room):
            if len(self.rooms(peer)) >= 3:
                code = Code.TOO_MANY_ROOMS
            elif len(self.members(room)) >= 3:
                code = Code.ROOM_FULL
        if code is not None:
            with pytest.raises(Refusal) as caught:
                self.manager.join(room, peer)
            assert caught.value.code is code
            return
        others = tuple(p for p in self.members(room) if p != peer)
        assert self.manager.join(room, peer) == others
        if peer not in self.members(room):
            self.model.append((room, peer))

    @rule(room=ROOMS, peer=PEERS)
    def leave(self, room: bytes, peer: bytes) -> None:
        was_in = (room, peer) in self.model
        assert self.manager.leave(room, peer) is was_in
        if was_in:
            self.model.remove((room, peer))

    @rule(one=PEERS, other=PEERS)
    def share(self, one: bytes, other: bytes) -> None:
        shared = bool(set(self.rooms(one)) & set(self.rooms(other)))
        assert self.manager.share(one, other) is shared

    @invariant()
    def same(self) -> None:
        assert len(self.manager) == len({r for r, _ in self.model})
        for room in (b"r1", b"r2", b"r3", b"r4"):
            assert tuple(self.manager.members(room)) == self.members(room)
        for peer in (b"ana", b"bob", b"eve", b"joe"):
            assert self.manager.rooms(peer) == self.rooms(peer)
            assert all(self.manager.contains(room, peer) for room in self.rooms(peer))


TestRooms = RoomsMachine.TestCase
