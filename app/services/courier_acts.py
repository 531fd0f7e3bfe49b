"""Names the couriers of rooms, groups and conversations of two alike."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.couriers import CourierView
from app.domain.entitlement import may
from app.domain.errors import AppError
from app.domain.governing import MAX_COURIERS, CourierNamed
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.policy import clean_person_name
from app.domain.views import RoomKind
from app.services.contact_gate import ContactGate
from app.services.conversation import Conversation
from app.services.courier_keeper import CourierKeeper
from app.services.courier_rooms import couriers_of
from app.services.group_acts import GroupActs
from app.services.room_logs import RoomLogs
from app.services.room_service import RoomService


class CourierActs:
    def __init__(
        self,
        acts: GroupActs,
        logs: RoomLogs,
        rooms: RoomService,
        gate: ContactGate,
        keeper: CourierKeeper,
    ) -> None:
        self._acts, self._logs, self._rooms = acts, logs, rooms
        self._gate, self.keeper = gate, keeper

    async def add(self, room: RoomId, peer: PeerId, name: str = "") -> None:
        """See `Governance.add_courier`."""
        conversation = self._room(room)
        self._check_peer(conversation, peer)
        body = CourierNamed(peer, on=True, name=self._name(peer, name))
        if conversation.state.governance.couriers.get(peer) == body.name:
            return
        couriers = conversation.state.governance.couriers
        if peer not in couriers and len(couriers) >= MAX_COURIERS:
            raise AppError("too-many-couriers", {"room": to_text(room)})
        self._check(conversation, body)
        await self._rooms.reach(peer, body.name)
        await self._write(conversation, body)

    async def remove(self, room: RoomId, peer: PeerId) -> None:
        """See `Governance.remove_courier`."""
        conversation = self._room(room)
        if peer not in conversation.state.governance.couriers:
            raise AppError("unknown-courier", {"peer": to_text(peer)})
        body = CourierNamed(peer, on=False)
        self._check(conversation, body)
        await self._write(conversation, body)

    def all(self, room: RoomId) -> Sequence[CourierView]:
        """See `Governance.couriers`."""
        conversation = self._acts.book.listed(room)
        return [self._view(conversation, peer) for peer in couriers_of(conversation)]

    def _view(self, conversation: Conversation, peer: PeerId) -> CourierView:
        reason = self.keeper.reason(conversation.room, peer)
        online = self._gate.view(peer).online
        state = "waiting" if reason is None else "refused" if reason else "serving"
        name = conversation.name_of(peer, self._gate.publisher.names)
        return CourierView(peer, name, state, reason or "", online)

    def _room(self, room: RoomId) -> Conversation:
        conversation = self._acts.book.writable(room)
        if conversation.kind is RoomKind.NOTES:
            raise AppError("not-a-group", {"room": to_text(room)})
        return conversation

    def _check_peer(self, conversation: Conversation, peer: PeerId) -> None:
        inside = peer in {self._acts.me.peer, *conversation.others(self._acts.me.peer)}
        if inside:
            raise AppError("already-member", {"peer": to_text(peer)})
        if self._gate.view(peer).state == "blocked":
            raise AppError("peer-blocked", {"peer": to_text(peer)})

    def _check(self, conversation: Conversation, body: CourierNamed) -> None:
        if not may(conversation.state, self._acts.me.peer, body):
            raise AppError("not-allowed", {"room": to_text(conversation.room)})

    async def _write(self, conversation: Conversation, body: CourierNamed) -> None:
        await self._logs.append(conversation.room, body)
        self.keeper.look_at(conversation)

    def _name(self, peer: PeerId, given: str) -> str:
        name = given or self._gate.publisher.names.get(peer, "")
        return clean_person_name(name) if name else ""
