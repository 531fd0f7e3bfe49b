"""A backend that lives in memory: for the gallery and for tests of the window."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from app.crypto.room_keys import ROOM_SECRET_SIZE, room_id
from app.domain.changes import (
    Change,
    LinkChanged,
    LinkState,
    MemberChanged,
    MessagesAdded,
    RoomChanged,
    RoomRemoved,
    StatusChanged,
    TypingChanged,
)
from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import (
    HistoryPage,
    MemberView,
    MessageKind,
    MessageState,
    MessageView,
    Position,
    RoomInvitation,
    RoomKind,
    RoomSummary,
    SearchHit,
)
from app.protocol import invitation, spoken_code
from app.protocol.invitation import ContactInvite, RoomInvite
from app.services.api import Profile
from app.services.feed import Feed
from tests.ui.fake_contacts import FakeContacts
from tests.ui.fake_conversations import FakeConversations
from tests.ui.fake_governance import FakeGovernance
from tests.ui.fake_insight import FakeInsight
from tests.ui.fake_names import FROZEN_MS, ME, peer_of, room_of
from tests.ui.fake_network import FakeNetwork
from tests.ui.fake_operations import FakeOperations, FakeRoom
from tests.ui.fake_transfers import FakeTransfers
from tests.ui.fake_updates import FakeUpdates


class FakeChats(FakeOperations):
    """Rooms in a dictionary. `failing` is raised by the next call that changes something."""

    def __init__(self, me: str, feed: Feed) -> None:
        super().__init__(peer_of(me))
        self.me = me
        self.now_ms = FROZEN_MS
        self.failing: AppError | None = None
        self.typed: list[tuple[RoomId, bool]] = []
        self.couriers: dict[RoomId, list[MemberView]] = {}
        self._feed = feed
        self._count = 0

    def check(self) -> None:
        """Raise what was put into `failing`, once."""
        if self.failing is not None:
            error, self.failing = self.failing, None
            raise error

    def _member(self, name: str, *, online: bool = False) -> MemberView:
        you = name == self.me
        return MemberView(peer_of(name), name, "member", you=you, online=online or you)

    def add_room(self, name: str, kind: RoomKind, others: Sequence[str], key: str = "") -> FakeRoom:
        """Put a room into the book without telling anybody."""
        people = [self._member(self.me), *(self._member(other) for other in others)]
        peer = peer_of(others[0]) if kind is RoomKind.DIRECT else None
        made = FakeRoom(room_of(key or name), name, kind, people, peer=peer)
        made.role = "member" if kind is RoomKind.GROUP else ""
        self.book[made.room] = made
        return made

    def give_role(self, room: RoomId, name: str, role: str) -> None:
        """Make somebody owner, admin or member without telling anybody."""
        found = self._get(room)
        found.members = [
            replace(member, role=role) if member.name == name else member
            for member in found.members
        ]
        if name == self.me:
            found.role = role

    def write(  # noqa: PLR0913 - a test names only what it needs
        self,
        room: RoomId,
        author: str,
        text: str,
        *,
        kind: MessageKind = MessageKind.TEXT,
        state: MessageState = MessageState.DELIVERED,
        at_ms: int | None = None,
        reply_to: EventId | None = None,
    ) -> MessageView:
        """Put a message into a room without telling anybody."""
        self._count += 1
        time_ms = self.now_ms if at_ms is None else at_ms
        event = EventId(hashlib.sha256(b"event%d" % self._count).digest())
        place = Position((time_ms << 16) + self._count, event)
        own = author == self.me
        view = MessageView(
            room, place, peer_of(author), author, own, kind, text, time_ms, state, reply_to
        )
        rows = self._get(room).messages
        rows.insert(bisect_left([row.position for row in rows], place), view)
        return view

    def tell(self, *changes: Change) -> None:
        self._feed.publish(*changes)

    def receive(self, room: RoomId, author: str, text: str) -> MessageView:
        """A message of somebody else arrives."""
        view = self.write(room, author, text)
        self.tell(MessagesAdded(room, (view,)), RoomChanged(self._get(room).summary()))
        return view

    def set_status(self, room: RoomId, event: EventId, state: MessageState) -> None:
        """An own message got on its way."""
        rows = self._get(room).messages
        for at, row in enumerate(rows):
            if row.event == event:
                rows[at] = replace(row, state=state)
        self.tell(
            StatusChanged(room, (event,), state, None), RoomChanged(self._get(room).summary())
        )

    def set_online(self, room: RoomId, name: str, online: bool, route: str = "lan") -> None:
        """A member's link came up or went away."""
        peer = peer_of(name)
        found = self._get(room)
        found.members = [
            replace(
                member,
                online=online,
                route=route if online else None,
                rtt_ms=2.0 if online else None,
                last_seen_ms=self.now_ms - 5_880_000,
            )
            if member.peer == peer
            else member
            for member in found.members
        ]
        state = LinkState.ONLINE if online else LinkState.OFFLINE
        self.tell(
            MemberChanged(room, peer, name, "online" if online else "offline"),
            LinkChanged(peer, state, route if online else None),
        )

    def set_typing(self, room: RoomId, name: str, active: bool) -> None:
        self.tell(TypingChanged(room, peer_of(name), name, active))

    async def rooms(self) -> Sequence[RoomSummary]:
        found = [room.summary() for room in self.book.values()]
        return sorted(found, key=lambda each: each.last.time_ms if each.last else 0, reverse=True)

    async def room(self, room: RoomId) -> RoomSummary:
        return self._get(room).summary()

    async def create_room(self, name: str) -> RoomInvitation:
        self.check()
        made = self.add_room(name, RoomKind.GROUP, ())
        self.give_role(made.room, self.me, "owner")
        self.write(made.room, self.me, self.me, kind=MessageKind.JOINED)
        self.tell(RoomChanged(made.summary()))
        return await self.invitation(made.room)

    async def invitation(self, room: RoomId) -> RoomInvitation:
        self.check()
        return self.invitation_to(room)

    def invitation_to(self, room: RoomId) -> RoomInvitation:
        """What a room is made with."""
        secret = hashlib.sha256(room).digest()[:ROOM_SECRET_SIZE]
        link = invitation.encode(RoomInvite(room_id(secret), secret))
        code = spoken_code.to_words(spoken_code.new_entropy(room[:8]))
        return RoomInvitation(room, link, code)

    async def join(self, text: str) -> RoomId:
        self.check()
        if invitation.looks_like_invite(text):
            invitation.parse(text)
        else:
            spoken_code.from_words(text)
        made = self.add_room("Joined room", RoomKind.GROUP, ("Ana Costa",), key=text)
        self.write(made.room, "Ana Costa", "Welcome!")
        self.tell(RoomChanged(made.summary()))
        return made.room

    async def open_direct(self, peer: PeerId, name: str) -> RoomId:
        self.check()
        for room in self.book.values():
            if room.peer == peer:
                return room.room
        made = self.add_room(name, RoomKind.DIRECT, (name,), key=peer.hex())
        made.peer = peer
        self.tell(RoomChanged(made.summary()))
        return made.room

    async def open_notes(self) -> RoomId:
        for room in self.book.values():
            if room.kind is RoomKind.NOTES:
                return room.room
        made = self.add_room("Notes to self", RoomKind.NOTES, ())
        self.tell(RoomChanged(made.summary()))
        return made.room

    async def leave(self, room: RoomId) -> None:
        self.check()
        del self.book[self._get(room).room]
        self.tell(RoomRemoved(room))

    async def rename(self, room: RoomId, name: str) -> None:
        self.check()
        self._get(room).name = name
        self.tell(RoomChanged(self._get(room).summary()))

    async def members(self, room: RoomId) -> Sequence[MemberView]:
        return (*self._get(room).members, *self.couriers.get(room, ()))

    async def send(self, room: RoomId, text: str, reply_to: EventId | None = None) -> MessageView:
        self.check()
        self.now_ms += 1000
        view = self.write(room, self.me, text, state=MessageState.QUEUED, reply_to=reply_to)
        self.tell(MessagesAdded(room, (view,)), RoomChanged(self._get(room).summary()))
        return view

    async def mark_read(self, room: RoomId, message: EventId) -> None:
        found = self._get(room)
        place = (await self.message(message)).position
        if found.read_to is None or found.read_to < place:
            found.read_to = place
            self.tell(RoomChanged(found.summary()))

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        rows = self._get(room).messages
        at = len(rows) if around is None else bisect_left([row.position for row in rows], around)
        first, end = max(0, at - before), min(len(rows), at + after)
        return HistoryPage(tuple(rows[first:end]), first > 0, end < len(rows), first, len(rows))

    async def position_at(self, room: RoomId, ordinal: int) -> Position | None:
        rows = self._get(room).messages
        return rows[min(max(ordinal, 0), len(rows) - 1)].position if rows else None

    async def message(self, event: EventId) -> MessageView:
        for room in self.book.values():
            for row in room.messages:
                if row.event == event:
                    return row
        raise AppError("unknown-message")

    async def search(self, query: str, room: RoomId | None, limit: int) -> Sequence[SearchHit]:
        self.check()
        places = [self._get(room)] if room is not None else list(self.book.values())
        found = []
        for row in sorted(
            (row for place in places for row in place.messages), key=lambda row: row.position
        )[::-1]:
            at = row.text.lower().find(query.lower())
            if at >= 0 and row.kind is MessageKind.TEXT:
                end = at + len(query)
                marked = f"{row.text[:at]}\ue000{row.text[at:end]}\ue001{row.text[end:]}"
                found.append(SearchHit(row, marked))
        return found[:limit]

    async def save_draft(self, room: RoomId, text: str) -> None:
        self.check()
        found = self._get(room)
        if found.draft != text:
            found.draft = text
            self.tell(RoomChanged(found.summary()))

    def typing(self, room: RoomId, active: bool) -> None:
        self.typed.append((room, active))


class FakeBackend:
    """Chats and network over one feed; settings in a dictionary."""

    def __init__(self, name: str = ME) -> None:
        self.feed = Feed()
        self.chats = FakeChats(name, self.feed)
        self.network = FakeNetwork(self.feed)
        self.insight = FakeInsight(self.feed, peer_of(name))
        self.contacts = FakeContacts(peer_of(name), self.feed)
        self.contacts.chats = self.chats
        self.conversations = FakeConversations(self.chats)
        self.governance = FakeGovernance(self.chats, self.contacts)
        self.transfers = FakeTransfers(self.chats)
        self.updates = FakeUpdates()
        self.courier = None
        self.settings: dict[str, str] = {}
        self._name = name

    @property
    def profile(self) -> Profile:
        me = peer_of(self.chats.me)
        link = invitation.encode(ContactInvite(me, self._name))
        picture = self.conversations.own_picture
        return Profile(me, self._name, "3F2A 91C0 7BD4 55E8", link, picture)

    async def rename_profile(self, name: str) -> None:
        self.chats.check()
        self._name = name

    async def set_setting(self, key: str, value: str) -> None:
        self.settings[key] = value

    async def setting(self, key: str, default: str) -> str:
        return self.settings.get(key, default)
