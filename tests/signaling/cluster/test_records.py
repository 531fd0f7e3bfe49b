"""Frames between servers: what is written is read again, and nothing else is."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.cluster.records import (
    IDS_PER_PART,
    MAX_FRAME,
    Arrived,
    Ask,
    BadFrame,
    Beat,
    Carry,
    Counts,
    Entered,
    Entry,
    Exited,
    Gone,
    Listed,
    Reached,
    Told,
    Unlisted,
    Whole,
    decode,
    decode_entry,
    encode,
    encode_entry,
    wholes,
)
from signaling.protocol import Card, to_text

IDS = st.binary(min_size=32, max_size=32)
NUMBERS = st.integers(0, 2**63 - 1)
COUNTS = st.integers(0, 2**53)
CARDS = st.builds(
    Card,
    IDS.map(to_text),
    st.text(max_size=64),
    st.integers(0, 2**53),
    st.binary(min_size=64, max_size=64).map(to_text),
)
CHANGES = st.one_of(
    st.builds(Arrived, IDS, st.binary(min_size=16, max_size=16), NUMBERS),
    st.builds(Listed, IDS, CARDS),
    *(st.builds(kind, IDS) for kind in (Gone, Unlisted)),
    *(st.builds(kind, IDS, IDS) for kind in (Entered, Exited, Reached)),
)
ENTRIES = st.builds(
    Entry,
    IDS,
    st.binary(min_size=16, max_size=16),
    NUMBERS,
    st.lists(IDS, max_size=3),
    st.none() | CARDS,
    st.lists(IDS, max_size=3),
)
RECORDS = st.one_of(
    st.builds(Told, IDS, NUMBERS, st.lists(CHANGES, max_size=4)),
    st.builds(Beat, IDS, NUMBERS, st.builds(Counts, COUNTS, COUNTS, COUNTS)),
    st.builds(Ask, IDS),
    st.builds(Whole, IDS, NUMBERS, COUNTS, COUNTS, st.lists(ENTRIES, max_size=3)),
    st.builds(Carry, IDS, IDS, st.binary(max_size=100), st.booleans()),
)


@given(st.lists(RECORDS, max_size=5))
def test_records_survive_the_way(records: list[Told]) -> None:
    assert decode(encode(records)) == records


@given(ENTRIES)
def test_entries_survive_being_kept(entry: Entry) -> None:
    assert decode_entry(encode_entry(entry)) == entry


@given(st.binary(max_size=300))
def test_other_bytes_are_refused(data: bytes) -> None:
    for read in (decode, decode_entry):
        with contextlib.suppress(BadFrame):
            read(data)


@given(st.lists(RECORDS, min_size=1, max_size=3), st.data())
def test_broken_frames_are_refused_or_read(records: list[Told], data: st.DataObject) -> None:
    frame = bytearray(encode(records))
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(BadFrame):
        decode(bytes(frame[: data.draw(st.integers(1, len(frame)))]))


@pytest.mark.parametrize(
    "wrong",
    [
        [["gone", b"p" * 32]],  # a change outside a record
        [["ask", b"short"]],
        [["beat", b"s" * 32, -1, [0, 0, 0]]],
        [["carry", b"s" * 32, b"t" * 32, "text"]],
        [["told", b"s" * 32, 1, [["arrived", b"p" * 32, b"i" * 15, 1]]]],
        {"ask": b"s" * 32},
        None,
    ],
)
def test_wrong_fields_are_refused(wrong: object) -> None:
    with pytest.raises(BadFrame):
        decode(msgspec.msgpack.encode(wrong))


def test_long_and_deep_frames_are_refused() -> None:
    for frame in (bytes(MAX_FRAME + 1), b"\x91" * 100_000):
        with pytest.raises(BadFrame):
            decode(frame)


def test_a_whole_is_split_into_parts_that_fit() -> None:
    entries = [
        Entry(n.to_bytes(32, "big"), bytes(16), 1, [bytes(32)] * 256, None, [bytes(32)] * 256)
        for n in range(100)
    ]
    parts = wholes(b"s" * 32, 7, entries)
    assert [entry for part in parts for entry in part.entries] == entries
    assert {(part.parts, part.number) for part in parts} == {(len(parts), 7)}
    assert [part.part for part in parts] == list(range(len(parts)))
    assert all(len(encode([part])) < 64 * IDS_PER_PART for part in parts)
    assert [part.entries for part in wholes(b"s" * 32, 0, [])] == [[]]
