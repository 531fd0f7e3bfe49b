"""What requests name: opaque ids and paths.

To whoever writes a request an id is a string that was once told; one that never was names
nothing, whatever it looks like.
"""

from __future__ import annotations

from pathlib import Path

from app.domain import ids
from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId


def room_id(text: str) -> RoomId:
    """Return the room's id. Raises AppError("unknown-room")."""
    return RoomId(_named(text, ids.ROOM_ID_SIZE, "room"))


def peer_id(text: str) -> PeerId:
    """Return the peer's id. Raises AppError("unknown-peer")."""
    return PeerId(_named(text, ids.PEER_ID_SIZE, "peer"))


def message_id(text: str) -> EventId:
    """Return the message's id. Raises AppError("unknown-message")."""
    return EventId(_named(text, ids.EVENT_ID_SIZE, "message"))


def transfer_id(text: str) -> EventId:
    """Return the transfer's id. Raises AppError("unknown-transfer")."""
    return EventId(_named(text, ids.EVENT_ID_SIZE, "transfer"))


def invitation_id(text: str) -> EventId:
    """Return the invitation's id. Raises AppError("unknown-invitation")."""
    return EventId(_named(text, ids.EVENT_ID_SIZE, "invitation"))


def path(text: str) -> Path:
    """Return a path that a system call takes. Raises AppError("bad-path").

    An empty one is refused: it would mean the folder where the program happens to run.
    """
    if not text or "\0" in text:
        raise AppError("bad-path", {"path": text[:64]})
    return Path(text)


def _named(text: str, size: int, kind: str) -> bytes:
    try:
        return ids.from_text(text, size)
    except AppError as error:
        raise AppError(f"unknown-{kind}", {kind: text[:64]}) from error
