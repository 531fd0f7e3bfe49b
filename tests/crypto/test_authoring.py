from __future__ import annotations

import dataclasses
import os
from typing import Any

import pytest
from hypothesis import given

from app.crypto.authoring import (
    SIGNED_PREFIX,
    is_authentic,
    is_governing,
    is_opened_by,
    open_event,
    write_event,
)
from app.crypto.identity import Identity, verify
from app.crypto.room_keys import (
    epoch_keys,
    founding_code,
    govern_only,
    room_id,
    secret_from_code,
)
from app.crypto.seal import seal_body
from app.domain.codec import encode_body
from app.domain.errors import LocalProtocolError
from app.domain.events import (
    FIRST_PREV,
    Created,
    Event,
    Header,
    Joined,
    KnownBody,
    Left,
    ProfileNamed,
    Renamed,
    Text,
    Topic,
    Unsupported,
    compute_id,
    decode_event,
)
from app.domain.governing import Coded, Removed, RoleGiven
from app.domain.ids import EventId
from tests.domain.history import known_bodies, packed

SECRET = b"s" * 32
KEYS = epoch_keys(0, SECRET)
ANA, BO = Identity(b"a" * 32), Identity(b"b" * 32)
HEADER = Header(room_id(SECRET), ANA.peer, 1, FIRST_PREV, 5, 0)


def sealed_by_hand(raw: bytes) -> Event:
    sealed = seal_body(KEYS.body, HEADER.encode(), raw)
    identifier = compute_id(HEADER, sealed)
    return Event(HEADER, sealed, ANA.sign(SIGNED_PREFIX + identifier), identifier)


# A code is believed in one place only, which has tests of its own below.
@given(known_bodies.filter(lambda body: not isinstance(body, Coded)))
def test_members_read_what_was_written(body: KnownBody) -> None:
    event = decode_event(write_event(ANA, HEADER, body, KEYS).encode())
    assert is_authentic(event)
    assert open_event(event, KEYS) == body
    assert event.header == HEADER


GOVERNING = [Created("Lab"), Joined("Ana"), Left(), ProfileNamed("Ana"), Renamed("Lab"), Topic("x")]


@pytest.mark.parametrize("body", GOVERNING)
def test_what_governs_a_group_is_read_without_what_is_said(body: KnownBody) -> None:
    few = govern_only(0, KEYS.govern)
    governing = write_event(ANA, HEADER, body, KEYS, group=True)
    assert is_governing(body)
    assert open_event(governing, few) == open_event(governing, KEYS) == body
    assert open_event(write_event(ANA, HEADER, body, KEYS), few) is None
    assert is_opened_by(governing, few)
    assert is_opened_by(governing, KEYS)
    assert not is_opened_by(write_event(ANA, HEADER, body, KEYS), few)


def test_what_is_said_is_not_read_by_the_govern_key() -> None:
    said = write_event(ANA, HEADER, Text("hi"), KEYS, group=True)
    assert not is_governing(Text("hi"))
    assert open_event(said, govern_only(0, KEYS.govern)) is None
    assert open_event(said, KEYS) == Text("hi")


@pytest.mark.parametrize("body", GOVERNING)
def test_under_a_later_body_key_nothing_governs(body: KnownBody) -> None:
    keys, header = epoch_keys(1, b"l" * 32), dataclasses.replace(HEADER, epoch=1)
    assert open_event(write_event(ANA, header, body, keys), keys) == Unsupported("sealed")
    assert open_event(write_event(ANA, header, body, keys, group=True), keys) == body


def test_nothing_is_written_under_half_of_the_keys() -> None:
    with pytest.raises(LocalProtocolError):
        write_event(ANA, HEADER, Text("hi"), govern_only(0, KEYS.govern))


def test_a_longest_text_is_an_event() -> None:
    event = write_event(ANA, HEADER, Text("x" * 65536, bytes(32)), KEYS)
    assert decode_event(event.encode()) == event


def test_only_the_author_can_have_signed() -> None:
    event = write_event(ANA, HEADER, Text("hi"), KEYS)
    other = dataclasses.replace(event.header, author=BO.peer)
    assert not is_authentic(dataclasses.replace(event, header=other))
    assert not is_authentic(dataclasses.replace(event, signature=BO.sign(event.id)))
    assert not is_authentic(dataclasses.replace(event, signature=ANA.sign(event.id)))
    assert verify(ANA.peer, SIGNED_PREFIX + event.id, event.signature)


def test_without_the_key_nothing_is_read() -> None:
    event = write_event(ANA, HEADER, Text("hi"), KEYS)
    assert open_event(event, epoch_keys(0, b"t" * 32)) == Unsupported("sealed")
    moved = dataclasses.replace(event, header=dataclasses.replace(HEADER, hlc=6))
    assert open_event(moved, KEYS) == Unsupported("sealed")
    assert open_event(dataclasses.replace(event, sealed=b""), KEYS) == Unsupported("sealed")


def test_a_newer_kind_is_signed_like_any_other() -> None:
    event = sealed_by_hand(packed(t="poll"))
    assert is_authentic(event)
    assert open_event(event, KEYS) == Unsupported("poll")
    assert open_event(sealed_by_hand(os.urandom(50)), KEYS) == Unsupported("")


@pytest.mark.parametrize(
    "header",
    [dataclasses.replace(HEADER, author=BO.peer), dataclasses.replace(HEADER, epoch=1)],
)
def test_we_write_in_our_own_name_and_under_the_right_key(header: Header) -> None:
    with pytest.raises(LocalProtocolError):
        write_event(ANA, header, Text("hi"), KEYS)


NONCE = b"n" * 16
CODE = founding_code(ANA.peer, NONCE)
CODED_SECRET = secret_from_code(CODE)
CODED_KEYS = epoch_keys(0, CODED_SECRET)


def coded(author: Identity = ANA, body: Coded | None = None, **changed: Any) -> Event:
    """Return the second event of a room that Ana has made, or one that is not quite so."""
    plain = Header(room_id(CODED_SECRET), author.peer, 2, EventId(b"p" * 32), 5, 0)
    header = dataclasses.replace(plain, **changed)
    return write_event(author, header, body or Coded(CODE, NONCE), CODED_KEYS, group=True)


def test_the_founder_is_tied_to_the_code() -> None:
    assert open_event(coded(), CODED_KEYS) == Coded(CODE, NONCE)
    assert open_event(coded(), govern_only(0, CODED_KEYS.govern)) is None


@pytest.mark.parametrize(
    "event",
    [
        coded(BO),
        coded(BO, Coded(founding_code(BO.peer, NONCE), NONCE)),
        coded(body=Coded(CODE, b"m" * 16)),
        coded(seq=3),
        coded(room=room_id(SECRET)),
    ],
)
def test_nobody_else_can_have_made_the_room(event: Event) -> None:
    assert open_event(event, CODED_KEYS) == Unsupported("coded")


@pytest.mark.parametrize("body", [Removed(BO.peer, 0, ban=False), RoleGiven(BO.peer, "admin")])
def test_what_rules_is_sealed_apart_everywhere(body: KnownBody) -> None:
    event = write_event(ANA, HEADER, body, KEYS, group=True)
    assert open_event(event, govern_only(0, KEYS.govern)) == body
    assert open_event(sealed_by_hand(encode_body(body)), KEYS) == Unsupported("sealed")
