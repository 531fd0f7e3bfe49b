from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling import protocol as wire

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KINDS = (
    wire.Challenge,
    wire.Auth,
    wire.RoomRequest,
    wire.Signal,
    wire.Publish,
    wire.Search,
    wire.Peers,
    wire.People,
    wire.Joined,
    wire.Left,
    wire.Relayed,
)
ID = wire.to_text(bytes(range(32)))


def complaint(data: object, kind: type[object]) -> str:
    try:
        wire.parse(data, kind)
    except wire.WireError as error:
        return str(error)
    return ""


@given(st.binary(min_size=32, max_size=32))
def test_an_id_has_one_text(raw: bytes) -> None:
    text = wire.to_text(raw)
    assert wire.parse({"room": text}, wire.RoomRequest).room == text
    assert wire.to_raw(text) == raw


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True))
def test_no_other_text_is_an_id(text: str) -> None:
    try:
        room = wire.parse({"room": text}, wire.RoomRequest).room
    except wire.WireError:
        return
    assert wire.to_text(wire.to_raw(room)) == text
    assert len(wire.to_raw(room)) == 32


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_an_id_of_the_wrong_size_is_refused(size: int) -> None:
    with pytest.raises(wire.WireError):
        wire.parse({"room": wire.to_text(bytes(size))}, wire.RoomRequest)


@pytest.mark.parametrize("spoil", ["=", "\n", " ", "A"])
def test_an_id_with_something_after_it_is_refused(spoil: str) -> None:
    with pytest.raises(wire.WireError):
        wire.parse({"room": ID + spoil}, wire.RoomRequest)


def test_an_id_with_spare_bits_set_is_refused() -> None:
    assert ID.endswith("8")
    with pytest.raises(wire.WireError):
        wire.parse({"room": ID[:-1] + "9"}, wire.RoomRequest)


@given(JSON)
def test_whatever_arrives_parses_or_is_malformed(data: object) -> None:
    assert all(len(complaint(data, kind)) < 200 for kind in KINDS)


def test_a_deeply_nested_answer_is_malformed_not_fatal() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(wire.WireError):
        wire.parse({"room": deep}, wire.RoomRequest)


@pytest.mark.parametrize("payload", ["YWI=", 7, None, [1], {"_placeholder": True, "num": 0}])
def test_a_payload_is_bytes_only(payload: object) -> None:
    with pytest.raises(wire.WireError):
        wire.parse({"to": ID, "payload": payload}, wire.Signal)


@pytest.mark.parametrize("time", [-1, 2**53 + 1, 1.5, "1", True, math.inf])
def test_a_time_is_a_plain_count_of_milliseconds(time: object) -> None:
    body = {"peer": ID, "name": "Ana", "time": time, "signature": wire.to_text(bytes(64))}
    with pytest.raises(wire.WireError):
        wire.parse(body, wire.Card)


@pytest.mark.parametrize(("query", "limit"), [("x" * 65, 5), ("x", 0), ("x", 51), ("x", "5")])
def test_a_search_is_bounded(query: str, limit: object) -> None:
    with pytest.raises(wire.WireError):
        wire.parse({"query": query, "limit": limit}, wire.Search)


def test_a_malformed_report_never_quotes_what_came() -> None:
    secret = "S3CRET"
    for kind in KINDS:
        for field in (*kind.__struct_fields__, *kind.__struct_encode_fields__):
            for value in (secret, {secret: secret}, [secret]):
                assert secret not in complaint({field: value}, kind)


def test_fields_of_later_versions_are_ignored() -> None:
    assert wire.parse({"room": ID, "colour": "blue"}, wire.RoomRequest).room == ID


def test_bytes_stay_bytes_on_the_wire() -> None:
    assert wire.plain(wire.Relayed(ID, b"\x00\xff")) == {"from": ID, "payload": b"\x00\xff"}


def test_an_answer_is_yes_or_no() -> None:
    yes = wire.success(wire.Peers([]))
    assert wire.outcome(yes) == {"ok": True, "peers": []}
    no = wire.failure(wire.Code.ROOM_FULL, "the room is full")
    assert wire.outcome(no) == wire.Failure("room-full", "the room is full")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"ok": 1},
        {"ok": False},
        {"ok": False, "error": None},
        {"ok": False, "error": {"code": "Not A Code"}},
        {"ok": False, "error": {"code": "x" * 41}},
        {"ok": False, "error": {"code": "fine", "message": "x" * 501}},
    ],
)
def test_any_other_answer_is_malformed(answer: object) -> None:
    with pytest.raises(wire.WireError):
        wire.outcome(answer)


def test_what_is_signed_is_separated_by_purpose() -> None:
    auth = wire.auth_message(b"n" * 32, b"s" * 32, b"p" * 32, b"i" * 16)
    assert auth == b"parlor signaling auth 1\x00" + b"n" * 32 + b"s" * 32 + b"p" * 32 + b"i" * 16
    card = wire.card_message(b"p" * 32, 258, "Ána")
    assert card == b"parlor card 1\x00" + b"p" * 32 + b"\0\0\0\0\0\0\x01\x02" + "Ána".encode()


@pytest.mark.parametrize("name", ["A", "Ana María", "🦊", "李小龍", "👩‍👩‍👧", "x" * 64, "O'Brien"])
def test_good_names(name: str) -> None:
    assert wire.good_name(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", " Ana", "Ana ", "x" * 65, "a\nb", "a\0b", "a\x7fb", "a\u2028b", "a\u202eb", "\ud800"],
)
def test_bad_names(name: str) -> None:
    assert not wire.good_name(name)


@given(st.text())
def test_a_good_name_can_be_signed(name: str) -> None:
    if wire.good_name(name):
        assert wire.card_message(bytes(32), 0, name).endswith(name.encode())
