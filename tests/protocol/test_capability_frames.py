from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.capabilities import MAX_REGION, Capabilities, NetRole, Service
from app.domain.errors import RemoteProtocolError
from app.protocol.capability_frames import MOST, Capable, clean_region, heard, told
from app.protocol.frames import decode_frame, encode_frame

words = st.text(max_size=20)
counts = st.integers(0, 0xFFFFFFFF)
amounts = st.integers(0, MOST)
capable = st.builds(
    Capable,
    words,
    st.lists(words, max_size=16),
    counts,
    counts,
    amounts,
    amounts,
    amounts,
    counts,
    st.text(max_size=MAX_REGION),
    st.none() | st.integers(-1440, 1440),
)
regions = st.text("abc äß", max_size=MAX_REGION).map(clean_region)
capabilities = st.builds(
    Capabilities,
    st.sampled_from(NetRole),
    st.frozensets(st.sampled_from(Service)),
    counts,
    counts,
    amounts,
    amounts,
    amounts,
    counts,
    regions,
    st.none() | st.integers(-1440, 1440),
)
PLAIN = ("relay", ["relay"], 1, 8, 0, 0, 0, 60)


@given(capabilities)
def test_what_is_told_is_heard(said: Capabilities) -> None:
    frame = decode_frame(encode_frame(told(said)))
    assert isinstance(frame, Capable)
    assert heard(frame) == said


@given(capable)
def test_whatever_is_said_can_be_shown(frame: Capable) -> None:
    said = heard(frame)
    assert said.region.isprintable()
    assert len(said.region) <= MAX_REGION


def test_words_of_a_later_version_are_left_out() -> None:
    frame = Capable("satellite", ["relay", "teleport", "relay"], 1, 2, 3, 4, 5, 6)
    assert heard(frame) == Capabilities(NetRole.BASIC, frozenset({Service.RELAY}), 1, 2, 3, 4, 5, 6)


def test_region_and_time_zone_may_be_absent() -> None:
    frame = decode_frame(b"\x21" + msgspec.msgpack.encode(PLAIN))
    assert isinstance(frame, Capable)
    assert (frame.region, frame.utc_offset) == ("", None)


@pytest.mark.parametrize(
    "fields",
    [
        (*PLAIN[:7], -1),
        (*PLAIN[:6], MOST + 1, 1),
        ("r" * 21, *PLAIN[1:]),
        ("relay", ["x"] * 17, *PLAIN[2:]),
        ("relay", ["x" * 21], *PLAIN[2:]),
        (*PLAIN, "r" * (MAX_REGION + 1)),
        (*PLAIN, "", 1441),
        (*PLAIN, "", "east"),
        PLAIN[:7],
    ],
)
def test_what_is_out_of_bounds_breaks_the_protocol(fields: tuple[object, ...]) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode_frame(b"\x21" + msgspec.msgpack.encode(fields))
    assert caught.value.code == "frame-malformed"


def test_a_region_is_one_line() -> None:
    assert clean_region("  Upper\n\tAustria\u202e \x00") == "Upper Austria"
