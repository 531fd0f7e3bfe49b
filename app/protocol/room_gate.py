"""Which rooms two linked peers share, without naming to the other a room it is not in.

A room is open on a link once both sides have proven that they know its key:
tag = HMAC-SHA-256(proof key, label | link transcript | sender).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MAX_TAGS, Rooms

LABEL = b"parlor room tag 1\x00"


def room_tag(proof_key: bytes, transcript: bytes, sender: PeerId) -> bytes:
    """Return the 32 bytes with which `sender` proves on one link that it knows the room key."""
    return hmac.digest(proof_key, LABEL + transcript + sender, hashlib.sha256)


class RoomGate:
    """The rooms of one link."""

    def __init__(self, local: PeerId, remote: PeerId, transcript: bytes) -> None:
        self._local = local
        self._remote = remote
        self._transcript = transcript
        self._expected: dict[bytes, RoomId] = {}
        self._seen: set[bytes] = set()
        self.open: set[RoomId] = set()

    def offer(self, proofs: Mapping[RoomId, bytes]) -> tuple[Rooms, set[RoomId]]:
        """Offer rooms by their proof keys; return the frame to send and the rooms now open."""
        tags = []
        for room, key in proofs.items():
            self._expected[room_tag(key, self._transcript, self._remote)] = room
            tags.append(room_tag(key, self._transcript, self._local))
        return Rooms(tags), self._match()

    def withdraw(self, room: RoomId) -> None:
        """Close a room that we have left."""
        self._expected = {tag: known for tag, known in self._expected.items() if known != room}
        self.open.discard(room)

    def receive(self, frame: Rooms) -> set[RoomId]:
        """Take the other side's proofs; return the rooms now open.

        Raises RemoteProtocolError("too-many-rooms").
        """
        self._seen.update(frame.tags)
        if len(self._seen) > MAX_TAGS:
            raise RemoteProtocolError("too-many-rooms")
        return self._match()

    def _match(self) -> set[RoomId]:
        proven = {room for tag, room in self._expected.items() if tag in self._seen}
        fresh = proven - self.open
        self.open |= fresh
        return fresh
