"""Random histories of a room, for tests of everything that reads events."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
from hypothesis import strategies as st

from app.domain.events import (
    Body,
    Created,
    Deleted,
    Edited,
    Joined,
    KnownBody,
    Left,
    Pinned,
    ProfileNamed,
    Reacted,
    Renamed,
    Text,
    Topic,
    Unsupported,
)
from app.domain.governing import (
    FOUNDING,
    Coded,
    CourierNamed,
    Invited,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    Role,
    RoleGiven,
    RoomOffered,
    Ruled,
    token_id,
)
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.pictures import Pictured, RoomPictured
from app.domain.room import Content
from app.domain.rules import Rule
from app.domain.views import Position

ROOM = RoomId(bytes(16))
AUTHORS = tuple(PeerId(bytes([letter]) * 32) for letter in b"abcd")

names = st.sampled_from(["Ana", "Bo", "Bob", "Ünal", "李", "Dr. E"])
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
event_ids = st.binary(min_size=32, max_size=32)
mentions = st.lists(event_ids, max_size=3).map(tuple)
peers = st.sampled_from(AUTHORS)
tokens = st.integers(1, 3).map(lambda number: bytes([number]) * 32)
images = st.sampled_from([b"", b"\x89PNG\r\n\x1a\n"])


def parts(people: list[PeerId]) -> bytes:
    """Return what a new epoch's secret looks like that is sealed to these people."""
    return b"".join(peer + bytes(80) for peer in people)


known_bodies: st.SearchStrategy[KnownBody] = st.one_of(
    st.builds(Created, names, st.binary(max_size=16)),
    st.builds(Joined, names),
    st.builds(Left),
    st.builds(Renamed, names),
    st.builds(ProfileNamed, names),
    st.builds(Text, texts, st.none() | event_ids, mentions),
    st.builds(Topic, texts | st.just("")),
    st.builds(Edited, event_ids, texts, mentions),
    st.builds(Deleted, event_ids),
    st.builds(Reacted, event_ids, st.sampled_from(["\U0001f44d", "\u2764\ufe0f"]), st.booleans()),
    st.builds(Pinned, event_ids, st.booleans()),
    st.builds(Coded, st.binary(min_size=8, max_size=8), st.binary(min_size=16, max_size=16)),
    st.builds(RoleGiven, peers, st.sampled_from([role.value for role in Role])),
    st.builds(Removed, peers, st.integers(0, 9), st.booleans()),
    st.builds(Readmitted, peers),
    st.builds(Invited, tokens, st.none() | peers, st.integers(0, 9)),
    st.builds(Revoked, st.just(FOUNDING) | tokens.map(token_id)),
    st.builds(
        Rekeyed, st.integers(1, 5).map(lambda n: n << 16), st.lists(peers, min_size=1).map(parts)
    ),
    st.builds(Ruled, st.sampled_from([rule.value for rule in Rule]), st.integers(0, 1)),
    st.builds(CourierNamed, peers, st.booleans(), names | st.just("")),
    st.builds(RoomOffered, st.just(bytes(16)), names, tokens, peers),
    st.builds(Pictured, images),
    st.builds(RoomPictured, images),
)
bodies: st.SearchStrategy[Body] = known_bodies | st.builds(Unsupported, st.just("poll"))


def content(author: PeerId, seq: int, hlc: int, body: Body) -> Content:
    """Return an opened event whose id follows from its author and number."""
    event = EventId(hashlib.sha256(author + seq.to_bytes(8, "big")).digest())
    return Content(ROOM, author, seq, Position(hlc, event), body)


@dataclass(frozen=True)
class Entry:
    author: PeerId
    hlc: int
    body: Body


# Few clock values, so that ids must decide; no author's clock need run forward.
_entries = st.builds(Entry, st.sampled_from(AUTHORS), st.integers(0, 6), bodies)


def numbered(entries: list[Entry]) -> list[Content]:
    """Return the entries as each author's first, second, ... event."""
    written = dict.fromkeys(AUTHORS, 0)
    history = []
    for entry in entries:
        written[entry.author] += 1
        history.append(content(entry.author, written[entry.author], entry.hlc, entry.body))
    return history


histories = st.lists(_entries, max_size=24).map(numbered)


def packed(**fields: object) -> bytes:
    """Return a body as a member might send it that is not bound to our types."""
    return msgspec.msgpack.encode(fields)
