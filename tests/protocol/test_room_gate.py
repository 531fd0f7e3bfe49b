from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MAX_TAGS, Rooms
from app.protocol.room_gate import RoomGate, room_tag

ANA, BOB = (Identity(bytes([n]) * 32).peer for n in (1, 2))
LINK = b"t" * 32


def gates() -> tuple[RoomGate, RoomGate]:
    return RoomGate(ANA, BOB, LINK), RoomGate(BOB, ANA, LINK)


def proofs(*numbers: int) -> dict[RoomId, bytes]:
    return {RoomId(bytes([n]) * 16): bytes([n]) * 32 for n in numbers}


numbers = st.sets(st.integers(0, 20))


@given(st.lists(st.tuples(st.booleans(), numbers), max_size=8))
def test_exactly_the_common_rooms_open_in_any_order(steps: list[tuple[bool, set[int]]]) -> None:
    ana, bob = gates()
    held: dict[bool, set[int]] = {True: set(), False: set()}
    for is_ana, rooms in steps:
        giver, taker = (ana, bob) if is_ana else (bob, ana)
        frame, _ = giver.offer(proofs(*rooms))
        taker.receive(frame)
        held[is_ana] |= rooms
    common = {RoomId(bytes([n]) * 16) for n in held[True] & held[False]}
    assert ana.open == bob.open == common


def test_what_opens_is_told_once() -> None:
    ana, bob = gates()
    frame, opened = ana.offer(proofs(1, 2))
    assert opened == set()
    assert bob.receive(frame) == set()
    _, opened = bob.offer(proofs(2, 3))
    assert opened == set(proofs(2))
    _, again = bob.offer(proofs(2))
    assert again == set()


def test_a_proof_is_worth_nothing_on_another_link_or_reflected() -> None:
    ana, _ = gates()
    ana.offer(proofs(1))
    key = proofs(1)[RoomId(b"\x01" * 16)]
    assert ana.receive(Rooms([room_tag(key, b"u" * 32, BOB)])) == set()
    assert ana.receive(Rooms([room_tag(key, LINK, ANA)])) == set()
    assert ana.receive(Rooms([room_tag(key, LINK, BOB)])) == set(proofs(1))


def test_tags_tell_nothing_of_unknown_rooms() -> None:
    tags = {room_tag(bytes([n]) * 32, LINK, PeerId(ANA)) for n in range(50)}
    assert len(tags) == 50


def test_a_withdrawn_room_stays_closed() -> None:
    ana, bob = gates()
    ana.receive(bob.offer(proofs(1, 2))[0])
    assert ana.offer(proofs(1, 2))[1] == set(proofs(1, 2))
    ana.withdraw(RoomId(b"\x01" * 16))
    assert ana.open == set(proofs(2))
    assert ana.receive(bob.offer(proofs(1))[0]) == set()


def test_a_flood_of_proofs_is_refused() -> None:
    ana, _ = gates()
    ana.receive(Rooms([n.to_bytes(32, "big") for n in range(MAX_TAGS)]))
    with pytest.raises(RemoteProtocolError, match="too-many-rooms"):
        ana.receive(Rooms([b"\xff" * 32]))
