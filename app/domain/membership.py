"""Who is in a room and who is in charge, while acts are taken one by one."""

from __future__ import annotations

from dataclasses import replace

from app.domain.content import NOWHERE
from app.domain.governance import STRANGER, Member, RoomState
from app.domain.governing import Role
from app.domain.ids import PeerId
from app.domain.views import Position

NOBODY, MEMBER, ADMIN, OWNER = range(4)


class Membership:
    """Starts from a room's state. `governed` is False as long as no founder is known."""

    def __init__(self, state: RoomState) -> None:
        governance = state.governance
        self.governed = governance.grouped and state.founder is not None
        self.members = dict(state.members)
        self.owner = governance.owner
        self.admins = set(governance.admins)

    def rank(self, peer: PeerId) -> int:
        """Return a number that is greater for who may do more, 0 for who is not in."""
        if not self.is_in(peer):
            return NOBODY
        if peer == self.owner:
            return OWNER
        return ADMIN if peer in self.admins else MEMBER

    def is_in(self, peer: PeerId) -> bool:
        return self.members.get(peer, STRANGER).present

    def enter(self, peer: PeerId, name: str, place: Position) -> None:
        known = self.members.get(peer, STRANGER)
        joined = place if known.joined == NOWHERE else known.joined
        self.members[peer] = Member(name, present=True, joined=joined)
        if self.governed and self.owner is None:
            self.owner = peer

    def rename(self, peer: PeerId, name: str) -> None:
        self.members[peer] = replace(self.members.get(peer, STRANGER), name=name)

    def leave(self, peer: PeerId) -> None:
        """Somebody is out; an owner is followed by who has been there longest, admins first."""
        self.members[peer] = replace(self.members.get(peer, STRANGER), present=False)
        self.admins.discard(peer)
        if peer == self.owner:
            self.owner = self._heir()
            self.admins -= {self.owner}

    def _heir(self) -> PeerId | None:
        people = self.admins or (peer for peer, one in self.members.items() if one.present)
        return min(people, key=lambda peer: self.members[peer].joined, default=None)

    def give(self, author: PeerId, peer: PeerId, role: Role) -> bool:
        """Give somebody a role; return whether that changed anything."""
        known = self.rank(peer)
        wanted = {Role.OWNER: OWNER, Role.ADMIN: ADMIN, Role.MEMBER: MEMBER}[role]
        if author != self.owner or author == peer or known in (NOBODY, wanted):
            return False
        self.admins.discard(peer)
        if role is Role.ADMIN:
            self.admins.add(peer)
        elif role is Role.OWNER:
            self.owner = peer
            self.admins.add(author)
        return True
