"""What is published on a broker: topics, and statements that their authors have signed.

A broker checks nobody, so every statement is signed over the topic that it stands under, and bound
to one connection of its author (`session`, random) or of its reader. See docs/signaling.md.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec

from app.crypto.identity import verify
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.transport.base import Authenticator
from signaling.protocol import MAX_PAYLOAD, to_raw, to_text

SIGNED = b"parlor mqtt 1\x00"
SESSION_SIZE = 16
LETTERS = frozenset({"offer", "answer", "ice", "contact"})

Session = Annotated[bytes, msgspec.Meta(min_length=SESSION_SIZE, max_length=SESSION_SIZE)]
Instance = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Signature = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
Kind = TypeVar("Kind", bound=msgspec.Struct)


class Presence(msgspec.Struct, frozen=True, array_like=True, tag="presence"):
    """Under `user/PEER/presence`: this connection of the peer is there, or there no more."""

    session: Session
    instance: Instance
    online: bool


class Member(msgspec.Struct, frozen=True, array_like=True, tag="member"):
    """Under `room/ROOM/PEER`: the peer is in the room while that connection of it is there."""

    session: Session
    instance: Instance


class Letter(msgspec.Struct, frozen=True, array_like=True, tag="letter"):
    """Under `user/PEER/offer` and the like: a payload for one connection of the peer.

    `number` grows from letter to letter, so that none is taken twice.
    """

    sender: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    session: Session
    target: Session
    number: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    payload: Annotated[bytes, msgspec.Meta(max_length=MAX_PAYLOAD)]


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    body: bytes
    signature: Signature


_encoder = msgspec.msgpack.Encoder()
_sealed = msgspec.msgpack.Decoder(_Sealed)


def presence_topic(peer: PeerId) -> str:
    return f"user/{to_text(peer)}/presence"


def card_topic(peer: PeerId) -> str:
    return f"directory/{to_text(peer)}"


def letter_topic(peer: PeerId, kind: str) -> str:
    return f"user/{to_text(peer)}/{kind}"


def member_topic(room: bytes, peer: PeerId) -> str:
    return f"room/{to_text(room)}/{to_text(peer)}"


def signed(who: Authenticator, topic: str, statement: msgspec.Struct) -> bytes:
    """Return a statement of ours for a topic."""
    body = _encoder.encode(statement)
    return _encoder.encode(_Sealed(body, who.sign(_message(topic, body))))


def opened(topic: str, raw: bytes, kind: type[Kind], author: PeerId | None = None) -> Kind:
    """Return what stands under a topic; without `author` the statement names its sender.

    Raises RemoteProtocolError("bad-statement") for anything malformed or signed by somebody else.
    """
    try:
        sealed = _sealed.decode(raw)
        statement = msgspec.msgpack.decode(sealed.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RemoteProtocolError("bad-statement", str(error)) from error
    peer = author if author is not None else PeerId(getattr(statement, "sender", b""))
    if not verify(peer, _message(topic, sealed.body), sealed.signature):
        raise RemoteProtocolError("bad-statement", "the signature is wrong")
    return statement


def _message(topic: str, body: bytes) -> bytes:
    return SIGNED + len(topic).to_bytes(2, "big") + topic.encode() + body


def raw_id(text: str) -> bytes:
    """Return the 32 bytes that a part of a topic stands for.

    Raises RemoteProtocolError("bad-topic").
    """
    try:
        raw = to_raw(text)
    except ValueError as error:
        raise RemoteProtocolError("bad-topic") from error
    if len(raw) != 32 or to_text(raw) != text:  # noqa: PLR2004 - the size of an id
        raise RemoteProtocolError("bad-topic")
    return raw
