from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MAX_TAGS, Rooms
from app.protocol.room_gate import Matched, Proofs, RoomGate, room_tag

ANA, BOB = (Identity(bytes([n]) * 32).peer for n in (1, 2))
LINK = b"t" * 32


def gates() -> tuple[RoomGate, RoomGate]:
    return RoomGate(ANA, BOB, LINK), RoomGate(BOB, ANA, LINK)


def room(number: int) -> RoomId:
    return RoomId(bytes([number]) * 16)


def key(number: int) -> bytes:
    return bytes([number]) * 32


def proofs(*numbers: int) -> dict[RoomId, Proofs]:
    return {room(n): Proofs((key(n),)) for n in numbers}


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
    frame, matched = ana.offer(proofs(1, 2))
    assert matched == Matched(frozenset())
    assert bob.receive(frame) == Matched(frozenset())
    _, matched = bob.offer(proofs(2, 3))
    assert matched.opened == set(proofs(2))
    again, matched = bob.offer(proofs(2))
    assert not again.tags
    assert not matched.opened


def test_a_proof_is_worth_nothing_on_another_link_or_reflected() -> None:
    ana, _ = gates()
    ana.offer(proofs(1))
    assert not ana.receive(Rooms([room_tag(key(1), b"u" * 32, BOB)])).opened
    assert not ana.receive(Rooms([room_tag(key(1), LINK, ANA)])).opened
    assert ana.receive(Rooms([room_tag(key(1), LINK, BOB)])).opened == set(proofs(1))


def test_tags_tell_nothing_of_unknown_rooms() -> None:
    tags = {room_tag(bytes([n]) * 32, LINK, PeerId(ANA)) for n in range(50)}
    assert len(tags) == 50


def test_a_withdrawn_room_stays_closed() -> None:
    ana, bob = gates()
    ana.receive(bob.offer(proofs(1, 2))[0])
    assert ana.offer(proofs(1, 2))[1].opened == set(proofs(1, 2))
    ana.withdraw(room(1))
    assert ana.open == set(proofs(2))
    assert not ana.receive(bob.offer(proofs(1))[0]).opened


@given(st.sets(st.integers(0, 9), max_size=5), st.sets(st.integers(0, 9), max_size=5))
def test_one_common_key_of_several_is_enough(mine: set[int], theirs: set[int]) -> None:
    ana, bob = gates()
    frame, _ = ana.offer({room(1): Proofs(tuple(map(key, mine)))})
    bob.receive(frame)
    frame, matched = bob.offer({room(1): Proofs(tuple(map(key, theirs)))})
    assert (
        ana.receive(frame).opened == matched.opened == (set(proofs(1)) if mine & theirs else set())
    )


def test_a_guest_is_heard_at_the_door_and_sees_nothing() -> None:
    ana, guest = gates()
    frame, _ = ana.offer({room(1): Proofs((key(1),), door=(key(7), key(8)))})
    guest.receive(frame)
    frame, matched = guest.offer({room(1): Proofs((), guest=(key(7),))})
    assert matched == Matched(frozenset())
    assert ana.receive(frame) == Matched(frozenset(), ((room(1), key(7)),))
    assert ana.receive(frame).asked == ()
    assert ana.open == guest.open == set()


def test_only_who_knows_the_key_that_we_show_can_turn_us_away() -> None:
    ana, guest = gates()
    guest.offer({room(1): Proofs((key(1),), guest=(key(7),)), room(2): Proofs((key(2),))})
    assert guest.is_answer(ana.turn_away(room(1), key(7), "revoked"))
    assert guest.is_answer(ana.turn_away(room(2), key(2), "revoked"))
    for number, wrong in ((1, 1), (1, 2), (2, 7), (3, 7)):
        assert not guest.is_answer(ana.turn_away(room(number), key(wrong), "revoked"))
    assert not guest.is_answer(guest.turn_away(room(1), key(7), "revoked"))
    assert not guest.is_answer(RoomGate(ANA, BOB, b"u" * 32).turn_away(room(1), key(7), "x"))
    guest.withdraw(room(1))
    assert not guest.is_answer(ana.turn_away(room(1), key(7), "revoked"))


def test_two_guests_do_not_let_each_other_in() -> None:
    ana, bob = gates()
    asking = {room(1): Proofs((), guest=(key(7),))}
    bob.receive(ana.offer(asking)[0])
    assert bob.offer(asking)[1] == Matched(frozenset())


def test_who_is_let_in_opens_the_room_on_the_same_link() -> None:
    ana, guest = gates()
    guest.receive(ana.offer({room(1): Proofs((key(1),), door=(key(7),))})[0])
    ana.receive(guest.offer({room(1): Proofs((), guest=(key(7),))})[0])
    frame, matched = guest.offer({room(1): Proofs((key(1),), guest=(key(7),))})
    assert matched.opened == ana.receive(frame).opened == {room(1)}


def test_who_knocked_in_vain_is_heard_again_when_the_room_has_changed() -> None:
    ana, guest = gates()
    ana.receive(guest.offer({room(1): Proofs((), guest=(key(7),))})[0])
    inside = Proofs((key(1),), door=(key(7),))
    assert ana.offer({room(1): inside})[1].asked == ((room(1), key(7)),)
    assert ana.offer({room(1): inside})[1].asked == ((room(1), key(7)),)


def test_a_key_out_of_use_opens_nothing_any_more() -> None:
    ana, bob = gates()
    ana.offer(proofs(1))
    ana.offer({room(1): Proofs((key(2),))})
    assert not ana.receive(bob.offer(proofs(1))[0]).opened


def test_a_room_that_is_open_stays_so_when_its_key_changes() -> None:
    ana, bob = gates()
    ana.receive(bob.offer(proofs(1))[0])
    ana.offer(proofs(1))
    frame, matched = ana.offer({room(1): Proofs((key(2), key(1)))})
    assert len(frame.tags) == 1
    assert not matched.opened
    assert ana.open == {room(1)}


def test_proof_keys_are_not_printed() -> None:
    assert "key" not in repr(Proofs((b"key",)))


def test_a_flood_of_proofs_is_refused() -> None:
    ana, _ = gates()
    ana.receive(Rooms([n.to_bytes(32, "big") for n in range(MAX_TAGS)]))
    with pytest.raises(RemoteProtocolError, match="too-many-rooms"):
        ana.receive(Rooms([b"\xff" * 32]))
