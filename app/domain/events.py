"""Events of a room log: the signed header and the typed content of the sealed body."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

import msgspec

from app.domain.clock import MAX_HLC
from app.domain.errors import RemoteProtocolError
from app.domain.files import FileOffered
from app.domain.governing import (
    Coded,
    CourierNamed,
    Invited,
    NewEpoch,
    NewFace,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    RoleGiven,
    RoomOffered,
    Ruled,
)
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.pictures import Pictured, RoomPictured
from app.domain.views import Position

EVENT_VERSION = 1
HEADER = struct.Struct(">B16s32sQ32sQI")
SIGNATURE_SIZE = 64
MAX_EVENT_SIZE = 80 * 1024
MIN_EVENT_SIZE = HEADER.size + SIGNATURE_SIZE
MAX_SEQ = (1 << 63) - 1
FIRST_PREV = EventId(bytes(32))
"""What stands for "the author's previous event" in the first one."""


@dataclass(frozen=True, slots=True)
class Header:
    """`seq` counts an author's events in the room from 1; `epoch` names the room key."""

    room: RoomId
    author: PeerId
    seq: int
    prev: EventId
    hlc: int
    epoch: int

    def encode(self) -> bytes:
        """Return the 101 bytes that are hashed and that the body's seal is bound to."""
        return HEADER.pack(
            EVENT_VERSION, self.room, self.author, self.seq, self.prev, self.hlc, self.epoch
        )


@dataclass(frozen=True, slots=True)
class Event:
    """A signed event as it travels. Its signature has not necessarily been verified."""

    header: Header
    sealed: bytes
    signature: bytes
    id: EventId

    @property
    def position(self) -> Position:
        return Position(self.header.hlc, self.id)

    def encode(self) -> bytes:
        return self.header.encode() + self.sealed + self.signature


def compute_id(header: Header, sealed: bytes) -> EventId:
    """Return SHA-256 over the header and the sealed body."""
    return EventId(hashlib.sha256(header.encode() + sealed).digest())


def decode_event(wire: bytes) -> Event:
    """Parse an event; neither signature nor chain is checked.

    Raises RemoteProtocolError("event-too-large" | "event-malformed" | "event-version").
    """
    if len(wire) > MAX_EVENT_SIZE:
        raise RemoteProtocolError("event-too-large", f"{len(wire)} bytes")
    if len(wire) < MIN_EVENT_SIZE:
        raise RemoteProtocolError("event-malformed", "truncated")
    version, room, author, seq, prev, hlc, epoch = HEADER.unpack_from(wire)
    if version != EVENT_VERSION:
        raise RemoteProtocolError("event-version", str(version))
    if not 0 < seq <= MAX_SEQ or hlc > MAX_HLC:
        raise RemoteProtocolError("event-malformed", "sequence number or time out of range")
    if (seq == 1) != (prev == FIRST_PREV):
        raise RemoteProtocolError("event-malformed", "first event and previous hash disagree")
    header = Header(RoomId(room), PeerId(author), seq, EventId(prev), hlc, epoch)
    sealed = bytes(wire[HEADER.size : -SIGNATURE_SIZE])
    digest = EventId(hashlib.sha256(wire[:-SIGNATURE_SIZE]).digest())
    return Event(header, sealed, bytes(wire[-SIGNATURE_SIZE:]), digest)


class Created(msgspec.Struct, frozen=True, tag_field="t", tag="created"):
    """The room begins. `code` is the entropy of the spoken code, empty if it has none."""

    name: str
    code: bytes = b""


class Joined(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", tag="joined"):
    """The author is a member from now on, under this name.

    `via` is the id of the token that lets it in, empty for the link the room was made with.
    """

    name: str
    via: bytes = b""


class Left(msgspec.Struct, frozen=True, tag_field="t", tag="left"):
    """The author is no member any more."""


class Renamed(msgspec.Struct, frozen=True, tag_field="t", tag="renamed"):
    """The room has a new name."""

    name: str


class ProfileNamed(msgspec.Struct, frozen=True, tag_field="t", tag="profile"):
    """The author goes by a new name."""

    name: str


class Topic(msgspec.Struct, frozen=True, tag_field="t", tag="topic"):
    """What the room is about, "" for nothing in particular."""

    text: str


class Text(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", tag="text"):
    """A message. `reply_to` is the id of the event that it answers; `mentions` are peer ids.

    It disappears `vanish_s` seconds after it was read, 0 for never. `forwarded_from` names who
    wrote it first, if it was forwarded and that is to be told.
    """

    text: str
    reply_to: bytes | None = None
    mentions: tuple[bytes, ...] = ()
    vanish_s: int = 0
    forwarded_from: str = ""


class Edited(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", tag="edited"):
    """The author's message `target` reads so from now on, and mentions these people."""

    target: bytes
    text: str
    mentions: tuple[bytes, ...] = ()


class Deleted(msgspec.Struct, frozen=True, tag_field="t", tag="deleted"):
    """The author's message `target` is taken back, for everybody."""

    target: bytes


class Reacted(msgspec.Struct, frozen=True, tag_field="t", tag="reacted"):
    """The author's reaction `emoji` to `target` is there (`on`) or not."""

    target: bytes
    emoji: str
    on: bool


class Pinned(msgspec.Struct, frozen=True, tag_field="t", tag="pinned"):
    """`target` is pinned to the room (`on`) or not any more."""

    target: bytes
    on: bool


Operation = Edited | Deleted | Reacted | Pinned
"""What changes a message that stands in another event, perhaps one that has yet to arrive."""


class Unsupported(msgspec.Struct, frozen=True):
    """A body that this version cannot read: a newer kind, or content out of its bounds."""

    kind: str


Ruling = RoleGiven | Removed | Readmitted | Invited | Revoked | Rekeyed | Ruled | CourierNamed
"""What has no meaning where nobody is in charge."""
Governing = Created | Coded | Joined | Left | Renamed | ProfileNamed | Topic | RoomPictured | Ruling
"""What a room's state follows from."""
Message = Text | FileOffered
"""What is a message of its own, which operations may change."""
KnownBody = Governing | Message | Operation | RoomOffered | Pictured
Body = KnownBody | NewEpoch | NewFace | Unsupported
