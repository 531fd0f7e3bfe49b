"""Events that govern a group: who belongs to it, who may do what, which key is in use.

They are folded again, all of them in the room's order, whenever a late one arrives (ADR 0007).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import NewType

import msgspec

from app.domain.ids import PEER_ID_SIZE, EventId, PeerId

TokenId = NewType("TokenId", bytes)

TOKEN_SIZE = 32
TOKEN_ID_SIZE = 16
CODE_SIZE, NONCE_SIZE = 8, 16
MIN_EPOCH = 1 << 16
"""The number of an epoch but the first: a generation from 1 on, then 16 bits of its own."""
PART_SIZE = 112
MAX_PARTS = 700
"""A new epoch's secret is sealed to at most so many members, in so many bytes each."""
MAX_COURIERS = 4
FOUNDING = TokenId(b"")
"""Stands for the link and the code that a room is made with."""


class Role(Enum):
    """What a member may do. There is one owner."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class Coded(msgspec.Struct, frozen=True, tag_field="t", tag="coded"):
    """The founder's second event: the spoken code's entropy, and what ties it to the founder."""

    code: bytes
    nonce: bytes


class RoleGiven(msgspec.Struct, frozen=True, tag_field="t", tag="role"):
    """`peer` has this role from now on; who gives away `owner` is an admin afterwards."""

    peer: bytes
    role: str


class Removed(msgspec.Struct, frozen=True, tag_field="t", tag="removed"):
    """`peer` is no member any more; of its log, events after `seen` are void.

    Who is banned comes back by no invitation before `Readmitted`.
    """

    peer: bytes
    seen: int
    ban: bool


class Readmitted(msgspec.Struct, frozen=True, tag_field="t", tag="readmitted"):
    """The ban of `peer` is lifted."""

    peer: bytes


class Invited(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", tag="invited"):
    """Whoever has this 32-byte token may join until then (Unix ms, 0 for ever).

    With `peer` it is meant for that person alone.
    """

    token: bytes
    peer: bytes | None = None
    until_ms: int = 0


class Revoked(msgspec.Struct, frozen=True, tag_field="t", tag="revoked"):
    """The token with this id lets nobody in any more; FOUNDING stands for the first link."""

    token_id: bytes


class Rekeyed(msgspec.Struct, frozen=True, tag_field="t", tag="rekeyed"):
    """A new epoch. `sealed` holds its secret for each member, as `crypto.rekeying` packs it."""

    number: int
    sealed: bytes


class NewEpoch(msgspec.Struct, frozen=True, tag_field="t", tag="epoch"):
    """What is kept of a `Rekeyed` to fold it again: `peers` are its receivers' ids in a row."""

    number: int
    peers: bytes


class NewFace(msgspec.Struct, frozen=True, tag_field="t", tag="face"):
    """What is kept of a `RoomPictured`: the name of the picture."""

    picture: str


class CourierNamed(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", tag="courier"):
    """`peer`, called so, keeps the room's sealed events from now on (`on`), or no more.

    It is no member and has no key.
    """

    peer: bytes
    on: bool
    name: str = ""


class Ruled(msgspec.Struct, frozen=True, tag_field="t", tag="ruled"):
    """One rule of the room is set, see `Rule`."""

    rule: str
    value: int


class RoomOffered(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", tag="room-offer"):
    """In a conversation of two: the other is invited to a group, by the token of an `Invited`.

    `server` is the URL of a server to meet on, "" if none.
    """

    room: bytes
    name: str
    token: bytes
    founder: bytes
    server: str = ""
    until_ms: int = 0


def token_id(token: bytes) -> TokenId:
    """Return the 16 bytes by which a token is named where it should not be given away."""
    return TokenId(hashlib.sha256(b"parlor token id 1\x00" + token).digest()[:TOKEN_ID_SIZE])


def recipients(sealed: bytes) -> tuple[PeerId, ...]:
    """Return whom a new epoch's secret was sealed to."""
    starts = range(0, len(sealed), PART_SIZE)
    return tuple(PeerId(sealed[start : start + PEER_ID_SIZE]) for start in starts)


@dataclass(frozen=True, slots=True)
class RoomLink:
    """A link to a room. `uses` counts who came in by it; times are Unix ms, 0 for never."""

    id: TokenId
    link: str
    made_by: PeerId
    made_ms: int
    until_ms: int
    uses: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Banned:
    """Somebody who may not come back."""

    peer: PeerId
    name: str


@dataclass(frozen=True, slots=True)
class PendingInvite:
    """Somebody who was invited by name and has not joined yet."""

    id: TokenId
    peer: PeerId
    name: str
    invited_by: PeerId
    until_ms: int


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation that we have got. `id` is that of the message which carries it.

    `state` is pending, accepted, or gone (rejected, expired, taken back).
    """

    id: EventId
    room: bytes
    name: str
    sender: PeerId
    sender_name: str
    time_ms: int
    until_ms: int
    state: str


@dataclass(frozen=True, slots=True)
class InvitationChanged:
    """An invitation is new or differs."""

    invitation: InvitationView
