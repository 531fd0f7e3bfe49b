"""Carries out requests about who governs a group."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.cli import room_render as render
from app.cli import room_requests as ask
from app.cli.given import invitation_id, peer_id, room_id
from app.cli.times import milliseconds
from app.domain.errors import AppError
from app.domain.governing import FOUNDING, TOKEN_ID_SIZE, Role, TokenId
from app.domain.ids import from_text, to_text
from app.domain.rules import Rule
from app.services.api import Backend
from app.services.governance_api import Governance

Answer = dict[str, Any]


class RoomHandlers:
    """One method for each request; `table` finds it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.RoomInvite: self._invite,
            ask.RoomKick: self._kick,
            ask.RoomRole: self._role,
            ask.RoomBanned: self._banned,
            ask.RoomReadmit: self._readmit,
            ask.RoomLink: self._link,
            ask.RoomLinks: self._links,
            ask.RoomInvited: self._invited,
            ask.RoomRevoke: self._revoke,
            ask.RoomRules: self._rules,
            ask.RoomRule: self._rule,
            ask.Invitations: self._invitations,
            ask.InvitationAccept: self._accept,
            ask.InvitationReject: self._reject,
        }

    @property
    def _governance(self) -> Governance:
        return self._backend.governance

    async def _invite(self, request: ask.RoomInvite) -> Answer:
        room, peer = room_id(request.room), peer_id(request.peer)
        return {"invitation": to_text(await self._governance.invite(room, peer))}

    async def _kick(self, request: ask.RoomKick) -> Answer:
        room, peer = room_id(request.room), peer_id(request.peer)
        await self._governance.remove(room, peer, ban=request.ban)
        return {}

    async def _role(self, request: ask.RoomRole) -> Answer:
        room, peer = room_id(request.room), peer_id(request.peer)
        await self._governance.set_role(room, peer, Role(request.role))
        return {}

    async def _banned(self, request: ask.RoomBanned) -> Answer:
        banned = self._governance.banned(room_id(request.room))
        return {"banned": [render.banned(one) for one in banned]}

    async def _readmit(self, request: ask.RoomReadmit) -> Answer:
        await self._governance.readmit(room_id(request.room), peer_id(request.peer))
        return {}

    async def _link(self, request: ask.RoomLink) -> Answer:
        until = milliseconds(request.until) if request.until is not None else 0
        return render.link(await self._governance.make_link(room_id(request.room), until))

    async def _links(self, request: ask.RoomLinks) -> Answer:
        links = self._governance.links(room_id(request.room))
        return {"links": [render.link(one) for one in links]}

    async def _invited(self, request: ask.RoomInvited) -> Answer:
        invited = self._governance.invited(room_id(request.room))
        return {"invited": [render.pending(one) for one in invited]}

    async def _revoke(self, request: ask.RoomRevoke) -> Answer:
        await self._governance.revoke(room_id(request.room), _token(request.link))
        return {}

    async def _rules(self, request: ask.RoomRules) -> Answer:
        return {"rules": render.rules(self._governance.rules(room_id(request.room)))}

    async def _rule(self, request: ask.RoomRule) -> Answer:
        rule = Rule(request.rule)
        await self._governance.set_rule(room_id(request.room), rule, request.value)
        return {}

    async def _invitations(self, _: ask.Invitations) -> Answer:
        views = await self._governance.invitations()
        return {"invitations": [render.invitation(view) for view in views]}

    async def _accept(self, request: ask.InvitationAccept) -> Answer:
        room = await self._governance.accept(invitation_id(request.invitation))
        return {"room": to_text(room)}

    async def _reject(self, request: ask.InvitationReject) -> Answer:
        await self._governance.reject(invitation_id(request.invitation))
        return {}


def _token(text: str) -> TokenId:
    if text == render.FIRST_LINK:
        return FOUNDING
    try:
        return TokenId(from_text(text, TOKEN_ID_SIZE))
    except AppError as error:
        raise AppError("unknown-link", {"link": text}) from error
