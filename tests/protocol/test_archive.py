"""The records of an archive: whole, in order, complete; or damaged."""

from __future__ import annotations

import struct
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.protocol.archive import (
    MAX_RECORD,
    EndRecord,
    EventsEntry,
    HiddenEntry,
    MarksEntry,
    PersonRecord,
    ProfileRecord,
    ReadEntry,
    Record,
    RecordReader,
    RecordWriter,
    RoomEntry,
    SettingRecord,
)

KEY, ROOM = bytes(range(32)), bytes(range(16))
PROFILE = ProfileRecord(seed=KEY, name="Ana", made_ms=1, events=3)
RECORDS: list[Record] = [
    PROFILE,
    SettingRecord(key="theme", value="dark"),
    PersonRecord(peer=KEY, name="Bo", seen_ms=9),
    RoomEntry(
        room=ROOM, kind="group", peer=None, joined=True, epochs=[(0, KEY)], draft="…", sent=2
    ),
    EventsEntry(room=ROOM, events=[b"one", b"two"]),
    EventsEntry(room=ROOM, events=[b"three"]),
    MarksEntry(room=ROOM, member=KEY, marks=[(KEY, 2, 1)]),
    HiddenEntry(room=ROOM, events=[KEY]),
    ReadEntry(room=ROOM, hlc=5, event=KEY),
]


def written(records: list[Record]) -> bytes:
    writer = RecordWriter()
    return b"".join(map(writer.write, records)) + writer.end()


def read(raw: bytes, step: int = 1 << 20) -> list[Record]:
    reader = RecordReader()
    pieces = [raw[at : at + step] for at in range(0, len(raw), step)]
    found = [record for piece in pieces for record in reader.feed(piece)]
    reader.finish()
    return found


def framed(value: Any) -> bytes:
    body = msgspec.msgpack.encode(value)
    return struct.pack(">I", len(body)) + body


def is_refused(raw: bytes) -> bool:
    with pytest.raises(AppError) as caught:
        read(raw)
    return caught.value.code == "archive-damaged"


@given(st.integers(1, 200))
def test_records_come_back_in_whatever_pieces(step: int) -> None:
    assert read(written(RECORDS), step) == RECORDS


def test_every_truncation_is_found() -> None:
    raw = written(RECORDS)
    assert all(is_refused(raw[:size]) for size in range(len(raw)))


@given(st.permutations(range(len(RECORDS))))
def test_the_profile_comes_first_and_once(order: list[int]) -> None:
    records = [RECORDS[number] for number in order]
    assert (order[0] != 0) == (read_or_none(written(records)) is None)
    assert is_refused(written([*RECORDS, PROFILE]))


def read_or_none(raw: bytes) -> list[Record] | None:
    try:
        return read(raw)
    except AppError:
        return None


def test_an_end_that_counts_otherwise_is_refused() -> None:
    start = written(RECORDS)[: -len(framed(EndRecord(records=9, events=3)))]
    assert read(start + framed(EndRecord(records=9, events=3))) == RECORDS
    assert is_refused(start + framed(EndRecord(records=8, events=3)))
    assert is_refused(start + framed(EndRecord(records=9, events=4)))


def test_nothing_follows_the_end() -> None:
    raw = written(RECORDS)
    assert is_refused(raw + framed({"t": "setting", "key": "a", "value": "b"}))
    assert is_refused(raw + b"\x00")


def test_an_unknown_kind_is_passed_over_and_counted() -> None:
    raw = framed(msgspec.to_builtins(PROFILE, builtin_types=(bytes,)))
    raw += framed({"t": "hologram", "light": [1, 2]})
    assert read(raw + framed(EndRecord(records=2, events=0))) == [PROFILE]


def test_a_field_that_is_not_known_is_ignored() -> None:
    raw = framed({**msgspec.to_builtins(PROFILE, builtin_types=(bytes,)), "more": 1})
    assert read(raw + framed(EndRecord(records=1, events=0))) == [PROFILE]


@pytest.mark.parametrize(
    "value",
    [
        {"t": "profile", "seed": KEY[:31], "name": "Ana", "made_ms": 1, "events": 0},
        {"t": "profile", "seed": KEY, "name": "Ana", "made_ms": -1, "events": 0},
        {"t": "profile", "seed": KEY, "name": 4, "made_ms": 1, "events": 0},
        {"t": "profile"},
        {"no": "kind"},
        [1, 2],
        "profile",
    ],
)
def test_what_was_never_written_so_is_refused(value: object) -> None:
    assert is_refused(framed(value))


def test_a_length_that_nobody_writes_is_refused_before_it_comes() -> None:
    assert is_refused(struct.pack(">I", MAX_RECORD + 1))


@given(st.binary(max_size=100))
def test_noise_ends_in_an_error_of_ours(noise: bytes) -> None:
    assert is_refused(noise)
