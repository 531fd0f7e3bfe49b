"""What a front end may ask about who governs a group; a part of `app.services.api`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.couriers import CourierView
from app.domain.governing import (
    Banned,
    InvitationView,
    PendingInvite,
    Role,
    RoomLink,
    TokenId,
)
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.rules import RoomRules, Rule


class Governance(Protocol):
    """Groups. Every call about a room may raise AppError("unknown-room" | "not-a-group").

    Those that change something raise AppError("not-allowed") if our role does not permit it, and
    "room-waiting" as long as nobody has let us in.
    """

    def rules(self, room: RoomId) -> RoomRules: ...

    async def set_rule(self, room: RoomId, rule: Rule, value: int) -> None:
        """Raises AppError("bad-rule")."""
        ...

    def own_role(self, room: RoomId) -> Role | None:
        """None if we are no member."""
        ...

    async def set_role(self, room: RoomId, peer: PeerId, role: Role) -> None:
        """Raises AppError("unknown-member"). Giving `OWNER` makes us an admin."""
        ...

    async def remove(self, room: RoomId, peer: PeerId, *, ban: bool = False) -> None:
        """Put somebody out; the key changes. Raises AppError("unknown-member")."""
        ...

    def banned(self, room: RoomId) -> Sequence[Banned]: ...

    async def readmit(self, room: RoomId, peer: PeerId) -> None:
        """Lift a ban. Raises AppError("not-banned")."""
        ...

    async def invite(self, room: RoomId, peer: PeerId) -> EventId:
        """Invite one person by a message in the conversation of two; return its id.

        Raises AppError("already-member" | "peer-blocked" | "peer-banned").
        """
        ...

    def invited(self, room: RoomId) -> Sequence[PendingInvite]: ...

    async def make_link(self, room: RoomId, until_ms: int = 0) -> RoomLink:
        """Make a new link, valid until then (Unix ms, 0 for ever)."""
        ...

    def links(self, room: RoomId) -> Sequence[RoomLink]:
        """The links that let somebody in now, the first one first."""
        ...

    async def revoke(self, room: RoomId, token: TokenId) -> None:
        """Take a link or an invitation back; the key changes. AppError("unknown-link")."""
        ...

    def couriers(self, room: RoomId) -> Sequence[CourierView]:
        """Who keeps the sealed events of a room, or of a conversation of two, without a key."""
        ...

    async def add_courier(self, room: RoomId, peer: PeerId, name: str = "") -> None:
        """Have somebody keep the sealed events of a room, or of a conversation of two.

        Raises AppError("already-member" | "too-many-couriers" | "peer-blocked").
        """
        ...

    async def remove_courier(self, room: RoomId, peer: PeerId) -> None:
        """Raises AppError("unknown-courier")."""
        ...

    async def invitations(self) -> Sequence[InvitationView]:
        """Invitations that wait for our answer, the latest first."""
        ...

    async def accept(self, invitation: EventId) -> RoomId:
        """Raises AppError("unknown-invitation" | "invitation-gone")."""
        ...

    async def reject(self, invitation: EventId) -> None:
        """Forget an invitation; nobody is told. Raises AppError("unknown-invitation")."""
        ...
