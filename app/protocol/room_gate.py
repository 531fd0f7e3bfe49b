"""Which rooms two linked peers share, without naming to the other a room it is not in.

A room is open on a link once both sides have proven that they know one of its keys:
tag = HMAC-SHA-256(proof key, label | link transcript | sender). By the key of an invitation, or by
one that is out of use, somebody asks to be let in.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MAX_TAGS, Rooms, TurnedAway

LABEL = b"parlor room tag 1\x00"
CLOSED_LABEL = b"parlor room closed 1\x00"


def room_tag(proof_key: bytes, transcript: bytes, sender: PeerId) -> bytes:
    """Return the 32 bytes with which `sender` proves on one link that it knows the room key."""
    return hmac.digest(proof_key, LABEL + transcript + sender, hashlib.sha256)


def closed_tag(proof_key: bytes, transcript: bytes, sender: PeerId) -> bytes:
    """Return the 32 bytes by which `sender` shows that it knows what it says is of no use."""
    return hmac.digest(proof_key, CLOSED_LABEL + transcript + sender, hashlib.sha256)


@dataclass(frozen=True, slots=True, repr=False)
class Proofs:
    """The proof keys of one room towards one peer.

    Each of `inside` opens the room if both sides prove it. `guest` are those by which we ask to
    be let in, `door` those by which the other may ask, `usher` those by which we ask a courier.
    """

    inside: tuple[bytes, ...]
    guest: tuple[bytes, ...] = ()
    door: tuple[bytes, ...] = ()
    usher: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """Rooms that are open now and were not, and who asks to be let in: room and proof key."""

    opened: frozenset[RoomId]
    asked: tuple[tuple[RoomId, bytes], ...] = ()


class RoomGate:
    """The rooms of one link."""

    def __init__(self, local: PeerId, remote: PeerId, transcript: bytes) -> None:
        self._local = local
        self._remote = remote
        self._transcript = transcript
        self._inside: dict[bytes, RoomId] = {}
        self._door: dict[bytes, tuple[RoomId, bytes]] = {}
        self._sent: set[bytes] = set()
        self._seen: set[bytes] = set()
        self._asked: set[bytes] = set()
        self._shown: dict[RoomId, tuple[bytes, ...]] = {}
        self.open: set[RoomId] = set()

    def offer(self, proofs: Mapping[RoomId, Proofs]) -> tuple[Rooms, Matched]:
        """Offer rooms, in place of what was offered of them before.

        Returns the frame to send, with the tags that have not been sent yet, and what follows.
        """
        fresh: list[bytes] = []
        for room, keys in proofs.items():
            self._forget(room)
            self._shown[room] = keys.guest or keys.inside
            self._inside.update((self._tag(key, self._remote), room) for key in keys.inside)
            self._door.update((self._tag(key, self._remote), (room, key)) for key in keys.door)
            tags = (self._tag(key, self._local) for key in (*keys.inside, *keys.guest, *keys.usher))
            fresh += (tag for tag in tags if tag not in self._sent)
        self._sent.update(fresh)
        return Rooms(fresh), self._match()

    def withdraw(self, room: RoomId) -> None:
        """Close a room that we, or the other, are no member of any more."""
        self._forget(room)
        self.open.discard(room)

    def turn_away(self, room: RoomId, key: bytes, reason: str) -> TurnedAway:
        """Return the answer to somebody who has shown this proof key in vain."""
        return TurnedAway(room, closed_tag(key, self._transcript, self._local), reason)

    def is_answer(self, frame: TurnedAway) -> bool:
        """Tell whether somebody answers who knows by what we ask to be let in."""
        shown = self._shown.get(RoomId(frame.room), ())
        tags = (closed_tag(key, self._transcript, self._remote) for key in shown)
        return any(hmac.compare_digest(tag, frame.tag) for tag in tags)

    def _forget(self, room: RoomId) -> None:
        self._shown.pop(room, None)
        self._inside = {tag: known for tag, known in self._inside.items() if known != room}
        gone = {tag for tag, (known, _) in self._door.items() if known == room}
        self._door = {tag: known for tag, known in self._door.items() if tag not in gone}
        self._asked -= gone

    def receive(self, frame: Rooms) -> Matched:
        """Take the other side's proofs. Raises RemoteProtocolError("too-many-rooms")."""
        self._seen.update(frame.tags)
        if len(self._seen) > MAX_TAGS:
            raise RemoteProtocolError("too-many-rooms")
        return self._match()

    def _match(self) -> Matched:
        fresh = {room for tag, room in self._inside.items() if tag in self._seen} - self.open
        self.open |= fresh
        asking = {
            tag
            for tag, (room, _) in self._door.items()
            if tag in self._seen and tag not in self._asked and room not in self.open
        }
        self._asked |= asking
        return Matched(frozenset(fresh), tuple(self._door[tag] for tag in asking))

    def _tag(self, key: bytes, sender: PeerId) -> bytes:
        return room_tag(key, self._transcript, sender)
