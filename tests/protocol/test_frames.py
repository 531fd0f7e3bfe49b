from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import LocalProtocolError, RemoteProtocolError
from app.protocol.courier_frames import (
    MAX_COURIER_KEYS,
    MAX_LEADERS,
    MAX_ROSTER,
    MAX_SEALED_WELCOME,
    MAX_USHERS,
    CourierAnswer,
    CourierFreed,
    CourierGiven,
    CourierWelcome,
    Usher,
)
from app.protocol.fragments import MAX_MESSAGE_SIZE, Reassembler, split
from app.protocol.frames import (
    MAX_FRAME_SIZE,
    TYPES,
    Auth,
    Bye,
    Dismissed,
    Events,
    Frame,
    Have,
    Heads,
    Hello,
    Parcel,
    ParcelTaken,
    Ping,
    Pong,
    Receipt,
    Refused,
    Rooms,
    TurnedAway,
    Typing,
    Wanted,
    Welcome,
    decode_frame,
    encode_frame,
)
from app.protocol.passing_frames import Neighbours, Relayed, Through
from app.protocol.transfer_frames import (
    DIRECT,
    MAX_DESCRIPTION,
    WEBRTC,
    Available,
    LaneAsked,
    LaneGranted,
    LaneRefused,
    Settled,
    SettledHeard,
)
from tests.protocol.test_capability_frames import capable

USHER = Usher(bytes(32), bytes(32), b"", 0, b"")
keys = st.binary(min_size=32, max_size=32)
rooms = st.binary(min_size=16, max_size=16)
seqs = st.integers(0, (1 << 63) - 1)
numbers = st.integers(0, 0xFFFFFFFF)
certificates = st.binary(max_size=40)
descriptions = st.binary(max_size=40)
ways = st.lists(st.tuples(st.text(max_size=16), st.integers(1, 65535)), max_size=4)
vectors = st.dictionaries(keys, seqs, max_size=5)
tokens = st.integers(0, 0xFFFFFFFF)
frames: st.SearchStrategy[Frame] = st.one_of(
    st.builds(
        Hello,
        st.lists(st.integers(1, 65535), max_size=16),
        keys,
        keys,
        st.integers(0, 1 << 48),
        tokens,
    ),
    st.builds(Auth, st.binary(min_size=64, max_size=64)),
    st.builds(Rooms, st.lists(keys, max_size=5)),
    st.builds(Have, rooms, vectors, vectors),
    st.builds(Events, rooms, st.lists(st.binary(max_size=300), min_size=1, max_size=5)),
    st.builds(Refused, rooms, keys, seqs, st.text(max_size=40)),
    st.builds(Ping, tokens),
    st.builds(Pong, tokens),
    st.builds(Typing, rooms, st.booleans()),
    st.builds(Bye, st.text(max_size=40)),
    st.builds(
        Welcome,
        rooms,
        keys,
        st.text(max_size=100),
        st.lists(st.tuples(tokens, st.booleans(), keys), min_size=1, max_size=4),
    ),
    st.builds(Dismissed, rooms, st.lists(st.binary(max_size=300), min_size=1, max_size=17)),
    st.builds(TurnedAway, rooms, keys, st.text(max_size=40)),
    st.builds(Parcel, keys, keys, rooms, st.binary(min_size=48, max_size=200)),
    st.builds(ParcelTaken, rooms),
    st.builds(
        Receipt,
        rooms,
        keys,
        st.integers(0, 1 << 48),
        vectors,
        vectors,
        st.binary(min_size=64, max_size=64),
    ),
    st.builds(Wanted, rooms, st.lists(keys, max_size=5)),
    st.builds(
        LaneAsked,
        rooms,
        keys,
        numbers,
        certificates,
        keys,
        ways,
        st.integers(0, 255),
        descriptions,
    ),
    st.builds(LaneGranted, numbers, certificates, ways, descriptions),
    st.builds(LaneRefused, numbers, st.text(max_size=40)),
    st.builds(Settled, rooms, keys, st.sampled_from(["done", "declined"])),
    st.builds(SettledHeard, keys),
    st.builds(Available, rooms, keys),
    st.builds(Neighbours, rooms, st.dictionaries(keys, rooms, max_size=5)),
    st.builds(Through, keys, keys, st.binary(min_size=48, max_size=200)),
    st.builds(Relayed, keys, keys, rooms, st.binary(min_size=1, max_size=200)),
    capable,
    st.builds(
        CourierGiven,
        rooms,
        seqs,
        st.lists(st.tuples(numbers, keys), min_size=1, max_size=4),
        st.lists(keys, min_size=1, max_size=4),
        st.lists(keys, max_size=4),
        st.lists(keys, max_size=4),
        st.lists(
            st.builds(
                Usher, keys, keys, st.just(b"") | keys, st.integers(0, 1 << 48), certificates
            ),
            max_size=3,
        ),
    ),
    st.builds(CourierWelcome, rooms, certificates),
    st.builds(CourierAnswer, rooms, st.text(max_size=40)),
    st.builds(CourierFreed, rooms),
    st.builds(Heads, rooms, st.dictionaries(keys, st.tuples(seqs, keys), max_size=5)),
)


@given(frames)
def test_a_frame_survives_the_wire(frame: Frame) -> None:
    assert decode_frame(encode_frame(frame)) == frame


@given(st.tuples(rooms, keys, numbers, certificates, keys, ways))
def test_a_lane_asked_for_without_a_way_is_a_direct_one(
    asked: tuple[bytes, bytes, int, bytes, bytes, list[tuple[str, int]]],
) -> None:
    frame = decode_frame(bytes([21]) + msgspec.msgpack.encode(asked))
    assert frame == LaneAsked(*asked)
    assert isinstance(frame, LaneAsked)
    assert (frame.way, frame.description) == (DIRECT, b"")


@given(st.tuples(numbers, certificates, ways))
def test_a_lane_granted_without_a_description_is_a_direct_one(
    granted: tuple[int, bytes, list[tuple[str, int]]],
) -> None:
    frame = decode_frame(bytes([22]) + msgspec.msgpack.encode(granted))
    assert frame == LaneGranted(*granted)


@pytest.mark.parametrize(
    "frame",
    [
        LaneAsked(bytes(16), bytes(32), 1, b"", bytes(32), [], WEBRTC, bytes(MAX_DESCRIPTION + 1)),
        LaneAsked(bytes(16), bytes(32), 1, b"", bytes(32), [], 256),
        LaneAsked(bytes(16), bytes(32), 1, b"", bytes(32), [], -1),
        LaneGranted(1, b"", [], bytes(MAX_DESCRIPTION + 1)),
    ],
)
def test_a_way_that_is_no_way_is_malformed(frame: Frame) -> None:
    with pytest.raises(RemoteProtocolError, match="frame-malformed"):
        decode_frame(encode_frame(frame))


@pytest.mark.parametrize(
    "frame",
    [
        CourierGiven(bytes(16), 1, [], [bytes(32)], [], []),
        CourierGiven(bytes(16), 1, [(1, bytes(32))], [], [], []),
        CourierGiven(bytes(16), 1, [(1, bytes(32))] * (MAX_COURIER_KEYS + 1), [bytes(32)], [], []),
        CourierGiven(bytes(16), 1, [(1, bytes(32))], [bytes(32)] * (MAX_LEADERS + 1), [], []),
        CourierGiven(
            bytes(16), 1, [(1, bytes(32))], [bytes(32)], [bytes(32)] * (MAX_ROSTER + 1), []
        ),
        CourierGiven(bytes(16), -1, [(1, bytes(32))], [bytes(32)], [], []),
        CourierGiven(bytes(15), 1, [(1, bytes(32))], [bytes(32)], [], []),
        CourierAnswer(bytes(16), "x" * 41),
        CourierWelcome(bytes(16), bytes(MAX_SEALED_WELCOME + 1)),
        CourierGiven(
            bytes(16), 1, [(1, bytes(32))], [bytes(32)], [], [], [USHER] * (MAX_USHERS + 1)
        ),
    ],
)
def test_what_no_courier_can_keep_is_malformed(frame: Frame) -> None:
    with pytest.raises(RemoteProtocolError, match="frame-malformed"):
        decode_frame(encode_frame(frame))


def outcome(raw: bytes) -> object:
    """Return the code of the refusal, the type of the frame, or None for an ignored one."""
    try:
        frame = decode_frame(raw)
    except RemoteProtocolError as error:
        return error.code
    return type(frame) if frame is not None else None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_ignored_or_an_error(raw: bytes) -> None:
    assert outcome(raw) in {"frame-malformed", None, *TYPES.values()}


@given(frames, st.data())
def test_a_changed_frame_never_breaks_the_decoder(frame: Frame, data: st.DataObject) -> None:
    raw = bytearray(encode_frame(frame))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    assert outcome(bytes(raw)) in {"frame-malformed", None, *TYPES.values()}


def test_an_unknown_type_is_ignored() -> None:
    assert decode_frame(b"\xc8" + msgspec.msgpack.encode(["whatever"])) is None


def test_fields_that_a_newer_version_appends_are_ignored() -> None:
    assert decode_frame(b"\x07" + msgspec.msgpack.encode([7, "new"])) == Ping(7)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x07",
        b"\x07" + msgspec.msgpack.encode([-1]),
        b"\x07" + msgspec.msgpack.encode(["7"]),
        b"\x02" + msgspec.msgpack.encode([b"short"]),
        b"\x05" + msgspec.msgpack.encode([bytes(16), []]),
        b"\x04" + msgspec.msgpack.encode([bytes(16), {b"short": 1}, {}]),
    ],
)
def test_a_known_type_with_wrong_contents_is_refused(raw: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="frame-malformed"):
        decode_frame(raw)


def test_a_hello_of_an_older_version_names_no_features() -> None:
    older = b"\x01" + msgspec.msgpack.encode([[1], bytes(32), bytes(32), 5])
    assert decode_frame(older) == Hello([1], bytes(32), bytes(32), 5, features=0)


def test_frames_have_a_limit() -> None:
    with pytest.raises(RemoteProtocolError, match="frame-too-large"):
        decode_frame(bytes(MAX_FRAME_SIZE + 1))
    with pytest.raises(LocalProtocolError):
        encode_frame(Events(bytes(16), [bytes(80_000)] * 8))


@given(st.binary(min_size=1, max_size=MAX_MESSAGE_SIZE * 3))
def test_a_frame_survives_being_cut_into_messages(frame: bytes) -> None:
    messages = list(split(frame))
    assert all(len(message) <= MAX_MESSAGE_SIZE for message in messages)
    reassembler = Reassembler()
    *early, last = [reassembler.receive(message) for message in messages]
    assert early == [None] * (len(messages) - 1)
    assert last == frame
    assert reassembler.receive(b"\x00again") == b"again"


@pytest.mark.parametrize("message", [b"", b"\x00", b"\x02part", b"\x01" + bytes(MAX_MESSAGE_SIZE)])
def test_a_malformed_message_is_refused(message: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="frame-malformed"):
        Reassembler().receive(message)


def test_a_frame_without_end_is_refused() -> None:
    reassembler = Reassembler()
    part = b"\x01" + bytes(MAX_MESSAGE_SIZE - 1)
    for _ in range(MAX_FRAME_SIZE // (MAX_MESSAGE_SIZE - 1)):
        reassembler.receive(part)
    with pytest.raises(RemoteProtocolError, match="frame-too-large"):
        reassembler.receive(part)


def test_text_that_is_no_utf_8_is_malformed() -> None:
    assert outcome(b"\x0a\x91\xa2\xff\xfe") == "frame-malformed"
