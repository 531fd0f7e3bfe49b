"""Authors who write real, signed events, and short ways to make rooms."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.crypto.authoring import write_event
from app.crypto.identity import Identity
from app.crypto.room_keys import EpochKeys, epoch_keys, room_id
from app.domain.clock import compose
from app.domain.events import Body, Event, Header, KnownBody, Text
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.protocol.room_log import EMPTY, Head
from app.storage.records import RoomRecord

KEY = bytes(range(32))
SECRET = bytes(32)
ROOM = room_id(SECRET)
KEYS = {0: epoch_keys(0, SECRET)}
NOW_MS = 1_800_000_000_000
HOUR_MS = 3_600_000
EPOCH_1 = bytes([1]) * 32
"""The secret of epoch 1 of any test room."""


def record(secret: bytes = SECRET, kind: RoomKind = RoomKind.GROUP) -> RoomRecord:
    return RoomRecord(room_id(secret), kind, {0: secret}, None, joined=True)


@dataclass(slots=True)
class Author:
    """Writes one log. `ms` are offsets to NOW_MS; by default a step after the last one.

    If `governed`, acts are sealed as in a group.
    """

    identity: Identity
    room: RoomId = ROOM
    secret: bytes = SECRET
    head: Head = EMPTY
    last_ms: int = 0
    wires: list[bytes] = field(default_factory=list)
    governed: bool = False

    @property
    def peer(self) -> PeerId:
        return self.identity.peer

    def compose(
        self, *bodies: KnownBody, ms: int | None = None
    ) -> Callable[[Head], Sequence[tuple[Event, Body]]]:
        """Return what `write_own` wants."""

        def run(head: Head) -> list[tuple[Event, Body]]:
            self.head = head
            return [(self.write(body, ms), body) for body in bodies]

        return run

    def write(self, body: KnownBody, ms: int | None = None, epoch: int = 0) -> Event:
        self.last_ms = self.last_ms + 1 if ms is None else ms
        seq, prev = self.head.seq + 1, self.head.event
        stamp = compose(NOW_MS + self.last_ms)
        header = Header(self.room, self.peer, seq, prev, stamp, epoch)
        event = write_event(self.identity, header, body, self._keys(epoch), group=self.governed)
        self.head = Head(seq, event.id)
        self.wires.append(event.encode())
        return event

    def texts(self, *texts: str) -> list[bytes]:
        return [self.write(Text(text)).encode() for text in texts]

    def _keys(self, epoch: int) -> EpochKeys:
        return epoch_keys(epoch, EPOCH_1 if epoch else self.secret)


def author(number: int, secret: bytes = SECRET) -> Author:
    """Return the same person for the same number, with an empty log."""
    identity = Identity(bytes([number]) * 32)
    return Author(identity, room_id(secret), secret)


def now_ms() -> int:
    return int(time.time() * 1000)
