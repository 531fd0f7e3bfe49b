"""What happened: frozen values that the feed carries from services to a front end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from app.domain.capabilities import CapabilitiesChanged
from app.domain.contacts import ContactChanged, PresenceChanged
from app.domain.files import TransferChanged, TransferRemoved
from app.domain.governing import InvitationChanged
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageState, MessageView, RoomSummary


class ServerState(Enum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


class LinkState(Enum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """A room is new or its summary differs (name, unread, last message, draft)."""

    summary: RoomSummary


@dataclass(frozen=True, slots=True)
class RoomRemoved:
    room: RoomId


@dataclass(frozen=True, slots=True)
class MessagesAdded:
    """New rows of one room, in the room's order; not necessarily after all older ones."""

    room: RoomId
    messages: tuple[MessageView, ...]


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """Rows that are known already and now look so: edited, deleted, reacted to, pinned."""

    room: RoomId
    messages: tuple[MessageView, ...]


@dataclass(frozen=True, slots=True)
class MessagesRemoved:
    """Rows that are shown no more: deleted on this machine only, or their time was over."""

    room: RoomId
    messages: tuple[EventId, ...]


@dataclass(frozen=True, slots=True)
class HistoryDeleted:
    """Every row of a room is gone from this machine."""

    room: RoomId


@dataclass(frozen=True, slots=True)
class PersonPictured:
    """Somebody, or we, have another picture; "" for none."""

    peer: PeerId
    picture: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Own messages that reached `state`; by whom, or None for our own doing (queued, sent)."""

    room: RoomId
    messages: tuple[EventId, ...]
    state: MessageState
    by: PeerId | None


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """`state` is joined, left, removed, online, offline, renamed or role (it has another one)."""

    room: RoomId
    peer: PeerId
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class TypingChanged:
    room: RoomId
    peer: PeerId
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class LinkChanged:
    peer: PeerId
    state: LinkState
    route: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ServerChanged:
    """`retry_in` is seconds to the next attempt while offline, None if there is none.

    `reason` is an error code or None.
    """

    server: str
    state: ServerState
    reason: str | None = None
    retry_in: float | None = None


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """This machine lost addresses, has new ones, or has slept."""

    lost: bool
    found: bool
    slept: bool

    @property
    def is_break(self) -> bool:
        """Whether connections that were there may be none any more."""
        return self.lost or self.slept


@dataclass(frozen=True, slots=True)
class ErrorRaised:
    """Something went wrong outside any request: a code and the values of its text."""

    code: str
    params: Mapping[str, object]


Change = (
    RoomChanged
    | RoomRemoved
    | MessagesAdded
    | MessagesChanged
    | MessagesRemoved
    | HistoryDeleted
    | PersonPictured
    | StatusChanged
    | MemberChanged
    | TypingChanged
    | LinkChanged
    | ServerChanged
    | NetworkChanged
    | ErrorRaised
    | ContactChanged
    | PresenceChanged
    | InvitationChanged
    | TransferChanged
    | TransferRemoved
    | CapabilitiesChanged
)
