"""Stands in where nothing governs rooms: all are members, nothing can be changed."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import AppError
from app.domain.governing import Banned, InvitationView, PendingInvite, Role, RoomLink, TokenId
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.rules import NO_RULES, RoomRules, Rule


class Ungoverned:
    """Implements `Governance`."""

    def rules(self, _room: RoomId) -> RoomRules:
        return NO_RULES

    async def set_rule(self, _room: RoomId, _rule: Rule, _value: int) -> None:
        raise AppError("not-implemented")

    def own_role(self, _room: RoomId) -> Role | None:
        return Role.MEMBER

    async def set_role(self, _room: RoomId, _peer: PeerId, _role: Role) -> None:
        raise AppError("not-implemented")

    async def remove(self, _room: RoomId, _peer: PeerId, *, ban: bool = False) -> None:
        raise AppError("not-implemented", {"ban": ban})

    def banned(self, _room: RoomId) -> Sequence[Banned]:
        return ()

    async def readmit(self, _room: RoomId, _peer: PeerId) -> None:
        raise AppError("not-implemented")

    async def invite(self, _room: RoomId, _peer: PeerId) -> EventId:
        raise AppError("not-implemented")

    def invited(self, _room: RoomId) -> Sequence[PendingInvite]:
        return ()

    async def make_link(self, _room: RoomId, until_ms: int = 0) -> RoomLink:
        raise AppError("not-implemented", {"until_ms": until_ms})

    def links(self, _room: RoomId) -> Sequence[RoomLink]:
        return ()

    async def revoke(self, _room: RoomId, _token: TokenId) -> None:
        raise AppError("not-implemented")

    async def invitations(self) -> Sequence[InvitationView]:
        return ()

    async def accept(self, _invitation: EventId) -> RoomId:
        raise AppError("not-implemented")

    async def reject(self, _invitation: EventId) -> None:
        raise AppError("not-implemented")
