"""What front ends ask to be done with messages that are there already."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.ids import EventId
from app.domain.views import MessageVersion
from app.services.message_operations import MessageOperations


class OperationCalls:
    """Implements `api.MessageCalls`."""

    def __init__(self, operations: MessageOperations) -> None:
        self._operations = operations

    async def edit(self, message: EventId, text: str) -> None:
        await self._operations.edit(message, text)

    async def delete(self, message: EventId) -> None:
        await self._operations.delete(message)

    async def react(self, message: EventId, emoji: str) -> None:
        await self._operations.react(message, emoji)

    async def unreact(self, message: EventId, emoji: str) -> None:
        await self._operations.unreact(message, emoji)

    async def pin(self, message: EventId, on: bool) -> None:
        await self._operations.pin(message, on)

    async def hide(self, message: EventId) -> None:
        await self._operations.hide(message)

    async def versions(self, message: EventId) -> Sequence[MessageVersion]:
        return await self._operations.versions(message)
