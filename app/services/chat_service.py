"""What front ends ask about rooms and messages, in one place."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.delivery import MemberDelivery
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import (
    HistoryPage,
    MemberView,
    MessageView,
    Position,
    RoomInvitation,
    RoomSummary,
    SearchHit,
)
from app.services.connection_manager import ConnectionManager
from app.services.delivery_service import DeliveryService
from app.services.governance_service import GovernanceService
from app.services.message_service import MessageService
from app.services.operation_calls import OperationCalls
from app.services.people import People
from app.services.room_service import RoomService


class ChatService(OperationCalls):
    """Implements `api.Chats` on the services that do the work."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that it puts together
        self,
        rooms: RoomService,
        messages: MessageService,
        people: People,
        ticks: DeliveryService,
        governance: GovernanceService,
        manager: ConnectionManager,
    ) -> None:
        super().__init__(messages)
        self._rooms = rooms
        self._messages = messages
        self._people = people
        self._ticks = ticks
        self._governance = governance
        self._manager = manager

    async def rooms(self) -> Sequence[RoomSummary]:
        return await self._messages.summaries()

    async def room(self, room: RoomId) -> RoomSummary:
        return await self._messages.summary(room)

    async def create_room(self, name: str) -> RoomInvitation:
        return await self._rooms.create(name)

    async def invitation(self, room: RoomId) -> RoomInvitation:
        return await self._governance.invitation(room)

    async def join(self, text: str) -> RoomId:
        return await self._rooms.join(text)

    async def open_direct(self, peer: PeerId, name: str) -> RoomId:
        return await self._rooms.open_direct(peer, name)

    async def open_notes(self) -> RoomId:
        return await self._rooms.open_notes()

    async def leave(self, room: RoomId) -> None:
        await self._rooms.leave(room)

    async def rename(self, room: RoomId, name: str) -> None:
        await self._rooms.rename(room, name)

    async def set_topic(self, room: RoomId, text: str) -> None:
        await self._rooms.set_topic(room, text)

    async def members(self, room: RoomId) -> Sequence[MemberView]:
        return self._people.members(room)

    async def send(self, room: RoomId, text: str, reply_to: EventId | None = None) -> MessageView:
        self._people.refuse_blocked(room)
        return await self._messages.send(room, text, reply_to)

    async def mark_read(self, room: RoomId, message: EventId) -> None:
        self._manager.send_read(room, await self._ticks.mark_read(room, message))

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        return await self._messages.page(room, around, before, after)

    async def position_at(self, room: RoomId, ordinal: int) -> Position | None:
        return await self._messages.position_at(room, ordinal)

    async def message(self, event: EventId) -> MessageView:
        return await self._messages.message(event)

    async def deliveries(self, message: EventId) -> Sequence[MemberDelivery]:
        return await self._ticks.deliveries(message)

    async def search(self, query: str, room: RoomId | None, limit: int) -> Sequence[SearchHit]:
        return await self._messages.search(query, room, limit)

    async def save_draft(self, room: RoomId, text: str) -> None:
        await self._messages.save_draft(room, text)

    def typing(self, room: RoomId, active: bool) -> None:
        self._manager.send_typing(room, active)
