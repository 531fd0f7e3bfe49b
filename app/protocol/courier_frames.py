"""What is said between the members of a room and the courier that keeps its sealed events."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.events import MAX_SEQ

MAX_COURIER_KEYS = 16
MAX_LEADERS = 64
MAX_ROSTER = 4096
MAX_USHERS = 8
MAX_SEALED_WELCOME = 16 * 1024

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
RoomKey = Annotated[bytes, Meta(min_length=16, max_length=16)]
Epoch = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Roll = Annotated[list[Key], Meta(max_length=MAX_ROSTER)]


class _Frame(msgspec.Struct, frozen=True, array_like=True):
    pass


class Usher(_Frame, frozen=True, array_like=True):
    """What a courier has for whoever shows `proof`, or for `peer` alone, until then (Unix ms).

    Both meet at `rendezvous`; an empty `peer` is anybody, 0 is for ever.
    """

    rendezvous: Key
    proof: Key
    peer: Annotated[bytes, Meta(max_length=32)]
    until_ms: Annotated[int, Meta(ge=0, le=1 << 48)]
    sealed: Annotated[bytes, Meta(max_length=MAX_SEALED_WELCOME)]

    def is_for(self, peer: bytes, now_ms: int) -> bool:
        """Tell whether somebody may have it now."""
        return self.peer in (b"", peer) and not 0 < self.until_ms < now_ms


class CourierGiven(_Frame, frozen=True, array_like=True):
    """Gives a room to a courier, or says anew who belongs to it.

    `keys` are epochs with the courier's keys, the newest first. `leaders` may say this again,
    `out` are no members any more. Of two such frames the one with the higher `version` counts.
    """

    room: RoomKey
    version: Annotated[int, Meta(ge=0, le=MAX_SEQ)]
    keys: Annotated[list[tuple[Epoch, Key]], Meta(min_length=1, max_length=MAX_COURIER_KEYS)]
    leaders: Annotated[list[Key], Meta(min_length=1, max_length=MAX_LEADERS)]
    members: Roll
    out: Roll
    ushers: Annotated[list[Usher], Meta(max_length=MAX_USHERS)] = []


class CourierAnswer(_Frame, frozen=True, array_like=True):
    """The courier keeps the room, if `code` is empty; else that says why not."""

    room: RoomKey
    code: Annotated[str, Meta(max_length=40)]


class CourierFreed(_Frame, frozen=True, array_like=True):
    """The courier is to forget the room."""

    room: RoomKey


class CourierWelcome(_Frame, frozen=True, array_like=True):
    """Hands the welcome over that a leader has left for who is invited."""

    room: RoomKey
    sealed: Annotated[bytes, Meta(max_length=MAX_SEALED_WELCOME)]


CourierFrame = CourierGiven | CourierAnswer | CourierFreed | CourierWelcome
