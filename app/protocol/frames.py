"""The frames of a link: one type byte, then a MessagePack array of the fields in order.

A type that this version does not know is ignored, so a newer peer may speak it; a known type with
wrong contents breaks the protocol.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.errors import LocalProtocolError, RemoteProtocolError
from app.domain.events import MAX_EVENT_SIZE, MAX_SEQ
from app.domain.limits import MAX_ROOM_NAME_LENGTH
from app.protocol.capability_frames import Capable
from app.protocol.courier_frames import (
    CourierAnswer,
    CourierFrame,
    CourierFreed,
    CourierGiven,
    CourierWelcome,
)
from app.protocol.mesh_frames import Around, Ask, MeshFrame, Routed
from app.protocol.passing_frames import Neighbours, PassingFrame, Relayed, Through
from app.protocol.transfer_frames import (
    Available,
    LaneAsked,
    LaneGranted,
    LaneRefused,
    Settled,
    SettledHeard,
    TransferFrame,
)

MAX_FRAME_SIZE = 512 * 1024
MAX_VECTOR_ENTRIES = 8192
MAX_TAGS = 4096
MAX_EPOCHS = 4096
MAX_PROOFS = 17
MAX_PARCEL = 192 * 1024
MAX_RECEIPT_ENTRIES = 512
MAX_WANTED = 64
MAX_HEADS = 4096
PARCELS = 1
RECEIPTS = 2
HEADS = 4
TRANSFERS = 8
WAYS = 16
NEIGHBOURS = 32
RELAYS = 64
MESH = 128
CAPABILITIES = 256
COURIER = 512
ROOMS_AND_FILES = PARCELS | RECEIPTS | HEADS | TRANSFERS | WAYS
FEATURES = ROOMS_AND_FILES | NEIGHBOURS | RELAYS | MESH | CAPABILITIES | COURIER
"""What of the protocol's later additions this version speaks: bits of a hello."""

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
RoomKey = Annotated[bytes, Meta(min_length=16, max_length=16)]
Sequence = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
Millis = Annotated[int, Meta(ge=0, le=1 << 48)]
Code = Annotated[str, Meta(max_length=40)]
Wire = Annotated[bytes, Meta(max_length=MAX_EVENT_SIZE)]
Epoch = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Vector = Annotated[dict[Key, Sequence], Meta(max_length=MAX_VECTOR_ENTRIES)]
ShortVector = Annotated[dict[Key, Sequence], Meta(max_length=MAX_RECEIPT_ENTRIES)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
Number = Annotated[bytes, Meta(min_length=16, max_length=16)]


class _Frame(msgspec.Struct, frozen=True, array_like=True):
    pass


class Hello(_Frame, frozen=True, array_like=True):
    """Opens the handshake. `versions` are the protocol versions spoken, `time` is Unix ms.

    `features` are bits for additions that do not make a new version.
    """

    versions: Annotated[list[Annotated[int, Meta(ge=1, le=65535)]], Meta(max_length=16)]
    peer: Key
    nonce: Key
    time: Millis
    features: Annotated[int, Meta(ge=0, le=0xFFFFFFFF)] = 0


class Auth(_Frame, frozen=True, array_like=True):
    """Proves the identity over the transcript of both hellos and both DTLS fingerprints."""

    signature: Signature


class Rooms(_Frame, frozen=True, array_like=True):
    """Proofs of rooms that the sender is in; adds to those sent before."""

    tags: Annotated[list[Key], Meta(max_length=MAX_TAGS)]


class Have(_Frame, frozen=True, array_like=True):
    """What the sender has on its disk, and has read, by author. Later frames may be partial."""

    room: RoomKey
    stored: Vector
    read: Vector


class Events(_Frame, frozen=True, array_like=True):
    """Events in their authors' order."""

    room: RoomKey
    events: Annotated[list[Wire], Meta(min_length=1, max_length=4096)]


class Refused(_Frame, frozen=True, array_like=True):
    """The sender will not take `author`'s events from `seq` on: its history contradicts ours."""

    room: RoomKey
    author: Key
    seq: Sequence
    code: Code


class Ping(_Frame, frozen=True, array_like=True):
    token: Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]


class Pong(_Frame, frozen=True, array_like=True):
    token: Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]


class Typing(_Frame, frozen=True, array_like=True):
    """On the unreliable lane; repeated while it lasts."""

    room: RoomKey
    active: bool


class Bye(_Frame, frozen=True, array_like=True):
    """The sender is about to close the link."""

    code: Code


class Presence(_Frame, frozen=True, array_like=True):
    """What the sender wants to be seen as; on the unreliable lane, repeated."""

    state: Annotated[int, Meta(ge=0, le=255)]


class Welcome(_Frame, frozen=True, array_like=True):
    """Lets somebody into a group that has proven a valid link or invitation.

    `keys` are number, whether it is the secret or the govern key alone, and the 32 bytes.
    """

    room: RoomKey
    founder: Key
    name: Annotated[str, Meta(max_length=MAX_ROOM_NAME_LENGTH)]
    keys: Annotated[list[tuple[Epoch, bool, Key]], Meta(min_length=1, max_length=MAX_EPOCHS)]


class Dismissed(_Frame, frozen=True, array_like=True):
    """Shows somebody who speaks of a group as a member the event that removed it.

    That is the last of `events`; those before it made its author an admin.
    """

    room: RoomKey
    events: Annotated[list[Wire], Meta(min_length=1, max_length=MAX_PROOFS)]


class TurnedAway(_Frame, frozen=True, array_like=True):
    """Says to somebody who asks to be let into a group why nobody may let it in.

    `tag` proves that the sender knows the invitation, as `closed_tag` makes it.
    """

    room: RoomKey
    tag: Key
    reason: Code


class Heads(_Frame, frozen=True, array_like=True):
    """The last event of each author that the sender has: its number and id."""

    room: RoomKey
    heads: Annotated[dict[Key, tuple[Sequence, Key]], Meta(max_length=MAX_HEADS)]


class Parcel(_Frame, frozen=True, array_like=True):
    """What `sender` has sealed for `receiver`, on the way to or from a member of a common room."""

    sender: Key
    receiver: Key
    number: Number
    sealed: Annotated[bytes, Meta(min_length=48, max_length=MAX_PARCEL)]


class ParcelTaken(_Frame, frozen=True, array_like=True):
    """The parcel is on the disk of whoever says so, or of no use there."""

    number: Number


class Receipt(_Frame, frozen=True, array_like=True):
    """What `member` has signed to have on its disk, and to have read; anybody may hand it on."""

    room: RoomKey
    member: Key
    time: Millis
    stored: ShortVector
    read: ShortVector
    signature: Signature


class Wanted(_Frame, frozen=True, array_like=True):
    """Whose receipts the sender lacks, because it is not linked with them; replaces the last."""

    room: RoomKey
    members: Annotated[list[Key], Meta(max_length=MAX_WANTED)]


DoorAnswer = Welcome | Dismissed | TurnedAway
"""What is said to somebody who shows a proof key that opens a room to nobody."""
HandedOn = Parcel | ParcelTaken | Receipt | Wanted
"""What is said of people who are not at the other end of the link."""
Aside = HandedOn | TransferFrame | PassingFrame | MeshFrame | Capable | CourierFrame
"""What is neither for the link itself nor for a room's log."""
Frame = (
    Hello
    | Auth
    | Rooms
    | Have
    | Events
    | Refused
    | Ping
    | Pong
    | Typing
    | Bye
    | Presence
    | DoorAnswer
    | Heads
    | Ask
    | Aside
)

TYPES: dict[int, type[Frame]] = {
    1: Hello,
    2: Auth,
    3: Rooms,
    4: Have,
    5: Events,
    6: Refused,
    7: Ping,
    8: Pong,
    9: Typing,
    10: Bye,
    11: Presence,
    12: Welcome,
    13: Dismissed,
    14: TurnedAway,
    16: Parcel,
    17: ParcelTaken,
    18: Receipt,
    19: Wanted,
    20: Heads,
    21: LaneAsked,
    22: LaneGranted,
    23: LaneRefused,
    24: Settled,
    25: SettledHeard,
    26: Available,
    27: Neighbours,
    28: Through,
    29: Relayed,
    30: Around,
    31: Ask,
    32: Routed,
    33: Capable,
    35: CourierGiven,
    36: CourierAnswer,
    37: CourierFreed,
    38: CourierWelcome,
}
_TYPE_OF = {kind: number for number, kind in TYPES.items()}
_encoder = msgspec.msgpack.Encoder()
_decoders = {number: msgspec.msgpack.Decoder(kind) for number, kind in TYPES.items()}


def encode_frame(frame: Frame) -> bytes:
    """Return the frame's bytes. Raises LocalProtocolError if it is too large."""
    raw = bytes([_TYPE_OF[type(frame)]]) + _encoder.encode(frame)
    if len(raw) > MAX_FRAME_SIZE:
        raise LocalProtocolError(f"a frame of {len(raw)} bytes")
    return raw


def decode_frame(raw: bytes) -> Frame | None:
    """Return the frame, or None for a type this version does not know.

    Raises RemoteProtocolError("frame-malformed" | "frame-too-large").
    """
    if len(raw) > MAX_FRAME_SIZE:
        raise RemoteProtocolError("frame-too-large")
    if not raw:
        raise RemoteProtocolError("frame-malformed", "empty")
    decoder = _decoders.get(raw[0])
    if decoder is None:
        return None
    try:
        return decoder.decode(raw[1:])
    # msgspec lets UnicodeDecodeError, a ValueError, through.
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise RemoteProtocolError("frame-malformed", str(error)) from error
