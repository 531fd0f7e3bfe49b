from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codec import decode_body, encode_body
from app.domain.errors import LocalProtocolError
from app.domain.events import Text, Unsupported
from app.domain.pictures import (
    MAX_PICTURE_BYTES,
    Pictured,
    RoomPictured,
    is_picture,
    picture_name,
)
from app.domain.rules import MAX_VANISH_S

PNG = b"\x89PNG\r\n\x1a\n"
BEGINNINGS = (PNG, b"\xff\xd8\xff", b"RIFF....WEBP")
IMAGES = st.builds(bytes.__add__, st.sampled_from(BEGINNINGS), st.binary(max_size=200))


@given(IMAGES | st.just(b""), st.sampled_from([Pictured, RoomPictured]))
def test_pictures_come_back(image: bytes, kind: type[Pictured | RoomPictured]) -> None:
    assert decode_body(encode_body(kind(image))) == kind(image)


@given(st.binary(min_size=1, max_size=64).filter(lambda raw: not is_picture(raw)))
def test_nothing_else_is_one(image: bytes) -> None:
    with pytest.raises(LocalProtocolError):
        encode_body(Pictured(image))


def test_how_large_one_may_be() -> None:
    largest = PNG + bytes(MAX_PICTURE_BYTES - len(PNG))
    assert is_picture(largest)
    assert not is_picture(largest + b"\x00")
    assert not is_picture(b"RIFF....WAVE")


def test_names() -> None:
    assert picture_name(b"") == ""
    assert picture_name(PNG) == hashlib.sha256(PNG).hexdigest()


@given(st.integers(0, MAX_VANISH_S), st.sampled_from(["", "Ana Costa", "安"]))
def test_texts_come_back_with_their_life_and_first_author(life: int, name: str) -> None:
    body = Text("hello", vanish_s=life, forwarded_from=name)
    assert decode_body(encode_body(body)) == body


def test_plain_texts_are_written_as_before() -> None:
    assert b"vanish_s" not in encode_body(Text("hello"))
    assert b"forwarded_from" not in encode_body(Text("hello"))


@pytest.mark.parametrize(
    "body",
    [
        Text("hello", vanish_s=-1),
        Text("hello", vanish_s=MAX_VANISH_S + 1),
        Text("hello", forwarded_from=" Ana"),
        Text("hello", forwarded_from="x" * 65),
        Text("hello", forwarded_from="a\u202eb"),
    ],
)
def test_lives_and_names_out_of_bounds(body: Text) -> None:
    with pytest.raises(LocalProtocolError):
        encode_body(body)
    assert isinstance(decode_body(b"\x81\xa1t\xa4text"), Unsupported)
