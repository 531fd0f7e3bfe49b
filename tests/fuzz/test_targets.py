"""A quick look at every target; `python -m tests.fuzz` takes its time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.ids import PeerId, RoomId
from app.protocol.frames import TYPES, Events, Have, Ping, Refused, Rooms, encode_frame
from signaling.frames import TEXT
from tests.fuzz.chunks import joined, messages
from tests.fuzz.link_targets import ROOM
from tests.fuzz.targets import TARGETS
from tests.signaling.test_frames import masked

KEY, ROOM_KEY = bytes(range(32)), bytes(ROOM)
GOOD = [
    encode_frame(frame)
    for frame in (
        Ping(1),
        Have(ROOM, {KEY: 7}, {}),
        Have(RoomId(b"x" * 16), {}, {}),
        Events(ROOM, [b"event" * 40]),
        Refused(ROOM, PeerId(KEY), 3, "fork"),
        Rooms([KEY]),
    )
]
REQUESTS = [
    json.dumps(request).encode()
    for request in (
        ["join", {"room": "A" * 43}],
        ["search", {"query": "a", "limit": 5}],
        ["leave", {"room": "A" * 43}],
        ["signal", {"to": "A" * 43, "payload": "x"}],
        ["auth", {}],
        ["ice", None],
        ["nothing"],
    )
]


WEBSOCKET = [masked(TEXT, b"42" + request) for request in REQUESTS]


def spoiled(good: list[bytes]) -> st.SearchStrategy[bytes]:
    """Good messages and bad ones, and good ones in which a few bytes are others."""
    one = st.sampled_from(good)
    cut = st.builds(lambda raw, size: raw[:size], one, st.integers(0, 60))
    changed = st.builds(
        lambda raw, at, byte: raw[: at % len(raw)] + bytes([byte]) + raw[at % len(raw) + 1 :],
        one,
        st.integers(0, 500),
        st.integers(0, 255),
    )
    typed = st.builds(
        lambda kind, rest: bytes([kind]) + rest, st.sampled_from([*TYPES]), st.binary(max_size=40)
    )
    return one | cut | changed | typed | st.binary(max_size=80)


@given(st.lists(st.binary(max_size=200)))
def test_what_was_joined_comes_apart(parts: list[bytes]) -> None:
    assert list(messages(joined(parts))) == parts


@given(st.binary())
def test_any_bytes_come_apart(data: bytes) -> None:
    assert sum(map(len, messages(data))) <= len(data)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_stranger_finds_no_mistake(name: str, data: st.DataObject) -> None:
    one = spoiled({"requests": REQUESTS, "login": REQUESTS, "short_way": WEBSOCKET}.get(name, GOOD))
    TARGETS[name](data.draw(one | st.lists(one, max_size=8).map(joined)))
