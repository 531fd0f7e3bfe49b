"""Invitations from one person to another: written in the conversation of the two."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence

from app.domain.changes import Change, MessagesAdded
from app.domain.clock import physical_ms
from app.domain.errors import AppError
from app.domain.governing import (
    TOKEN_SIZE,
    InvitationChanged,
    InvitationView,
    Invited,
    RoomOffered,
)
from app.domain.ids import EventId, PeerId, RoomId, to_text
from app.domain.row_text import offer_in
from app.domain.views import MessageKind
from app.services.contact_gate import ContactGate
from app.services.conversation import Conversation
from app.services.group_acts import GroupActs
from app.services.publisher import Publisher
from app.services.room_links import RoomLinks
from app.services.room_logs import RoomLogs
from app.services.room_service import RoomService
from app.storage.records import MessageRow
from app.storage.store import Store

log = logging.getLogger(__name__)

PENDING, ACCEPTED, GONE = "pending", "accepted", "gone"


class InvitationService:
    def __init__(
        self, store: Store, logs: RoomLogs, links: RoomLinks, rooms: RoomService, gate: ContactGate
    ) -> None:
        self._store = store
        self._logs = logs
        self._links = links
        self._rooms = rooms
        self._gate = gate
        self._told: set[EventId] = set()
        """Invitations of strangers, whose rows come up again with every word of theirs."""
        gate.on_waiting = self.waiting

    @property
    def _acts(self) -> GroupActs:
        return self._links.acts

    @property
    def _publisher(self) -> Publisher:
        return self._gate.publisher

    @property
    def names(self) -> Mapping[PeerId, str]:
        """The names of people as known from elsewhere than a room."""
        return self._publisher.names

    async def invite(self, conversation: Conversation, peer: PeerId) -> EventId:
        """See `Governance.invite`."""
        state = conversation.state
        if state.role_of(peer) is not None:
            raise AppError("already-member", {"peer": to_text(peer)})
        if peer in state.governance.banned:
            raise AppError("peer-banned", {"peer": to_text(peer)})
        if self._gate.view(peer).state == "blocked":
            raise AppError("peer-blocked", {"peer": to_text(peer)})
        invited = Invited(os.urandom(TOKEN_SIZE), peer)
        self._acts.check(conversation, invited)
        direct = await self._rooms.open_direct(peer, self._gate.name_of(peer))
        await self._links.new_token(conversation, invited)
        offer = RoomOffered(
            conversation.room,
            conversation.name(self.names),
            invited.token,
            state.founder or self._acts.me.peer,
            self._links.server(),
        )
        return (await self._logs.append(direct, offer)).rows[0].position.event

    async def pending(self) -> Sequence[InvitationView]:
        """See `Governance.invitations`."""
        latest: dict[tuple[bytes, PeerId], InvitationView] = {}
        for view in await self._open():
            latest.setdefault((view.room, view.sender), view)
        return list(latest.values())

    async def _open(self) -> list[InvitationView]:
        """Return what is not answered, the latest first."""
        views = [await self._view(row) for row in await self._store.messages.invitations()]
        return [view for view in views if view is not None and view.state == PENDING]

    async def accept(self, invitation: EventId) -> RoomId:
        """See `Governance.accept`."""
        view, offer = await self._known(invitation)
        room = RoomId(offer.room)
        if view.state == GONE:
            raise AppError("invitation-gone", {"invitation": to_text(invitation)})
        if view.state == PENDING:
            await self._rooms.join_by_token(room, offer)
            await self._settle(invitation, ACCEPTED)
        return room

    async def reject(self, invitation: EventId) -> None:
        """See `Governance.reject`."""
        refused, _ = await self._known(invitation)
        await self._settle(invitation, GONE)
        for view in await self._open():
            if (view.room, view.sender) == (refused.room, refused.sender):
                await self._settle(view.id, GONE)

    async def _settle(self, invitation: EventId, state: str) -> None:
        await self._store.settings.set(_setting(invitation), state)
        await self._tell(invitation)

    async def _known(self, invitation: EventId) -> tuple[InvitationView, RoomOffered]:
        try:
            row = await self._store.messages.by_event(invitation)
        except AppError as error:
            if error.code != "unknown-message":
                raise
            raise _unknown(invitation) from error
        view = await self._view(row)
        if view is None:
            raise _unknown(invitation)
        return view, offer_in(row.text)

    async def _view(self, row: MessageRow) -> InvitationView | None:
        """Return the invitation that a row is; None if it is none of somebody else's to us."""
        conversation = self._acts.book.find(row.room)
        if row.kind is not MessageKind.INVITATION or row.author == self._acts.me.peer:
            return None
        if conversation is None or self._is_unwelcome(conversation):
            return None
        offer, event = offer_in(row.text), row.position.event
        return InvitationView(
            id=event,
            room=offer.room,
            name=offer.name,
            sender=row.author,
            sender_name=conversation.name_of(row.author, self.names),
            time_ms=physical_ms(row.position.hlc),
            until_ms=offer.until_ms,
            state=await self._state(event, offer),
        )

    def _is_unwelcome(self, conversation: Conversation) -> bool:
        """A stranger may invite, which is a request; one who was sent away may not."""
        peer = conversation.record.peer
        return peer is None or self._gate.is_unwelcome(peer)

    async def _state(self, event: EventId, offer: RoomOffered) -> str:
        room = self._acts.book.find(RoomId(offer.room))
        if room is not None and room.is_inside(self._acts.me.peer):
            return ACCEPTED
        settled = await self._store.settings.get(_setting(event), PENDING)
        expired = 0 < offer.until_ms < self._acts.wall.now_ms()
        return GONE if settled == PENDING and expired else settled

    def heard(self, change: Change) -> None:
        """Tell of invitations among new messages."""
        if isinstance(change, MessagesAdded) and self._publisher.background.is_open:
            for view in change.messages:
                if view.kind is MessageKind.INVITATION and not view.own:
                    self._publisher.background.spawn(self._announce(view.event))

    def waiting(self, rows: Sequence[MessageRow]) -> None:
        """Tell of invitations among what a stranger has written, once for each."""
        for row in rows:
            event = row.position.event
            if row.kind is MessageKind.INVITATION and event not in self._told:
                self._told.add(event)
                self._publisher.background.spawn(self._announce(event))

    async def _announce(self, invitation: EventId) -> None:
        """Tell of one that has come, unless its sender was sent away in the meantime."""
        try:
            await self._tell(invitation)
        except AppError as error:
            log.info("an invitation is not told: %s", error)

    async def _tell(self, invitation: EventId) -> None:
        view, _ = await self._known(invitation)
        self._publisher.feed.publish(InvitationChanged(view))


def _unknown(invitation: EventId) -> AppError:
    return AppError("unknown-invitation", {"invitation": to_text(invitation)})


def _setting(invitation: EventId) -> str:
    return f"invitation.{to_text(invitation)}"
