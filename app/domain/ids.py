"""Identifiers: fixed-size byte strings inside, opaque base64url text outside."""

from __future__ import annotations

import base64
import binascii
from typing import NewType

from app.domain.errors import AppError

PeerId = NewType("PeerId", bytes)
"""An Ed25519 public key, 32 bytes."""

RoomId = NewType("RoomId", bytes)
"""16 bytes derived from the room's first key."""

EventId = NewType("EventId", bytes)
"""SHA-256 of an event's header and sealed body, 32 bytes."""

PEER_ID_SIZE = 32
ROOM_ID_SIZE = 16
EVENT_ID_SIZE = 32


def to_text(raw: bytes) -> str:
    """Return `raw` as base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_text(text: str, size: int) -> bytes:
    """Return the `size` bytes that `text` stands for.

    Raises AppError("bad-id") for anything that `to_text` would not have written.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != size or to_text(raw) != text:
        raise AppError("bad-id", {"id": text[:64]})
    return raw


def peer_id(text: str) -> PeerId:
    """Parse a peer id. Raises AppError("bad-id")."""
    return PeerId(from_text(text, PEER_ID_SIZE))


def room_id(text: str) -> RoomId:
    """Parse a room id. Raises AppError("bad-id")."""
    return RoomId(from_text(text, ROOM_ID_SIZE))


def event_id(text: str) -> EventId:
    """Parse an event (message) id. Raises AppError("bad-id")."""
    return EventId(from_text(text, EVENT_ID_SIZE))
