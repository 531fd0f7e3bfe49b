"""What repositories take and give: frozen values without SQL in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.events import Event
from app.domain.files import FileOffered
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import Effect, RoomState
from app.domain.views import MessageKind, Position, Reaction, RoomKind
from app.protocol.room_log import Fork

QUOTE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that another one answers; at most QUOTE_LENGTH characters of its text."""

    author: PeerId
    text: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A row of a conversation as it is stored. `quote` is None if what it answers is not here.

    `vanishes_ms` is when it is erased unless that comes earlier by reading it; 0 for never.
    """

    room: RoomId
    position: Position
    author: PeerId
    seq: int
    kind: MessageKind
    text: str
    reply_to: EventId | None
    edited: bool = False
    deleted: bool = False
    reactions: tuple[Reaction, ...] = ()
    pinned: bool = False
    mentions: tuple[PeerId, ...] = ()
    quote: Quote | None = None
    forwarded_from: str = ""
    vanish_s: int = 0
    vanishes_ms: int = 0
    file: FileOffered | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What one commit did to a room.

    `vector` is whole and as it is after the commit; `held` counts events of this commit that
    wait for their time; `changed` are older rows that operations made look different, `removed`
    are those that are shown no more, since what they tell has no effect.
    """

    events: tuple[Event, ...]
    rows: tuple[MessageRow, ...]
    effects: tuple[Effect, ...]
    state: RoomState
    vector: Mapping[PeerId, int]
    forks: tuple[Fork, ...]
    held: int
    changed: tuple[MessageRow, ...] = ()
    removed: tuple[EventId, ...] = ()

    @property
    def refusals(self) -> list[tuple[PeerId, int, str]]:
        """Whose events are not taken any more, from which number on, and why."""
        return [(fork.author, fork.seq, "fork") for fork in self.forks]


@dataclass(frozen=True, slots=True)
class Kept:
    """How a room stands in the list here. `muted_ms` is 0, -1 for ever, or Unix ms.

    `pin` is its place among the pinned ones, counted from 1; 0 if it is none of them.
    """

    muted_ms: int = 0
    pin: int = 0
    archived: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class RoomRecord:
    """`epochs` has the secrets of epochs; -1 stands for a token by which we wait to be let in.

    `governs` has keys of epochs of which only what governs the room can be read. `standing` is
    what we were there last: member, waiting, left or removed.
    """

    room: RoomId
    kind: RoomKind
    epochs: Mapping[int, bytes]
    peer: PeerId | None
    joined: bool
    standing: str = "member"
    governs: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remains:
    """What is kept of a room that is forgotten.

    With `for_good` no row that there is comes back, but what we write ourselves after `own`, our
    id and a number of our log, does. `settings` are stored with it.
    """

    own: tuple[PeerId, int]
    for_good: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomOverview:
    """`total` counts rows of any kind, `unread` texts by others that are not read.

    `mentions` counts those of the unread texts that mention us.
    """

    total: int
    unread: int
    last: MessageRow | None
    draft: str
    read_to: Position | None
    mentions: int = 0
    kept: Kept = Kept()


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
    """`vector` says for each other author up to which seq every row is read.

    `timed` are the rows that vanish earlier now.
    """

    vector: dict[PeerId, int]
    unread: int
    timed: tuple[MessageRow, ...] = ()
