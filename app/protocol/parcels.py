"""What is in a parcel: events of the sender's own log and what it has of the receiver's.

A parcel is sealed between the two, so whoever carries it sees who writes to whom, when, and how
much; it can lose or repeat a parcel, but neither read, change nor make one.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.crypto.identity import Identity
from app.crypto.seal import open_from, seal_for
from app.domain.errors import RemoteProtocolError
from app.domain.events import HEADER, MAX_EVENT_SIZE, MIN_EVENT_SIZE
from app.domain.ids import PeerId

MAX_EVENT_BYTES = 96 * 1024
"""Events of one parcel together, unless the first alone is larger."""
Wire = Annotated[bytes, Meta(min_length=MIN_EVENT_SIZE, max_length=MAX_EVENT_SIZE)]
Seq = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]


class Contents(msgspec.Struct, frozen=True, array_like=True, tag="parcel"):
    """`stored` and `read` say how far the sender has stored and read the receiver's log."""

    events: Annotated[list[Wire], Meta(max_length=4096)]
    stored: Seq
    read: Seq


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Contents)


def seal_parcel(identity: Identity, receiver: PeerId, contents: Contents) -> bytes:
    """Return what only `receiver` can open. Raises RemoteProtocolError("bad-peer-id")."""
    return seal_for(identity, receiver, _encoder.encode(contents))


def open_parcel(identity: Identity, sender: PeerId, sealed: bytes) -> Contents:
    """Return what `sender` has put in for us; the events themselves are yet to be verified.

    Raises RemoteProtocolError("parcel-tampered" | "parcel-malformed").
    """
    try:
        raw = open_from(identity, sender, sealed)
    except RemoteProtocolError as error:
        raise RemoteProtocolError("parcel-tampered") from error
    try:
        contents = _decoder.decode(raw)
    except (msgspec.DecodeError, ValueError) as error:
        raise RemoteProtocolError("parcel-malformed", str(error)) from error
    if any(HEADER.unpack_from(wire)[2] != sender for wire in contents.events):
        raise RemoteProtocolError("parcel-malformed", "an event of somebody else")
    return contents
