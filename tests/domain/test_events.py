from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import MAX_HLC
from app.domain.events import (
    FIRST_PREV,
    HEADER,
    MAX_EVENT_SIZE,
    MAX_SEQ,
    MIN_EVENT_SIZE,
    SIGNATURE_SIZE,
    Event,
    Header,
    compute_id,
    decode_event,
)
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import Position
from tests.refused import refusal

ROOM, AUTHOR, PREV = RoomId(b"r" * 16), PeerId(b"a" * 32), EventId(b"p" * 32)


def wire(version: int = 1, seq: int = 2, prev: bytes = PREV, hlc: int = 5) -> bytes:
    return HEADER.pack(version, ROOM, AUTHOR, seq, prev, hlc, 9) + b"sealed" + b"s" * 64


def wire_with(sealed: bytes) -> bytes:
    return wire()[: HEADER.size] + sealed + b"s" * 64


def build(seq: int, prev: bytes, hlc: int, epoch: int) -> Header:
    return Header(ROOM, AUTHOR, seq, EventId(prev), hlc, epoch)


not_first = st.binary(min_size=32, max_size=32).filter(lambda prev: prev != FIRST_PREV)
later = st.builds(
    build,
    st.integers(2, MAX_SEQ),
    not_first,
    st.integers(0, MAX_HLC),
    st.integers(0, (1 << 32) - 1),
)
first = st.builds(
    build, st.just(1), st.just(FIRST_PREV), st.integers(0, MAX_HLC), st.integers(0, (1 << 32) - 1)
)


@given(first | later, st.binary(max_size=200), st.binary(min_size=64, max_size=64))
def test_an_event_comes_back_as_it_was(header: Header, sealed: bytes, signature: bytes) -> None:
    event = Event(header, sealed, signature, compute_id(header, sealed))
    assert decode_event(event.encode()) == event
    assert event.position == Position(header.hlc, event.id)


@given(st.binary(max_size=400))
def test_any_bytes_are_an_event_or_refused(raw: bytes) -> None:
    code = refusal(decode_event, raw)
    assert code in {"", "event-malformed", "event-version"}
    assert code or decode_event(raw).encode() == raw


@given(st.data())
def test_any_damage_is_an_event_or_refused(data: st.DataObject) -> None:
    raw = bytearray(wire())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    code = refusal(decode_event, bytes(raw))
    assert code or decode_event(bytes(raw)).id != decode_event(wire()).id or raw[-64:] != b"s" * 64


def test_the_header_has_101_bytes_in_the_order_of_the_documents() -> None:
    header = Header(ROOM, AUTHOR, 2, PREV, 3, 4)
    assert header.encode() == (
        b"\x01"
        + ROOM
        + AUTHOR
        + (2).to_bytes(8, "big")
        + PREV
        + (3).to_bytes(8, "big")
        + (4).to_bytes(4, "big")
    )
    assert len(header.encode()) == HEADER.size == 101


def test_the_id_is_of_all_but_the_signature() -> None:
    raw = wire()
    assert decode_event(raw).id == hashlib.sha256(raw[:-SIGNATURE_SIZE]).digest()
    assert decode_event(raw[:-1] + b"x").id == decode_event(raw).id


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "event-malformed"),
        (wire_with(b"")[:-1], "event-malformed"),
        (wire(version=0), "event-version"),
        (wire(version=2), "event-version"),
        (wire(seq=0, prev=FIRST_PREV), "event-malformed"),
        (wire(seq=MAX_SEQ + 1), "event-malformed"),
        (wire(hlc=MAX_HLC + 1), "event-malformed"),
        (wire(seq=1), "event-malformed"),
        (wire(seq=2, prev=FIRST_PREV), "event-malformed"),
        (wire_with(bytes(MAX_EVENT_SIZE)), "event-too-large"),
    ],
)
def test_what_nobody_writes_is_refused(raw: bytes, code: str) -> None:
    assert refusal(decode_event, raw) == code


def test_the_sizes_are_inclusive() -> None:
    assert decode_event(wire_with(b"")).sealed == b""
    largest = wire_with(bytes(MAX_EVENT_SIZE - MIN_EVENT_SIZE))
    assert len(decode_event(largest).encode()) == MAX_EVENT_SIZE
    assert refusal(decode_event, largest + b"x") == "event-too-large"
    assert decode_event(wire(seq=MAX_SEQ, hlc=MAX_HLC)).header.seq == MAX_SEQ
