"""Who may open a room at its courier, and who may say so."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.room_keys import courier_key, courier_keys, epoch_keys, usher_keys
from app.domain.clock import MAX_AHEAD_MS, compose
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.protocol.courier_frames import MAX_ROSTER, CourierGiven, Usher
from app.protocol.courier_roster import (
    MEETING_KEYS,
    Roster,
    begun,
    decode_roster,
    encode_roster,
)

ROOM = RoomId(bytes(16))
ANA, BOB, CEM, DAN = (PeerId(bytes([letter]) * 32) for letter in b"abcd")
NOW = 1_800_000_000_000
VERSION = compose(NOW)
peers = st.lists(st.binary(min_size=32, max_size=32), max_size=4)
frames = st.builds(
    CourierGiven,
    st.binary(min_size=16, max_size=16),
    st.integers(0, VERSION),
    st.lists(
        st.tuples(st.integers(0, 0xFFFFFFFF), st.binary(min_size=32, max_size=32)),
        min_size=1,
        max_size=4,
    ),
    st.just([bytes(ANA)]),
    peers,
    peers,
)


def given_frame(version: int = VERSION, **changed: list[bytes]) -> CourierGiven:
    said = {"leaders": [bytes(ANA)], "members": [bytes(ANA), bytes(BOB)], "out": [bytes(CEM)]}
    said |= changed
    keys = [(epoch, bytes([epoch]) * 32) for epoch in range(6, 0, -1)]
    return CourierGiven(ROOM, version, keys, said["leaders"], said["members"], said["out"])


def roster() -> Roster:
    made = begun(ANA, given_frame(), NOW)
    assert made is not None
    return made


def test_members_open_by_any_key_others_by_the_newest_and_who_is_out_by_none() -> None:
    known = tuple(courier_keys(epoch, bytes([epoch]) * 32).proof for epoch in range(6, 0, -1))
    assert roster().proofs(BOB).inside == known
    assert roster().proofs(DAN).inside == known[:1]
    assert roster().proofs(CEM).inside == ()
    assert len(roster().places) == MEETING_KEYS
    assert roster().places[0] == courier_keys(6, bytes([6]) * 32).rendezvous


def test_who_has_opened_it_belongs_to_it() -> None:
    after = roster().entered(DAN)
    assert after.proofs(DAN) == after.proofs(BOB)
    assert after.entered(DAN) is after
    many = [index.to_bytes(32, "big") for index in range(MAX_ROSTER)]
    full = begun(ANA, given_frame(members=many), NOW)
    assert full is not None
    assert full.entered(DAN) is full


def test_only_a_leader_begins_and_renews() -> None:
    assert begun(BOB, given_frame(), NOW) is None
    known = roster()
    taken = given_frame(VERSION + 1, leaders=[bytes(BOB)])
    assert known.renewed(BOB, taken, NOW) is None
    assert known.renewed(DAN, taken, NOW) is None
    after = known.renewed(ANA, taken, NOW)
    assert after is not None
    assert after.leaders == {BOB}
    assert after.patron == ANA
    assert after.renewed(ANA, given_frame(VERSION + 2), NOW) is None


def test_an_older_word_changes_nothing_and_one_from_the_future_is_nonsense() -> None:
    known = roster()
    assert known.renewed(ANA, given_frame(VERSION - 1, members=[]), NOW) is known
    late = compose(NOW + MAX_AHEAD_MS + 1)
    assert known.renewed(ANA, given_frame(late), NOW) is None
    assert begun(ANA, given_frame(late), NOW) is None


def test_a_welcome_is_for_whom_it_was_left() -> None:
    anybody = Usher(b"r" * 32, b"p" * 32, b"", 0, b"for anybody")
    late = Usher(b"s" * 32, b"q" * 32, b"", NOW - 1, b"too late")
    cem = Usher(b"t" * 32, b"u" * 32, bytes(CEM), 0, b"for Cem")
    frame = given_frame()
    made = begun(ANA, msgspec.structs.replace(frame, ushers=[anybody, late, cem]), NOW)
    assert made is not None
    assert made.proofs(DAN).door == (anybody.proof, late.proof, cem.proof)
    assert made.proofs(BOB).door == ()
    assert made.places[MEETING_KEYS:] == (anybody.rendezvous, late.rendezvous, cem.rendezvous)
    assert made.welcome(DAN, anybody.proof, NOW) == b"for anybody"
    assert made.welcome(DAN, late.proof, NOW) is None
    assert made.welcome(DAN, cem.proof, NOW) is None
    assert made.welcome(DAN, b"x" * 32, NOW) is None
    assert made.welcome(CEM, anybody.proof, NOW) is None  # who is out needs one of its own
    assert made.welcome(CEM, cem.proof, NOW) == b"for Cem"
    assert decode_roster(encode_roster(made), ANA) == made


def test_what_lets_people_in_says_nothing_of_the_token() -> None:
    keys, room = usher_keys(bytes(32)), epoch_keys(0, bytes(32))
    ours = {bytes(32), room.body, room.govern, room.proof, room.rendezvous}
    assert len({keys.rendezvous, keys.proof, keys.seal} | ours) == 8


def test_a_member_is_not_out() -> None:
    both = begun(ANA, given_frame(members=[bytes(CEM)]), NOW)
    assert both is not None
    assert both.proofs(CEM).inside


@given(frames)
def test_what_is_kept_of_it_reads_the_same(frame: CourierGiven) -> None:
    made = begun(ANA, frame, NOW)
    assert made is not None
    assert decode_roster(encode_roster(made), ANA) == made


@given(st.binary(max_size=60))
def test_what_cannot_be_read_is_a_broken_database(raw: bytes) -> None:
    with pytest.raises(AppError, match="database"):
        decode_roster(raw, ANA)


def test_a_couriers_keys_are_its_own_and_none_of_the_rooms() -> None:
    secret, other = bytes(32), bytes([1]) * 32
    keys = {courier_key(secret, ANA), courier_key(secret, BOB), courier_key(other, ANA)}
    assert len(keys) == 3
    room, one = epoch_keys(0, secret), courier_keys(0, courier_key(secret, ANA))
    ours = {room.body, room.govern, room.proof, room.rendezvous, secret}
    assert not ours & {one.key, one.proof, one.rendezvous}
    assert len({one.key, one.proof, one.rendezvous}) == 3
