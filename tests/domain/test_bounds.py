"""What each field of a body that governs may hold, and what it may not."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from app.domain import bounds
from app.domain.bounds import is_within_bounds
from app.domain.codec import decode_body, encode_body
from app.domain.errors import LocalProtocolError
from app.domain.events import MAX_SEQ, Joined, KnownBody, Unsupported
from app.domain.governing import (
    MAX_PARTS,
    MIN_EPOCH,
    PART_SIZE,
    Coded,
    CourierNamed,
    Invited,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    RoleGiven,
    RoomOffered,
    Ruled,
    recipients,
)
from app.domain.rules import MAX_VANISH_S

PEER = bytes(32)
OFFER = RoomOffered(bytes(16), "Tea", bytes(32), PEER)
GOOD: list[KnownBody] = [
    Coded(bytes(8), bytes(16)),
    Joined("Bo"),
    Joined("Bo", bytes(16)),
    RoleGiven(PEER, "owner"),
    RoleGiven(PEER, "member"),
    Removed(PEER, 0, ban=False),
    Removed(PEER, MAX_SEQ, ban=True),
    Readmitted(PEER),
    Invited(bytes(32)),
    Invited(bytes(32), PEER, (1 << 47) - 1),
    Revoked(b""),
    Revoked(bytes(16)),
    Rekeyed(MIN_EPOCH, bytes(PART_SIZE)),
    Rekeyed((1 << 32) - 1, bytes(PART_SIZE * MAX_PARTS)),
    Ruled("history", 0),
    Ruled("vanish", MAX_VANISH_S),
    CourierNamed(PEER, on=True, name="Cora"),
    CourierNamed(PEER, on=False),
    OFFER,
    msgspec.structs.replace(OFFER, server="https://example.org", until_ms=5),
]
BAD: list[KnownBody] = [
    Coded(bytes(7), bytes(16)),
    Coded(bytes(8), bytes(17)),
    Joined("", bytes(16)),
    Joined("Bo", bytes(15)),
    RoleGiven(PEER[1:], "admin"),
    RoleGiven(PEER, "king"),
    Removed(PEER[1:], 0, ban=False),
    Removed(PEER, -1, ban=False),
    Removed(PEER, MAX_SEQ + 1, ban=False),
    Readmitted(b""),
    Invited(bytes(31)),
    Invited(bytes(32), b""),
    Invited(bytes(32), None, -1),
    Invited(bytes(32), None, 1 << 47),
    Revoked(bytes(32)),
    Rekeyed(MIN_EPOCH - 1, bytes(PART_SIZE)),
    Rekeyed(1 << 32, bytes(PART_SIZE)),
    Rekeyed(MIN_EPOCH, b""),
    Rekeyed(MIN_EPOCH, bytes(PART_SIZE + 1)),
    Rekeyed(MIN_EPOCH, bytes(PART_SIZE * (MAX_PARTS + 1))),
    Ruled("history", 2),
    Ruled("invites", -1),
    Ruled("vanish", MAX_VANISH_S + 1),
    Ruled("taste", 1),
    CourierNamed(PEER[1:], on=True),
    CourierNamed(PEER, on=True, name=" Cora"),
    CourierNamed(PEER, on=True, name="C" * 65),
    msgspec.structs.replace(OFFER, room=bytes(15)),
    msgspec.structs.replace(OFFER, name=" "),
    msgspec.structs.replace(OFFER, token=b""),
    msgspec.structs.replace(OFFER, founder=b""),
    msgspec.structs.replace(OFFER, server="x" * 129),
    msgspec.structs.replace(OFFER, server="a\u202eb"),
    msgspec.structs.replace(OFFER, until_ms=-1),
]


def test_every_kind_has_bounds() -> None:
    assert set(bounds._CHECKS) == set(get_args(KnownBody))


@pytest.mark.parametrize("body", GOOD)
def test_what_is_within_bounds_comes_back(body: KnownBody) -> None:
    assert is_within_bounds(body)
    assert decode_body(encode_body(body)) == body


@pytest.mark.parametrize("body", BAD)
def test_what_is_not_is_neither_written_nor_read(body: KnownBody) -> None:
    with pytest.raises(LocalProtocolError):
        encode_body(body)
    kind = str(body.__struct_config__.tag)
    assert decode_body(msgspec.msgpack.encode(body)) == Unsupported(kind)


def test_receivers_are_read_off_their_parts() -> None:
    parts = b"".join(bytes([number]) * 32 + bytes(80) for number in (1, 2))
    assert recipients(parts) == (bytes([1]) * 32, bytes([2]) * 32)
