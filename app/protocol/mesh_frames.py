"""Frames of rooms larger than a full mesh: who is around, and what is asked of them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.events import MAX_SEQ

SHORT_ID = 8
"""So much of a peer id names a member of a room."""
MAX_SIGHTINGS = 256
MAX_AGE = 600
"""Tenths of seconds after which it does not matter any more where somebody was."""
MAX_ASKED = 4096
MAX_HOPS = 8
MAX_ROUTED = 64
MAX_ROUTED_FRAME = 24 * 1024

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
RoomKey = Annotated[bytes, Meta(min_length=16, max_length=16)]
Short = Annotated[bytes, Meta(min_length=SHORT_ID, max_length=SHORT_ID)]
Seq = Annotated[int, Meta(ge=1, le=MAX_SEQ)]


class _Frame(msgspec.Struct, frozen=True, array_like=True):
    pass


class Sighting(_Frame, frozen=True, array_like=True):
    """How long ago a member was known to be there or to go: `state` is 0 for gone.

    Else it is the presence that it wants to be seen as, plus 1. `instance` may be left out.
    """

    who: Short
    age: Annotated[int, Meta(ge=0, le=MAX_AGE)]
    state: Annotated[int, Meta(ge=0, le=255)]
    instance: Annotated[bytes, Meta(max_length=16)] = b""


class Around(_Frame, frozen=True, array_like=True):
    """Who is there, as far as that is news; and whether the sender wants this link for the room."""

    room: RoomKey
    wanted: bool
    sightings: Annotated[list[Sighting], Meta(max_length=MAX_SIGHTINGS)]


class Ask(_Frame, frozen=True, array_like=True):
    """Send what others wrote in the room, of each of these authors up to that number."""

    room: RoomKey
    wanted: Annotated[dict[Key, Seq], Meta(min_length=1, max_length=MAX_ASKED)]


class Routed(_Frame, frozen=True, array_like=True):
    """Frames for a member that the sender may not be linked with: receipts, wishes, signals.

    `hops` is how many members may still pass it on.
    """

    room: RoomKey
    target: Key
    hops: Annotated[int, Meta(ge=0, le=MAX_HOPS)]
    frames: Annotated[
        list[Annotated[bytes, Meta(min_length=1, max_length=MAX_ROUTED_FRAME)]],
        Meta(min_length=1, max_length=MAX_ROUTED),
    ]


MeshFrame = Around | Routed
