from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from app.domain.errors import AppError
from app.domain.room import Content, RoomState, fold_in, start
from app.storage.state_codec import decode_state, encode_state, is_older
from tests.domain.history import AUTHORS, ROOM, histories

OLD = msgspec.msgpack.encode(["Tea", [1, bytes(32)], None, [-1, b""], b"", [], "", [-1, b""]])


@given(histories)
def test_round_trip(history: list[Content]) -> None:
    for grouped in (True, False):
        state, _ = fold_in(start(grouped=grouped), history)
        assert decode_state(encode_state(state), ROOM, grouped=grouped) == state


def test_whom_an_invitation_named_is_kept() -> None:
    state = start(seed=AUTHORS[1])
    assert decode_state(encode_state(state), ROOM, grouped=True) == state
    assert decode_state(encode_state(start()), ROOM, grouped=True) == RoomState()


@pytest.mark.parametrize(
    "raw", [b"", b"\x93", b"\xc0", b"\xa1\xff", OLD, encode_state(RoomState())[:-1]]
)
def test_damage_is_told(raw: bytes) -> None:
    with pytest.raises(AppError, match="database corrupt"):
        decode_state(raw, ROOM, grouped=True)


def test_a_snapshot_without_acts_is_known_as_such() -> None:
    assert is_older(OLD)
    assert is_older(b"\xc0")
    assert not is_older(encode_state(RoomState()))
    with pytest.raises(AppError, match="database corrupt"):
        is_older(b"\xc1")
