"""Who governs rooms, in memory: for the gallery and for tests of the window."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.domain.changes import MemberChanged, MessagesAdded, RoomChanged
from app.domain.couriers import CourierView
from app.domain.errors import AppError
from app.domain.governing import (
    FOUNDING,
    Banned,
    InvitationChanged,
    InvitationView,
    PendingInvite,
    Role,
    RoomLink,
    TokenId,
)
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.rules import RoomRules, Rule, is_rule
from app.domain.views import MemberView, MessageKind, RoomKind
from tests.ui.fake_contacts import FakeContacts
from tests.ui.fake_operations import FakeRoom

if TYPE_CHECKING:
    from tests.ui.fake_backend import FakeChats

RANK = {"member": 1, "admin": 2, "owner": 3}


@dataclass
class Government:
    """What is known of one room besides its members."""

    banned: dict[PeerId, str] = field(default_factory=dict)
    invited: list[PendingInvite] = field(default_factory=list)
    links: list[RoomLink] = field(default_factory=list)
    founding: bool = True


class FakeGovernance:
    """Implements `Governance` over the rooms of `FakeChats`, by the same permissions."""

    def __init__(self, chats: FakeChats, contacts: FakeContacts) -> None:
        self._chats, self._contacts = chats, contacts
        self._rooms: dict[RoomId, Government] = {}
        self._received: dict[EventId, InvitationView] = {}
        self._tokens = 0
        self.joined_standing = "member"
        """What we are in a room after accepting an invitation to it."""
        self.refused_couriers: dict[PeerId, str] = {}

    def receive(self, sender: str, name: str, until_ms: int = 0) -> InvitationView:
        """Somebody invites us to a room; the row stands in the conversation with them."""
        direct = self._direct(sender)
        row = self._chats.write(direct.room, sender, name, kind=MessageKind.INVITATION)
        room = hashlib.sha256(b"offered" + name.encode()).digest()[:16]
        view = InvitationView(
            row.event, room, name, row.author, sender, row.time_ms, until_ms, "pending"
        )
        self._received[row.event] = view
        self._chats.tell(
            InvitationChanged(view),
            MessagesAdded(direct.room, (row,)),
            RoomChanged(direct.summary()),
        )
        return view

    def withdraw(self, invitation: EventId) -> None:
        """An invitation that we have got is good no more."""
        self._settle(invitation, "gone")

    def put_out(self, room: RoomId, by: str) -> None:
        """Somebody removes us."""
        found = self._group(room)
        found.standing, found.role = "removed", ""
        self._say(found, by, MessageKind.REMOVED, "removed", self._chats.my_id, self._chats.me)

    def rules(self, room: RoomId) -> RoomRules:
        return self._group(room).rules

    async def set_rule(self, room: RoomId, rule: Rule, value: int) -> None:
        found = self._allowed(room, admin=True)
        if not is_rule(rule.value, value):
            raise AppError("bad-rule")
        found.rules = found.rules.having(rule, value)
        self._say(found, self._chats.me, MessageKind.RULED, f"{rule.value} {value}")

    def own_role(self, room: RoomId) -> Role | None:
        found = self._group(room)
        if found.standing != "member":
            return None
        return Role(next(member.role for member in found.members if member.you))

    async def set_role(self, room: RoomId, peer: PeerId, role: Role) -> None:
        found = self._allowed(room, admin=True)
        member = self._member(found, peer)
        if self.own_role(room) is not Role.OWNER:
            raise AppError("not-allowed")
        me = self._chats.my_id
        roles = {peer: role.value} | ({me: "admin"} if role is Role.OWNER else {})
        found.members = [
            replace(each, role=roles.get(each.peer, each.role)) for each in found.members
        ]
        found.role = roles.get(me, found.role)
        self._chats.tell(MemberChanged(room, peer, member.name, "role"))
        self._say(found, self._chats.me, MessageKind.ROLE, role.value, peer, member.name)

    async def remove(self, room: RoomId, peer: PeerId, *, ban: bool = False) -> None:
        found = self._allowed(room, admin=True)
        member = self._member(found, peer)
        own = self.own_role(room)
        if own is None or RANK[own.value] <= RANK[member.role]:
            raise AppError("not-allowed")
        found.members.remove(member)
        kept = self._of(room)
        kept.founding = False
        kept.links.clear()
        if ban:
            kept.banned[peer] = member.name
        self._chats.tell(MemberChanged(room, peer, member.name, "removed"))
        said = "banned" if ban else "removed"
        self._say(found, self._chats.me, MessageKind.REMOVED, said, peer, member.name)

    def banned(self, room: RoomId) -> Sequence[Banned]:
        self._group(room)
        return [Banned(peer, name) for peer, name in self._of(room).banned.items()]

    async def readmit(self, room: RoomId, peer: PeerId) -> None:
        self._allowed(room, admin=True)
        if self._of(room).banned.pop(peer, None) is None:
            raise AppError("not-banned")
        self._tell(room)

    async def invite(self, room: RoomId, peer: PeerId) -> EventId:
        found = self._allowed(room, admin=not self._group(room).rules.invites)
        if any(member.peer == peer for member in found.members):
            raise AppError("already-member")
        if peer in self._of(room).banned:
            raise AppError("peer-banned")
        name = self._name(peer)
        if self._contacts.book.get(peer) and self._contacts.book[peer].state == "blocked":
            raise AppError("peer-blocked")
        direct = self._direct(name, peer)
        row = self._chats.write(
            direct.room, self._chats.me, found.name, kind=MessageKind.INVITATION
        )
        pending = PendingInvite(self._token(), peer, name, self._chats.my_id, 0)
        self._of(room).invited.append(pending)
        self._chats.tell(MessagesAdded(direct.room, (row,)), RoomChanged(direct.summary()))
        self._tell(room)
        return row.event

    def invited(self, room: RoomId) -> Sequence[PendingInvite]:
        self._group(room)
        return tuple(self._of(room).invited)

    async def make_link(self, room: RoomId, until_ms: int = 0) -> RoomLink:
        self._allowed(room, admin=not self._group(room).rules.invites)
        token = self._token()
        link = f"parlor:{token.hex()}{room.hex()}"
        made = RoomLink(token, link, self._chats.my_id, self._chats.now_ms, until_ms, 0)
        self._of(room).links.append(made)
        self._tell(room)
        return made

    def links(self, room: RoomId) -> Sequence[RoomLink]:
        found, kept = self._group(room), self._of(room)
        first = []
        if kept.founding:
            invitation = self._chats.invitation_to(room)
            maker = next((m.peer for m in found.members if m.role == "owner"), self._chats.my_id)
            uses = max(len(found.members) - 1, 0)
            first = [RoomLink(FOUNDING, invitation.link, maker, 0, 0, uses, invitation.code)]
        return [*first, *kept.links]

    def couriers(self, room: RoomId) -> Sequence[CourierView]:
        known = self._chats.couriers.get(room, [])
        refused = self.refused_couriers
        return [
            CourierView(
                one.peer,
                one.name,
                "refused" if one.peer in refused else "serving" if one.online else "waiting",
                refused.get(one.peer, ""),
                one.online,
            )
            for one in known
        ]

    async def add_courier(self, room: RoomId, peer: PeerId, name: str = "") -> None:
        found = self._chats.book[room]
        if found.kind is RoomKind.GROUP:
            self._allowed(room, admin=True)
        if any(member.peer == peer for member in found.members):
            raise AppError("already-member")
        view = MemberView(peer, name or peer.hex()[:8], "courier", you=False, online=True)
        self._chats.couriers.setdefault(room, []).append(view)
        self._chats.tell(MemberChanged(room, peer, view.name, "courier"))

    async def remove_courier(self, room: RoomId, peer: PeerId) -> None:
        if self._chats.book[room].kind is RoomKind.GROUP:
            self._allowed(room, admin=True)
        known = self._chats.couriers.get(room, [])
        gone = next((one for one in known if one.peer == peer), None)
        if gone is None:
            raise AppError("unknown-courier")
        known.remove(gone)
        self._chats.tell(MemberChanged(room, peer, gone.name, "courier-gone"))

    async def revoke(self, room: RoomId, token: TokenId) -> None:
        self._allowed(room)
        kept = self._of(room)
        before = (kept.founding, len(kept.links), len(kept.invited))
        if token == FOUNDING:
            kept.founding = False
        kept.links = [link for link in kept.links if link.id != token]
        kept.invited = [each for each in kept.invited if each.id != token]
        if before == (kept.founding, len(kept.links), len(kept.invited)):
            raise AppError("unknown-link")
        self._tell(room)

    async def invitations(self) -> Sequence[InvitationView]:
        pending = [view for view in self._received.values() if view.state == "pending"]
        return sorted(pending, key=lambda view: view.time_ms, reverse=True)

    async def accept(self, invitation: EventId) -> RoomId:
        view = self._received.get(invitation)
        if view is None:
            raise AppError("unknown-invitation")
        if view.state != "pending":
            raise AppError("invitation-gone")
        made = self._chats.add_room(view.name, RoomKind.GROUP, [view.sender_name])
        made.standing = self.joined_standing
        self._settle(invitation, "accepted")
        self._chats.tell(RoomChanged(made.summary()))
        return made.room

    async def reject(self, invitation: EventId) -> None:
        if invitation not in self._received:
            raise AppError("unknown-invitation")
        self._settle(invitation, "gone")

    def _settle(self, invitation: EventId, state: str) -> None:
        view = replace(self._received[invitation], state=state)
        self._received[invitation] = view
        self._chats.tell(InvitationChanged(view))

    def _of(self, room: RoomId) -> Government:
        return self._rooms.setdefault(room, Government())

    def _group(self, room: RoomId) -> FakeRoom:
        found = self._chats.book.get(room)
        if found is None:
            raise AppError("unknown-room")
        if found.kind is not RoomKind.GROUP:
            raise AppError("not-a-group")
        return found

    def _allowed(self, room: RoomId, *, admin: bool = False) -> FakeRoom:
        found = self._group(room)
        self._chats.check()
        if found.standing == "waiting":
            raise AppError("room-waiting")
        own = self.own_role(room)
        if own is None or (admin and own is Role.MEMBER):
            raise AppError("not-allowed")
        return found

    def _member(self, room: FakeRoom, peer: PeerId) -> MemberView:
        for member in room.members:
            if member.peer == peer:
                return member
        raise AppError("unknown-member")

    def _name(self, peer: PeerId) -> str:
        known = self._contacts.book.get(peer)
        if known is not None:
            return known.alias or known.name
        people = (member for room in self._chats.book.values() for member in room.members)
        return next((member.name for member in people if member.peer == peer), "Somebody")

    def _direct(self, name: str, peer: PeerId | None = None) -> FakeRoom:
        rooms = self._chats.book.values()
        known = (room for room in rooms if room.kind is RoomKind.DIRECT and room.name == name)
        found = next(known, None) or self._chats.add_room(name, RoomKind.DIRECT, [name])
        found.peer = peer or found.peer
        return found

    def _token(self) -> TokenId:
        self._tokens += 1
        return TokenId(hashlib.sha256(b"token%d" % self._tokens).digest()[:16])

    def _tell(self, room: RoomId) -> None:
        self._chats.tell(RoomChanged(self._chats.book[room].summary()))

    def _say(  # noqa: PLR0913, PLR0917 - all that such a row is made of
        self,
        room: FakeRoom,
        author: str,
        kind: MessageKind,
        text: str,
        subject: PeerId | None = None,
        name: str = "",
    ) -> None:
        row = self._chats.write(room.room, author, text, kind=kind)
        full = replace(row, subject=subject, subject_name=name)
        room.messages[room.messages.index(row)] = full
        self._chats.tell(MessagesAdded(room.room, (full,)), RoomChanged(room.summary()))
