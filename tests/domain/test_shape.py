from __future__ import annotations

import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.shape import MAX_DEPTH, MAX_VALUES, is_plain

pack = msgspec.msgpack.encode
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats()
    | st.text(max_size=40)
    | st.binary(max_size=40)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def depth(value: Any) -> int:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max((depth(v) for v in inner), default=0)
    return 0


def count(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(1 + count(v) for v in value.values())
    return 1 + sum(map(count, value)) if isinstance(value, list) else 1


@given(st.dictionaries(st.text(max_size=8), values, max_size=6))
def test_ordinary_maps_are_plain(content: dict[str, Any]) -> None:
    fits = depth(content) <= MAX_DEPTH and count(content) <= MAX_VALUES
    assert is_plain(pack(content)) == fits


@given(st.dictionaries(st.text(max_size=8), values, max_size=6), st.data())
def test_a_cut_map_is_not(content: dict[str, Any], data: st.DataObject) -> None:
    raw = pack(content)
    assert not is_plain(raw[: data.draw(st.integers(0, len(raw) - 1))])
    assert not is_plain(raw + b"\xc0")


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(raw: bytes) -> None:
    if is_plain(raw):
        # Decoders may still give up on what no body has: floats as keys inside, and the like.
        assert raw[0] in range(0x80, 0x90) or raw[0] in (0xDE, 0xDF)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x90",
        b"\xc0",
        b"\xa1t",
        b"\x81\xa1t\xc1",
        b"\x82\xa1t\x01\xa1t\x01",
        b"\x82\xa1t\x01\xd9\x01t\x01",
        b"\x81\x01\x01",
        b"\x81\xc4\x01t\x01",
        b"\x81\x90\x01",
        b"\x81\xa1\xff\x01",
        b"\x81\xa1t\xa1\xff",
        b"\x81\xa1t\xa3\xed\xa0\x80",
        b"\x81\xa1t\x91\xa1\xff",
        b"\x81\xa1t\xd4\x01\x00",
        b"\x81\xa1t\xd6\xff\x00\x00\x00\x00",
        b"\x81\xa1t\xc7\x0c\xff" + bytes(12),
        b"\x81\xa1t\xdd\xff\xff\xff\xff",
        b"\x81\xa1t\xdf\xff\xff\xff\xff",
        b"\x81\xa1t\xc6\xff\xff\xff\xff",
        b"\x81\xa1t\xdb\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
    ],
    ids=bytes.hex,
)
def test_strange_forms_are_not_plain(raw: bytes) -> None:
    assert not is_plain(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x80",
        b"\xde\x00\x00",
        b"\xdf\x00\x00\x00\x01\xdb\x00\x00\x00\x01t\xda\x00\x01a",
        b"\x81\xa1t\xdc\x00\x01\xd9\x01a",
        b"\x81\xa1t\xde\x00\x01\x01\xc2",
        b"\x81\xa1t\x82\x01\x02\x01\x02",
    ],
    ids=bytes.hex,
)
def test_longer_spellings_are_plain(raw: bytes) -> None:
    assert is_plain(raw)


def nested(levels: int) -> bytes:
    return b"\x81\xa1x" + b"\x91" * levels + b"\xc0"


def test_depth_ends_where_it_is_said_to() -> None:
    assert is_plain(nested(MAX_DEPTH - 1))
    assert not is_plain(nested(MAX_DEPTH))
    assert not is_plain(nested(70_000))


def test_the_verdict_does_not_depend_on_the_stack() -> None:
    def deeper(levels: int) -> bool:
        return deeper(levels - 1) if levels else is_plain(nested(MAX_DEPTH - 1))

    assert deeper(sys.getrecursionlimit() // 2)


def test_the_number_of_values_is_bounded() -> None:
    fits = MAX_VALUES - 3  # the map, its key and the array count too
    assert is_plain(pack({"x": [0] * fits}))
    assert not is_plain(pack({"x": [0] * (fits + 1)}))
    assert not is_plain(b"\x81\xa1x\xdc\xff\xff" + b"\xc0" * 65535)
