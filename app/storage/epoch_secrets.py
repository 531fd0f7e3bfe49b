"""Opens stored events again, on the database's thread."""

from __future__ import annotations

from app.crypto.authoring import open_event
from app.crypto.room_keys import EpochKeys, epoch_keys, govern_only
from app.domain.events import Body, Event, decode_event
from app.domain.room import Content
from app.storage.database import Database

_SECRETS = "SELECT epoch, secret, whole FROM room_epoch WHERE room = ?"


def content_of(event: Event, body: Body) -> Content:
    header = event.header
    return Content(header.room, header.author, header.seq, event.position, body, header.epoch)


class EpochSecrets:
    """The keys of a room as they are stored when this is made."""

    def __init__(self, database: Database, room: int) -> None:
        self._keys: dict[int, EpochKeys] = {
            epoch: epoch_keys(epoch, key) if whole else govern_only(epoch, key)
            for epoch, key, whole in database.execute(_SECRETS, (room,))
        }

    def open(self, wire: bytes) -> Content | None:
        """Return what a stored event says, None if no key opens it."""
        event = decode_event(wire)
        keys = self._keys.get(event.header.epoch)
        body = open_event(event, keys) if keys is not None else None
        return content_of(event, body) if body is not None else None
