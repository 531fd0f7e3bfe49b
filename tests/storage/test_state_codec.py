"""A room's state outlives the program unchanged."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId
from app.domain.room import NOWHERE, Member, RoomState
from app.domain.views import Position
from app.storage.state_codec import decode_state, encode_state

positions = st.builds(Position, st.integers(-1, (1 << 63) - 1), st.binary(max_size=32).map(EventId))
peers = st.binary(min_size=32, max_size=32).map(PeerId)
members = st.builds(Member, st.text(), positions, st.booleans(), positions, positions)
states = st.builds(
    RoomState,
    st.text(),
    positions,
    st.none() | peers,
    positions,
    st.binary(),
    st.dictionaries(peers, members, max_size=4),
    st.text(),
    positions,
)


@given(states)
def test_round_trip(state: RoomState) -> None:
    assert decode_state(encode_state(state)) == state


@pytest.mark.parametrize("raw", [b"", b"\x93", b"\xc0", encode_state(RoomState())[:-1]])
def test_damage_is_told(raw: bytes) -> None:
    with pytest.raises(AppError, match="database corrupt"):
        decode_state(raw)


@given(states)
def test_a_snapshot_of_the_first_version_has_no_topic(state: RoomState) -> None:
    older = msgspec.msgpack.encode(msgspec.msgpack.decode(encode_state(state))[:6])
    assert decode_state(older) == replace(state, topic="", topic_at=NOWHERE)
