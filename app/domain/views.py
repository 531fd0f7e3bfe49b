"""What is shown: frozen snapshots that services hand to both front ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from app.domain.files import FileOffered
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.rules import NO_RULES, RoomRules


class RoomKind(Enum):
    GROUP = "group"
    DIRECT = "direct"
    NOTES = "notes"


class MessageKind(Enum):
    """`UNSUPPORTED` is an event that only a newer version can show.

    `INVITATION` stands in a conversation of two and offers a group; `FILE` offers a file or folder.
    """

    TEXT = "text"
    JOINED = "joined"
    LEFT = "left"
    RENAMED = "renamed"
    UNSUPPORTED = "unsupported"
    TOPIC = "topic"
    ROLE = "role"
    REMOVED = "removed"
    RULED = "ruled"
    INVITATION = "invitation"
    FILE = "file"


class MessageState(Enum):
    """Queued here; handed to a member's link; stored on every member's disk; read by them.

    For somebody else's message: delivered, or read once we have read it.
    """

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


class Position(NamedTuple):
    """A place in a room's total order: hybrid logical clock, then event id."""

    hlc: int
    event: EventId


@dataclass(frozen=True, slots=True)
class Reaction:
    """Who reacted with `emoji`, in the order in which they did."""

    emoji: str
    by: tuple[PeerId, ...]


@dataclass(frozen=True, slots=True)
class ReplyPreview:
    """The beginning of the text that a message answers, as it was when the view was made."""

    author: PeerId
    author_name: str
    text: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class MessageVersion:
    """How a message read from `time_ms` (Unix ms) on."""

    time_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """One row of a conversation. `time_ms` is Unix ms by the author's clock.

    `text` is the message's text, "" once it was deleted; for RENAMED the new room name; for
    JOINED the joiner's name at that time; for UNSUPPORTED the kind of the event; for LEFT empty;
    for TOPIC the topic; for ROLE the role, for REMOVED "removed" or "banned", both of `subject`;
    for RULED rule and value ("vanish 3600"); for INVITATION the name of the group; for FILE what
    the author says about the offer, which `file` describes and the event id names.
    `reply` is None if what `reply_to` names is not here. `forwarded_from` is the name of the
    first author of a forwarded message, "" for others. `vanish_s` is how many seconds a message
    lives, 0 for ever; `vanishes_ms` (Unix ms) is when it is erased here at the latest.
    """

    room: RoomId
    position: Position
    author: PeerId
    author_name: str
    own: bool
    kind: MessageKind
    text: str
    time_ms: int
    state: MessageState
    reply_to: EventId | None = None
    delivered_to: tuple[PeerId, ...] = ()
    read_by: tuple[PeerId, ...] = ()
    edited: bool = False
    deleted: bool = False
    reactions: tuple[Reaction, ...] = ()
    pinned: bool = False
    mentions: tuple[PeerId, ...] = ()
    reply: ReplyPreview | None = None
    subject: PeerId | None = None
    subject_name: str = ""
    forwarded_from: str = ""
    vanish_s: int = 0
    vanishes_ms: int = 0
    author_picture: str = ""
    file: FileOffered | None = None

    @property
    def is_live(self) -> bool:
        """Whether somebody has said it and not taken it back: it can be answered, or forwarded."""
        return self.kind in (MessageKind.TEXT, MessageKind.FILE) and not self.deleted

    @property
    def event(self) -> EventId:
        return self.position.event


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Consecutive messages, oldest first, out of `total` in the room.

    `first_ordinal` is the (possibly estimated) number of messages before `messages[0]`.
    """

    messages: tuple[MessageView, ...]
    more_before: bool
    more_after: bool
    first_ordinal: int
    total: int


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """A row of the sidebar. `peer` is the other person of a direct conversation.

    `read_to` is the last message that was read here, None if none was; `mentions` counts the
    unread messages that mention us. `standing` is member, waiting (until a member lets us in),
    refused (somebody in charge says that the invitation is of no use, we go on asking), removed
    or left; `refused_for` is why: revoked, expired, taken (it was for somebody else, or for once),
    banned or closed, else "". `role` is ours in a group, else "". `muted_until_ms` is Unix ms, 0
    if it is not muted, -1 for ever. Pinned rooms come first. `picture` names an image, "" for none,
    here and in every view.
    """

    room: RoomId
    name: str
    kind: RoomKind
    members: int
    unread: int
    last: MessageView | None
    draft: str = ""
    peer: PeerId | None = None
    read_to: Position | None = None
    topic: str = ""
    mentions: int = 0
    standing: str = "member"
    role: str = ""
    rules: RoomRules = NO_RULES
    muted_until_ms: int = 0
    pinned: bool = False
    archived: bool = False
    marked_unread: bool = False
    picture: str = ""
    refused_for: str = ""


@dataclass(frozen=True, slots=True)
class MemberView:
    """`route` is "lan", "direct" or "relay" while linked, else None; `rtt_ms` likewise."""

    peer: PeerId
    name: str
    role: str
    you: bool
    online: bool
    route: str | None = None
    rtt_ms: float | None = None
    last_seen_ms: int | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody in a server's directory."""

    peer: PeerId
    name: str
    online: bool


@dataclass(frozen=True, slots=True)
class SearchHit:
    """`snippet` marks each match with U+E000 before and U+E001 after it."""

    message: MessageView
    snippet: str


@dataclass(frozen=True, slots=True)
class RoomInvitation:
    """What lets somebody in: a `parlor:` link, and a code to read out ("" for a direct one)."""

    room: RoomId
    link: str
    code: str
