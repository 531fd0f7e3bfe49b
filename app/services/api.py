"""What a front end may ask for. The real one is `app.services.backend`; the gallery has another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.changes import LinkState, ServerState
from app.domain.couriers import CourierReport
from app.domain.delivery import MemberDelivery
from app.domain.ice import IceServer
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import (
    HistoryPage,
    MemberView,
    MessageVersion,
    MessageView,
    PersonView,
    Position,
    RoomInvitation,
    RoomSummary,
    SearchHit,
)
from app.services.conversations_api import Conversations
from app.services.feed import Feed
from app.services.governance_api import Governance
from app.services.network_api import Insight
from app.services.people_api import Contacts
from app.services.transfers_api import Transfers
from app.services.updates_api import Updates

Progress = Callable[[int, int], None]
"""Told of what is done and of how much there is: events of an export, bytes of an import."""


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who we are. `fingerprint` is the identity in short groups for reading aloud.

    `picture` names our picture as in views.
    """

    peer: PeerId
    name: str
    fingerprint: str
    contact_link: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class LinkView:
    """`since_ms` is when this state began, `uptime_s` how long it has been up, 0 if it is not.

    `loss` and `quality` are 0..1, `quality` None while unknown; rates are bytes a second. `through`
    is the member that carries it, `reason` why it is not up.
    """

    peer: PeerId
    state: LinkState
    route: str | None
    rtt_ms: float | None
    loss: float
    since_ms: int
    jitter_ms: float | None = None
    loss_in: float = 0.0
    rate_in: float = 0.0
    rate_out: float = 0.0
    uptime_s: float = 0.0
    quality: float | None = None
    through: PeerId | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ServerView:
    """`hosted` is true for the server that this program runs itself."""

    url: str
    state: ServerState
    reason: str | None
    hosted: bool


@dataclass(frozen=True, slots=True)
class LanChoices:
    """What a person allows on the networks that this machine is on.

    `direct`: meet people there without a server. `may_host`: run a server for them when the one
    that was there is gone.
    """

    direct: bool = True
    may_host: bool = True


class MessageCalls(Protocol):
    """Messages that are there already. What would change nothing does nothing.

    Every call may raise AppError("unknown-message" | "not-a-message" | "message-deleted").
    """

    async def edit(self, message: EventId, text: str) -> None:
        """Raises AppError("not-yours" | "text-empty" | "text-too-long")."""
        ...

    async def delete(self, message: EventId) -> None:
        """Take an own message back, for everybody. Raises AppError("not-yours")."""
        ...

    async def react(self, message: EventId, emoji: str) -> None:
        """Raises AppError("bad-reaction")."""
        ...

    async def unreact(self, message: EventId, emoji: str) -> None: ...

    async def pin(self, message: EventId, on: bool) -> None: ...

    async def hide(self, message: EventId) -> None:
        """Delete any message on this machine only."""
        ...

    async def versions(self, message: EventId) -> Sequence[MessageVersion]:
        """All versions, the first one first; none of a deleted message."""
        ...


class Chats(MessageCalls, Protocol):
    """Rooms and messages. Every call may raise AppError."""

    async def rooms(self) -> Sequence[RoomSummary]:
        """All conversations, the latest activity first."""
        ...

    async def room(self, room: RoomId) -> RoomSummary: ...

    async def create_room(self, name: str) -> RoomInvitation: ...

    async def invitation(self, room: RoomId) -> RoomInvitation: ...

    async def join(self, text: str) -> RoomId:
        """Join by a `parlor:` link or a spoken code; a contact link opens the conversation."""
        ...

    async def open_direct(self, peer: PeerId, name: str) -> RoomId:
        """Open (create if need be) the conversation with one person."""
        ...

    async def open_notes(self) -> RoomId: ...

    async def leave(self, room: RoomId) -> None: ...

    async def rename(self, room: RoomId, name: str) -> None: ...

    async def set_topic(self, room: RoomId, text: str) -> None:
        """Raises AppError("topic-too-long" | "not-renamable")."""
        ...

    async def members(self, room: RoomId) -> Sequence[MemberView]: ...

    async def send(self, room: RoomId, text: str, reply_to: EventId | None = None) -> MessageView:
        """Append a text; it is on the disk when this returns."""
        ...

    async def mark_read(self, room: RoomId, message: EventId) -> None: ...

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        """Up to `before` messages before `around` (exclusive) and `after` from it (inclusive).

        `around` None means the end. `around` need not be a stored message's place.
        """
        ...

    async def position_at(self, room: RoomId, ordinal: int) -> Position | None:
        """The place of about the `ordinal`-th message, for a dragged scroll bar."""
        ...

    async def message(self, event: EventId) -> MessageView: ...

    async def deliveries(self, message: EventId) -> Sequence[MemberDelivery]:
        """How far an own message got, by the members' names; nothing for somebody else's."""
        ...

    async def search(self, query: str, room: RoomId | None, limit: int) -> Sequence[SearchHit]: ...

    async def save_draft(self, room: RoomId, text: str) -> None: ...

    def typing(self, room: RoomId, active: bool) -> None:
        """Tell the members who are linked that we are typing, or have stopped."""
        ...


class Network(Protocol):
    """Servers, people near by, links. Every call may raise AppError."""

    async def connect(self, url: str) -> None:
        """Keep a connection to this server from now on; returns before it is up."""
        ...

    async def disconnect(self, url: str) -> None: ...

    def try_now(self) -> None:
        """Skip the wait before the next attempt of every server and peer."""
        ...

    def servers(self) -> Sequence[ServerView]: ...

    def links(self) -> Sequence[LinkView]: ...

    async def directory(self, query: str) -> Sequence[PersonView]: ...

    async def host(self) -> str:
        """Run the bundled server as a child process, connect to it and return its URL."""
        ...

    async def stop_hosting(self) -> None: ...

    def ice_servers(self) -> Sequence[IceServer]:
        """The STUN and TURN servers that links and files may use; credentials are for nobody's
        eyes."""
        ...

    async def set_ice_servers(self, servers: Sequence[IceServer]) -> None:
        """Use these for whatever is connected from now on."""
        ...

    def meets_near_by(self) -> bool:
        """Whether people of this network are met without a server at this moment."""
        ...

    def lan(self) -> LanChoices: ...

    async def set_lan(self, choices: LanChoices) -> None:
        """Do so from now on, and after the next start."""
        ...


class CourierWork(Protocol):
    """What a program does that keeps rooms of others."""

    def report(self) -> CourierReport: ...

    async def drop(self, room: RoomId) -> None:
        """Keep a room no more. Raises AppError("unknown-room")."""
        ...


class Backend(Protocol):
    @property
    def profile(self) -> Profile: ...

    @property
    def feed(self) -> Feed: ...

    @property
    def chats(self) -> Chats: ...

    @property
    def network(self) -> Network: ...

    @property
    def insight(self) -> Insight: ...

    @property
    def contacts(self) -> Contacts: ...

    @property
    def conversations(self) -> Conversations: ...

    @property
    def governance(self) -> Governance: ...

    @property
    def transfers(self) -> Transfers: ...

    @property
    def updates(self) -> Updates: ...

    @property
    def courier(self) -> CourierWork | None:
        """None unless the program is a courier."""
        ...

    async def rename_profile(self, name: str) -> None: ...

    async def set_setting(self, key: str, value: str) -> None:
        """Store a front end's small setting (theme, window geometry)."""
        ...

    async def setting(self, key: str, default: str) -> str: ...


class Account(Protocol):
    """A profile on this machine as a whole. Every call may raise AppError."""

    async def open(self, passphrase: str | None = None) -> Backend:
        """Open it. Raises AppError("passphrase-needed" | "wrong-passphrase" | ...)."""
        ...

    async def close(self) -> None:
        """Close it if it is open."""
        ...

    async def lock(self) -> None:
        """Close it and let go of its keys. Raises AppError("passphrase-unset")."""
        ...

    @property
    def name(self) -> str:
        """The profile in use among those of this computer; "" for the first one."""
        ...

    async def profiles(self) -> Sequence[str]:
        """The names of all profiles."""
        ...

    async def switch_to(self, name: str) -> None:
        """Use another profile from the next `open` on."""
        ...

    async def create(self, name: str) -> None:
        """Make a new profile, and use it from the next `open` on."""
        ...

    async def delete(self) -> None:
        """Erase this profile at the next `open`, and use another one then."""
        ...

    async def is_protected(self) -> bool:
        """Whether a passphrase keeps it shut."""
        ...

    async def set_passphrase(self, old: str | None, new: str | None) -> None:
        """Protect it by `new`; None takes the passphrase away."""
        ...

    async def export_to(
        self, path: Path, passphrase: str, on_progress: Progress = no_progress
    ) -> None:
        """Write all of it to a new encrypted file. Raises AppError("file-exists" | ...)."""
        ...

    async def import_from(
        self,
        path: Path,
        passphrase: str,
        on_progress: Progress = no_progress,
        own: str | None = None,
    ) -> Backend:
        """Put an exported profile in the place of this empty one, and open it.

        `own` is the passphrase of this profile, if it has one. Nothing is changed on an error:
        AppError("profile-not-empty" | "wrong-passphrase" | "archive-damaged" | ...).
        """
        ...
