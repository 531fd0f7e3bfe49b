"""The wire between a signaling server and its clients: types, limits, codes, signed strings.

Both sides import this module and nothing else of each other. docs/signaling.md says the same in
words; the two change together.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec

PROTOCOL_VERSION = 1
SERVICE_TYPE = "_parlor._tcp.local."
DEFAULT_PORT = 8765

PEER_SIZE = 32
ROOM_SIZE = 32
NONCE_SIZE = 32
SERVER_SIZE = 32
INSTANCE_SIZE = 16
SIGNATURE_SIZE = 64

MAX_PAYLOAD = 64 * 1024
MAX_NAME = 64
MAX_QUERY = 64
MAX_RESULTS = 50
MAX_CARD_SKEW_MS = 24 * 60 * 60 * 1000
MAX_PACKET = 256 * 1024
"""The largest frame or request body that either side accepts, in bytes."""

AUTH_DOMAIN = b"parlor signaling auth 1\x00"
CARD_DOMAIN = b"parlor card 1\x00"

# Base64url without padding. The last character carries spare bits, which must be zero: so each
# id has exactly one spelling.
Text32 = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z")]
Text16 = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{21}[AQgw]\Z")]
Text64 = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{85}[AQgw]\Z")]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

Wire = TypeVar("Wire")


class Code(StrEnum):
    """Why a request was refused; part of the wire."""

    NOT_AUTHENTICATED = "not-authenticated"
    ALREADY_AUTHENTICATED = "already-authenticated"
    AUTH_FAILED = "auth-failed"
    MALFORMED = "malformed"
    UNKNOWN_EVENT = "unknown-event"
    PAYLOAD_TOO_LARGE = "payload-too-large"
    RATE_LIMITED = "rate-limited"
    TOO_MANY_ROOMS = "too-many-rooms"
    ROOM_FULL = "room-full"
    UNKNOWN_PEER = "unknown-peer"
    BAD_NAME = "bad-name"
    BAD_CARD = "bad-card"
    INTERNAL = "internal"


class WireError(ValueError):
    """What arrived is not what the wire allows. Its text never holds what arrived."""


class Challenge(msgspec.Struct, frozen=True):
    """Server to client, first event. `time` is the server's clock, Unix ms."""

    version: int
    nonce: Text32
    time: Milliseconds
    server: Text32


class Auth(msgspec.Struct, frozen=True):
    version: int
    peer: Text32
    instance: Text16
    signature: Text64


class RoomRequest(msgspec.Struct, frozen=True):
    """The request of `join` and `leave`."""

    room: Text32


class Signal(msgspec.Struct, frozen=True):
    to: Text32
    payload: bytes


class Card(msgspec.Struct, frozen=True):
    """A directory entry; `signature` is over `card_message`."""

    peer: Text32
    name: str
    time: Milliseconds
    signature: Text64


class Publish(msgspec.Struct, frozen=True):
    card: Card


class Search(msgspec.Struct, frozen=True):
    query: Annotated[str, msgspec.Meta(max_length=MAX_QUERY)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_RESULTS)] = MAX_RESULTS


class Nothing(msgspec.Struct, frozen=True):
    """The request of `unpublish`, and the answer where there is nothing to tell."""


class Present(msgspec.Struct, frozen=True):
    peer: Text32
    instance: Text16


class Peers(msgspec.Struct, frozen=True):
    """The answer to `join`."""

    peers: list[Present]


class People(msgspec.Struct, frozen=True):
    """The answer to `search`."""

    people: list[Card]


class IceServer(msgspec.Struct, frozen=True):
    """A STUN or TURN server, with the account to use there."""

    url: Annotated[str, msgspec.Meta(max_length=300)]
    username: Annotated[str, msgspec.Meta(max_length=200)] = ""
    credential: Annotated[str, msgspec.Meta(max_length=200)] = ""


class IceServers(msgspec.Struct, frozen=True):
    """The answer to `ice`; the accounts hold for so many seconds."""

    servers: Annotated[list[IceServer], msgspec.Meta(max_length=16)]
    seconds: Annotated[int, msgspec.Meta(ge=0)]


class Joined(msgspec.Struct, frozen=True):
    room: Text32
    peer: Text32
    instance: Text16


class Left(msgspec.Struct, frozen=True):
    room: Text32
    peer: Text32


class Relayed(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """The event `signal` as the receiver sees it."""

    sender: Text32
    payload: bytes


class Failure(msgspec.Struct, frozen=True):
    code: Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z-]{0,39}\Z")]
    message: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Ack(msgspec.Struct, frozen=True):
    """What every answer has; the other fields depend on the request."""

    ok: bool
    error: Failure | None = None


def to_text(raw: bytes) -> str:
    """Return `raw` as base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def to_raw(text: str) -> bytes:
    """Return the bytes of a text that was validated as Text16, Text32 or Text64."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parse(data: object, kind: type[Wire]) -> Wire:
    """Return `data` (as Socket.IO delivers it) as a `kind`; unknown fields are ignored.

    Raises WireError, which says where but never what.
    """
    try:
        return msgspec.convert(data, kind, builtin_types=(bytes,))
    except (msgspec.ValidationError, RecursionError) as error:
        # msgspec names a faulty field by its path; its text never quotes a value
        raise WireError(str(error)) from None


def plain(message: msgspec.Struct) -> dict[str, Any]:
    """Return `message` as Socket.IO carries it; bytes stay bytes."""
    value: dict[str, Any] = msgspec.to_builtins(message, builtin_types=(bytes,))
    return value


def success(message: msgspec.Struct) -> dict[str, Any]:
    """Return the answer that says yes and carries `message`."""
    return {"ok": True, **plain(message)}


def failure(code: str, message: str) -> dict[str, Any]:
    """Return the answer that says no."""
    return {"ok": False, "error": {"code": code, "message": message}}


def outcome(answer: object) -> Mapping[str, object] | Failure:
    """Split an answer: its fields when it says yes, the failure when it says no.

    Raises WireError.
    """
    ack = parse(answer, Ack)
    if not isinstance(answer, Mapping) or (not ack.ok and ack.error is None):
        raise WireError("an answer says no without an error")
    return answer if ack.ok else ack.error or Failure(Code.INTERNAL)


def auth_message(nonce: bytes, server: bytes, peer: bytes, instance: bytes) -> bytes:
    """Return what a client signs to prove that it is `peer`, once, to this run of this server."""
    return AUTH_DOMAIN + nonce + server + peer + instance


def card_message(peer: bytes, time_ms: int, name: str) -> bytes:
    """Return what the owner of a card signs. `name` must be a `good_name`."""
    return CARD_DOMAIN + peer + time_ms.to_bytes(8, "big") + name.encode()


_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def good_name(name: str) -> bool:
    """Tell whether `name` may stand on a card.

    1 to 64 characters, no space at either end, no control characters, line separators, lone
    surrogates or direction overrides (they would let a name rewrite the line it stands in).
    """
    return (
        0 < len(name) <= MAX_NAME
        and name == name.strip()
        and not _DIRECTION_OVERRIDES.intersection(name)
        and not any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in name)
    )
