"""What repositories take and give: frozen values without SQL in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.events import Event
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import Effect, RoomState
from app.domain.views import MessageKind, Position, RoomKind
from app.protocol.room_log import Fork


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A row of a conversation as it is stored."""

    room: RoomId
    position: Position
    author: PeerId
    seq: int
    kind: MessageKind
    text: str
    reply_to: EventId | None


@dataclass(frozen=True, slots=True)
class Committed:
    """What one commit did to a room.

    `vector` is whole and as it is after the commit; `held` counts events of this commit that
    are stored but not shown yet.
    """

    events: tuple[Event, ...]
    rows: tuple[MessageRow, ...]
    effects: tuple[Effect, ...]
    state: RoomState
    vector: Mapping[PeerId, int]
    forks: tuple[Fork, ...]
    held: int


@dataclass(frozen=True, slots=True, repr=False)
class RoomRecord:
    """`secret` is that of epoch 0; `epochs` has the secret of every epoch, 0 included."""

    room: RoomId
    kind: RoomKind
    secret: bytes
    epochs: Mapping[int, bytes]
    peer: PeerId | None
    joined: bool


@dataclass(frozen=True, slots=True)
class RoomOverview:
    """`total` counts rows of any kind, `unread` texts by others that are not read."""

    total: int
    unread: int
    last: MessageRow | None
    draft: str
    read_to: Position | None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Consecutive rows, oldest first; `first_ordinal` rows of the room come before them."""

    rows: tuple[MessageRow, ...]
    more_before: bool
    more_after: bool
    first_ordinal: int
    total: int


@dataclass(frozen=True, slots=True)
class Marks:
    """For each author the highest seq that a member has stored, and has read."""

    stored: dict[PeerId, int] = field(default_factory=dict)
    read: dict[PeerId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomMarks:
    """`sent` is our highest own seq that was handed to any member's link."""

    members: dict[PeerId, Marks]
    sent: int


@dataclass(frozen=True, slots=True)
class ReadResult:
    """`vector` says for each other author up to which seq every row is read."""

    vector: dict[PeerId, int]
    unread: int
