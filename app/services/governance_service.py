"""Who governs a group, as front ends ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.couriers import CourierView
from app.domain.errors import AppError
from app.domain.governing import (
    Banned,
    InvitationView,
    PendingInvite,
    Readmitted,
    Removed,
    Role,
    RoleGiven,
    RoomLink,
    Ruled,
    TokenId,
)
from app.domain.ids import EventId, PeerId, RoomId, to_text
from app.domain.rules import RoomRules, Rule, is_rule
from app.domain.views import RoomInvitation
from app.services.conversation import Conversation
from app.services.courier_acts import CourierActs
from app.services.courier_keeper import CourierKeeper
from app.services.group_acts import GroupActs
from app.services.invitation_service import InvitationService
from app.services.room_links import RoomLinks


class GovernanceService:
    """Implements `governance_api.Governance`."""

    def __init__(
        self,
        acts: GroupActs,
        room_links: RoomLinks,
        invitations: InvitationService,
        courier_acts: CourierActs,
    ) -> None:
        self._acts = acts
        self._links = room_links
        self._invitations = invitations
        self._couriers = courier_acts

    def rules(self, room: RoomId) -> RoomRules:
        return self._acts.group(room).state.rules

    async def set_rule(self, room: RoomId, rule: Rule, value: int) -> None:
        """See `Governance.set_rule`."""
        conversation = self._acts.group(room)
        if not is_rule(rule.value, value):
            raise AppError("bad-rule", {"rule": rule.value, "value": value})
        body = Ruled(rule.value, value)
        if conversation.state.rules.value(rule) == value:
            self._acts.check_charge(conversation)
            return
        if rule is Rule.HISTORY:
            await self._acts.write_and_rekey(conversation, body)
        else:
            await self._acts.write(conversation, body)

    def own_role(self, room: RoomId) -> Role | None:
        return self._acts.group(room).state.role_of(self._acts.me.peer)

    async def set_role(self, room: RoomId, peer: PeerId, role: Role) -> None:
        """See `Governance.set_role`."""
        conversation = self._acts.group(room)
        before = self._role_of(conversation, peer)
        if before is role:
            self._acts.check_charge(conversation)
        else:
            await self._acts.write(conversation, RoleGiven(peer, role.value))

    async def remove(self, room: RoomId, peer: PeerId, *, ban: bool = False) -> None:
        """See `Governance.remove`."""
        conversation = self._acts.group(room)
        self._role_of(conversation, peer)
        body = Removed(peer, conversation.vector.get(peer, 0), ban)
        await self._acts.write_and_rekey(conversation, body, peer)

    def banned(self, room: RoomId) -> Sequence[Banned]:
        conversation = self._acts.group(room)
        banned = conversation.state.governance.banned
        named = [Banned(peer, self._name(conversation, peer)) for peer in banned]
        return sorted(named, key=lambda one: (one.name.casefold(), one.peer))

    async def readmit(self, room: RoomId, peer: PeerId) -> None:
        """See `Governance.readmit`."""
        conversation = self._acts.group(room)
        self._acts.check_charge(conversation)
        if peer not in conversation.state.governance.banned:
            raise AppError("not-banned", {"peer": to_text(peer)})
        await self._acts.write(conversation, Readmitted(peer))

    async def invite(self, room: RoomId, peer: PeerId) -> EventId:
        """See `Governance.invite`."""
        return await self._invitations.invite(self._acts.group(room), peer)

    def invited(self, room: RoomId) -> Sequence[PendingInvite]:
        conversation = self._acts.group(room)
        return [
            PendingInvite(
                token.id,
                token.peer,
                self._name(conversation, token.peer),
                token.made_by,
                token.until_ms,
            )
            for token in self._links.open_tokens(conversation)
            if token.peer is not None and conversation.state.role_of(token.peer) is None
        ]

    async def make_link(self, room: RoomId, until_ms: int = 0) -> RoomLink:
        return await self._links.make(self._acts.group(room), until_ms)

    def links(self, room: RoomId) -> Sequence[RoomLink]:
        return self._links.all(self._acts.group(room))

    async def invitation(self, room: RoomId) -> RoomInvitation:
        """Return what lets others in. Raises AppError("not-a-group" | "not-allowed" | ...)."""
        return await self._links.invitation(self._acts.group(room))

    async def revoke(self, room: RoomId, token: TokenId) -> None:
        await self._links.revoke(self._acts.group(room), token)

    async def invitations(self) -> Sequence[InvitationView]:
        return await self._invitations.pending()

    async def accept(self, invitation: EventId) -> RoomId:
        return await self._invitations.accept(invitation)

    async def reject(self, invitation: EventId) -> None:
        await self._invitations.reject(invitation)

    @property
    def courier_keeper(self) -> CourierKeeper:
        return self._couriers.keeper

    def couriers(self, room: RoomId) -> Sequence[CourierView]:
        return self._couriers.all(room)

    async def add_courier(self, room: RoomId, peer: PeerId, name: str = "") -> None:
        """See `Governance.add_courier`."""
        await self._couriers.add(room, peer, name)

    async def remove_courier(self, room: RoomId, peer: PeerId) -> None:
        """See `Governance.remove_courier`."""
        await self._couriers.remove(room, peer)

    def _role_of(self, conversation: Conversation, peer: PeerId) -> Role:
        role = conversation.state.role_of(peer)
        if role is None:
            raise AppError("unknown-member", {"peer": to_text(peer)})
        return role

    def _name(self, conversation: Conversation, peer: PeerId) -> str:
        return conversation.name_of(peer, self._invitations.names)
