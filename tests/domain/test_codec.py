from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codec import decode_body, encode_body
from app.domain.errors import LocalProtocolError
from app.domain.events import (
    Body,
    Created,
    Edited,
    Joined,
    KnownBody,
    Left,
    ProfileNamed,
    Renamed,
    Text,
    Topic,
    Unsupported,
)
from tests.domain.history import known_bodies, packed

ID = bytes(range(32))


@given(known_bodies)
def test_a_body_comes_back_as_it_was(body: KnownBody) -> None:
    assert decode_body(encode_body(body)) == body


@given(known_bodies, st.dictionaries(st.sampled_from(["a", "zz"]), st.integers() | st.text()))
def test_fields_of_newer_versions_are_ignored(body: KnownBody, newer: dict[str, object]) -> None:
    newer = {key: v for key, v in newer.items() if not isinstance(v, int) or abs(v) < 1 << 63}
    assert decode_body(packed(**msgspec.to_builtins(body, builtin_types=(bytes,)), **newer)) == body


@given(st.binary(max_size=300))
def test_any_bytes_are_a_body(raw: bytes) -> None:
    assert isinstance(decode_body(raw), Body)


@given(known_bodies, st.data())
def test_any_damaged_body_is_one(body: KnownBody, data: st.DataObject) -> None:
    raw = bytearray(encode_body(body))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(decode_body(bytes(raw)), Body)


def test_the_bytes_are_those_of_the_documents() -> None:
    assert encode_body(Text("hi")) == b"\x82\xa1t\xa4text\xa4text\xa2hi"
    assert encode_body(Left()) == b"\x81\xa1t\xa4left"
    assert encode_body(Created("R")) == b"\x83\xa1t\xa7created\xa4name\xa1R\xa4code\xc4\x00"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (packed(t="poll", question="?"), "poll"),
        (packed(t="x" * 32), "x" * 32),
        (packed(t="x" * 33), ""),
        (packed(t="Poll"), ""),
        (packed(t="po\nll"), ""),
        (packed(t=""), ""),
        (packed(t=5), ""),
        (packed(t=None), ""),
        (packed(text="no kind"), ""),
        (packed(), ""),
        (b"", ""),
        (b"\xc0", ""),
    ],
)
def test_an_unknown_kind_is_named_if_it_can_be(raw: bytes, kind: str) -> None:
    assert decode_body(raw) == Unsupported(kind)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": None},
        {"text": 5},
        {"text": b"bytes"},
        {"text": ["a"]},
        {"text": math.nan},
        {"text": ""},
        {"text": "a\x00b"},
        {"text": "a\rb"},
        {"text": "\x85"},
        {"text": "x" * (64 * 1024 + 1)},
        {"text": "ü" * (32 * 1024) + "x"},
        {"text": "a", "reply_to": ID[:31]},
        {"text": "a", "reply_to": ID + b"x"},
        {"text": "a", "reply_to": "x" * 32},
        {"text": "a", "reply_to": (1 << 64) - 1},
        {"text": "a", "reply_to": b""},
        {"text": "a", "mentions": None},
        {"text": "a", "mentions": ID},
        {"text": "a", "mentions": [ID[:31]]},
        {"text": "a", "mentions": ["x" * 32]},
        {"text": "a", "mentions": [ID] * 65},
    ],
)
def test_a_text_out_of_bounds_is_unsupported(fields: dict[str, object]) -> None:
    assert decode_body(packed(t="text", **fields)) == Unsupported("text")


@pytest.mark.parametrize(
    "name",
    ["", " Ana", "Ana ", "x" * 101, "a\nb", "a\x7fb", "a\u202eb", "\ufeff", "a\u200bb", 5, None],
)
@pytest.mark.parametrize("kind", ["created", "renamed", "joined", "profile"])
def test_a_name_out_of_bounds_is_unsupported(kind: str, name: object) -> None:
    assert decode_body(packed(t=kind, name=name)) == Unsupported(kind)


@pytest.mark.parametrize("text", [None, "x" * 501, "a\x00b"])
def test_a_topic_out_of_bounds_is_unsupported(text: object) -> None:
    assert decode_body(packed(t="topic", text=text)) == Unsupported("topic")


def test_what_fits_exactly_is_accepted() -> None:
    longest = Text("ü" * (32 * 1024), ID, (ID,) * 64)
    assert decode_body(encode_body(longest)) == longest
    assert decode_body(packed(t="text", text="a\n\tb \u200d\u202e")) == Text("a\n\tb \u200d\u202e")
    for body in (
        Created("r" * 100, bytes(16)),
        Renamed("ü" * 100),
        Topic("ü" * 500),
        Topic(""),
        Edited(ID, "ü", (ID,) * 64),
        Joined("李" * 64),
        ProfileNamed("a b"),
    ):
        assert decode_body(encode_body(body)) == body


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("joined", {"name": "x" * 65}),
        ("profile", {"name": "x" * 65}),
        ("created", {"name": "r", "code": bytes(17)}),
        ("created", {"name": "r", "code": "text"}),
    ],
)
def test_what_exceeds_its_bound_is_unsupported(kind: str, fields: dict[str, object]) -> None:
    assert decode_body(packed(t=kind, **fields)) == Unsupported(kind)


# What one library reads and another refuses must not divide the members of a room.
@pytest.mark.parametrize(
    "tail",
    [
        b"\x83\xa1t\xa4text\xa4text\xa1a\xa4text\xa1b",
        b"\x82\xa1t\xa4text\xa4text\xa2\xff\xfe",
        b"\x82\xa1t\xa4text\xa4text\xa3\xed\xa0\x80",
        b"\x82\xa1t\xa2\xff\xfe\xa4text\xa1a",
        b"\x83\xa1t\xa4text\xa4text\xa1a\xa1x" + b"\x91" * 500 + b"\xc0",
        b"\x83\xa1t\xa4text\xa4text\xa1a\xa1x" + b"\x91" * 70_000 + b"\xc0",
        b"\x83\xa1t\xa4text\xa4text\xa1a\xa1x\xd4\x00\x00",
        b"\x83\xa1t\xa4text\xa4text\xa1a\x01\x02",
        b"\x82\xa1t\xa4text\xa4text\xa1a\x00",
    ],
    ids=lambda raw: raw[:24].hex(),
)
def test_forms_that_libraries_disagree_on_are_unsupported(tail: bytes) -> None:
    assert decode_body(tail) == Unsupported("")


@pytest.mark.parametrize(
    "body",
    [
        Text(""),
        Text("\x00"),
        Text("\ud800"),
        Text("a", b"short"),
        Created(""),
        Created("r", bytes(17)),
        Renamed("r" * 101),
        Joined("x" * 65),
        ProfileNamed("\ud800"),
    ],
)
def test_we_write_nothing_that_others_cannot_read(body: KnownBody) -> None:
    with pytest.raises(LocalProtocolError):
        encode_body(body)
