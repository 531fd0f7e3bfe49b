"""Frames about files: who meets whom for the bytes, and who needs them no more.

The bytes themselves never travel on a link. A lane is one connection to one peer for one transfer,
which the event that offers it names.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

MAX_CERTIFICATE = 4096
MAX_ADDRESSES = 16
MAX_DESCRIPTION = 16 * 1024
DIRECT, WEBRTC, RELAY = range(3)
"""Ways a lane can go; any other number is refused as "unknown-way"."""

Room = Annotated[bytes, Meta(min_length=16, max_length=16)]
Transfer = Annotated[bytes, Meta(min_length=32, max_length=32)]
Token = Annotated[bytes, Meta(min_length=32, max_length=32)]
LaneNumber = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Certificate = Annotated[bytes, Meta(max_length=MAX_CERTIFICATE)]
Description = Annotated[bytes, Meta(max_length=MAX_DESCRIPTION)]
WayNumber = Annotated[int, Meta(ge=0, le=0xFF)]
Host = Annotated[str, Meta(max_length=64)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Addresses = Annotated[list[tuple[Host, Port]], Meta(max_length=MAX_ADDRESSES)]
Code = Annotated[str, Meta(max_length=40)]


class _Frame(msgspec.Struct, frozen=True, array_like=True):
    pass


class LaneAsked(_Frame, frozen=True, array_like=True):
    """The sender wants to meet us for pieces of a transfer of this room.

    `lane` is a number of its own choice. To go the direct way it listens at `addresses`, where it
    will show `certificate` (DER); for any other way both are empty and `description` is its offer.
    """

    room: Room
    transfer: Transfer
    lane: LaneNumber
    certificate: Certificate
    token: Token
    addresses: Addresses
    way: WayNumber = DIRECT
    description: Description = b""


class LaneGranted(_Frame, frozen=True, array_like=True):
    """The sender will meet us, for the lane that it was asked for, by the way it was asked for."""

    lane: LaneNumber
    certificate: Certificate
    addresses: Addresses
    description: Description = b""


class LaneRefused(_Frame, frozen=True, array_like=True):
    """There will be no such lane.

    "not-here", "cancelled", "paused", "busy", "crossed" or "unknown-way".
    """

    lane: LaneNumber
    code: Code


class Settled(_Frame, frozen=True, array_like=True):
    """To the author: the sender is "done" with its transfer, or has "declined" it."""

    room: Room
    transfer: Transfer
    state: Code


class SettledHeard(_Frame, frozen=True, array_like=True):
    """The author has noted it."""

    transfer: Transfer


class Available(_Frame, frozen=True, array_like=True):
    """The sender has something of a transfer now that it may be asked for."""

    room: Room
    transfer: Transfer


TransferFrame = LaneAsked | LaneGranted | LaneRefused | Settled | SettledHeard | Available
