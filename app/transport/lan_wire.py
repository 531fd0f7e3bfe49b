"""What two programs say to each other on a network without any server. See docs/signaling.md."""

from __future__ import annotations

from typing import Annotated

import msgspec

from app.crypto.identity import verify
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PEER_ID_SIZE, PeerId
from app.transport.base import Authenticator
from signaling.protocol import MAX_PAYLOAD, Card

GREETING = b"parlor lan 1\n"
"""Comes first from both ends, each followed by the 32 bytes that open the channel."""
PEER_SERVICE = "_parlor-peer._tcp.local."
MAX_PLACES = 256
MAX_PROOF = 512
MAX_FRAME = MAX_PAYLOAD + 1024
LABEL_SIZE = 16

_SIGNED = b"parlor lan proof 1\x00"

Label = Annotated[str, msgspec.Meta(max_length=LABEL_SIZE)]
Number = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Mark = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Marks = Annotated[list[Mark], msgspec.Meta(max_length=MAX_PLACES)]


class Proof(msgspec.Struct, frozen=True, array_like=True, tag="proof"):
    """Who speaks, first thing in the channel; signed over what belongs to this channel alone.

    `label` is the one that its program is announced under, `since` when its session began (Unix
    ns): the latest session of a peer stands for it.
    """

    peer: Annotated[bytes, msgspec.Meta(min_length=PEER_ID_SIZE, max_length=PEER_ID_SIZE)]
    instance: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    label: Label
    since: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    signature: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]


class Places(msgspec.Struct, frozen=True, array_like=True, tag="places"):
    """Marks of the server rooms that the sender has entered and left."""

    number: Number
    entered: Marks
    left: Marks = []


class Listing(msgspec.Struct, frozen=True, array_like=True, tag="listing"):
    """The sender's card of the directory, none if it is not listed."""

    number: Number
    card: Card | None


class Letter(msgspec.Struct, frozen=True, array_like=True, tag="letter"):
    """A payload for the reader."""

    payload: Annotated[bytes, msgspec.Meta(max_length=MAX_PAYLOAD)]


class Taken(msgspec.Struct, frozen=True, array_like=True, tag="taken"):
    """The sender has taken in the `places` or the `listing` of this number."""

    number: Number


class Hosting(msgspec.Struct, frozen=True, array_like=True, tag="hosting"):
    """Whether the sender would run a server for this network if there is none any more.

    `begins` if it is about to, so that nobody else does.
    """

    willing: bool
    begins: bool = False


class Beat(msgspec.Struct, frozen=True, array_like=True, tag="beat"):
    """The sender is still there."""


Message = Proof | Places | Listing | Letter | Taken | Hosting | Beat

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def encoded(message: Message) -> bytes:
    return _encoder.encode(message)


def decoded(raw: bytes) -> Message:
    """Raises RemoteProtocolError("bad-message")."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RemoteProtocolError("bad-message", str(error)) from error


def proof(who: Authenticator, binding: bytes, label: str, since: int, *, leads: bool) -> Proof:
    """Return our proof for a channel; `leads` as in the channel's opening."""
    signature = who.sign(_statement(binding, who.instance, label, since, leads=leads))
    return Proof(who.peer, who.instance, label, since, signature)


def check(shown: Proof, binding: bytes, *, leads: bool) -> None:
    """Check a proof of the end that leads, or of the other one.

    Raises RemoteProtocolError("bad-proof").
    """
    signed = _statement(binding, shown.instance, shown.label, shown.since, leads=leads)
    if not verify(PeerId(shown.peer), signed, shown.signature):
        raise RemoteProtocolError("bad-proof")


def _statement(binding: bytes, instance: bytes, label: str, since: int, *, leads: bool) -> bytes:
    role = b"\x01" if leads else b"\x02"
    return _SIGNED + role + binding + instance + since.to_bytes(8, "big") + label.encode()
