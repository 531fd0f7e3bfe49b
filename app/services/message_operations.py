"""What can be done with messages that are there already."""

from __future__ import annotations

from app.domain.changes import MessagesRemoved
from app.domain.clock import physical_ms
from app.domain.events import Deleted, Edited, Operation, Pinned, Reacted
from app.domain.ids import EventId, PeerId
from app.domain.mentions import find_mentions
from app.domain.policy import check_operable, check_own, clean_reaction, clean_text
from app.domain.views import MessageVersion
from app.services.conversation import Conversation, RoomBook
from app.services.publisher import Publisher
from app.services.room_logs import RoomLogs
from app.storage.records import MessageRow
from app.storage.store import Store


class MessageOperations:
    """Every call may raise AppError("unknown-message" | "not-a-message" | "message-deleted").

    What would change nothing writes nothing.
    """

    def __init__(self, store: Store, book: RoomBook, logs: RoomLogs, publisher: Publisher) -> None:
        self._store = store
        self._book = book
        self._logs = logs
        self._publisher = publisher

    async def edit(self, message: EventId, text: str) -> None:
        """Let an own message read otherwise.

        Raises AppError("not-yours" | "text-empty" | "text-too-long").
        """
        row = await self._operable(message, own=True)
        edited = clean_text(text)
        if edited != row.text:
            mentions = self.mentioned(self._book.listed(row.room), edited)
            await self._operate(row, Edited(message, edited, mentions))

    async def delete(self, message: EventId) -> None:
        """Take an own message back, for everybody. Raises AppError("not-yours")."""
        row = await self._operable(message, own=True)
        await self._operate(row, Deleted(message))

    async def react(self, message: EventId, emoji: str) -> None:
        """Raises AppError("bad-reaction")."""
        await self._react(message, clean_reaction(emoji), on=True)

    async def unreact(self, message: EventId, emoji: str) -> None:
        """Take a reaction back. Raises AppError("bad-reaction")."""
        await self._react(message, clean_reaction(emoji), on=False)

    async def pin(self, message: EventId, on: bool) -> None:
        """Pin a message to its room, or take the pin away."""
        row = await self._operable(message)
        if row.pinned != on:
            await self._operate(row, Pinned(message, on))

    async def hide(self, message: EventId) -> None:
        """Delete a message on this machine only. Raises AppError("unknown-message")."""
        row = await self._store.messages.by_event(message)
        self._book.listed(row.room)
        await self._store.messages.hide(message)
        self._publisher.feed.publish(MessagesRemoved(row.room, (message,)))
        self._publisher.room_changed(row.room)

    async def versions(self, message: EventId) -> tuple[MessageVersion, ...]:
        """Return how a message read over time, the first version first; none if it is deleted."""
        row = await self._store.messages.by_event(message)
        self._book.listed(row.room)
        found = await self._store.messages.versions(message)
        return tuple(MessageVersion(physical_ms(place.hlc), text) for place, text in found)

    async def _react(self, message: EventId, emoji: str, *, on: bool) -> None:
        row = await self._operable(message)
        by = next((one.by for one in row.reactions if one.emoji == emoji), ())
        if (self._publisher.me in by) != on:
            await self._operate(row, Reacted(message, emoji, on))

    async def _operable(self, message: EventId, *, own: bool = False) -> MessageRow:
        row = await self._store.messages.by_event(message)
        self._book.listed(row.room)
        check_operable(row.kind, deleted=row.deleted)
        check_own(own=not own or row.author == self._publisher.me)
        return row

    async def _operate(self, row: MessageRow, operation: Operation) -> None:
        self._book.writable(row.room)
        await self._logs.append(row.room, operation)

    def mentioned(self, conversation: Conversation, text: str) -> tuple[PeerId, ...]:
        """Return the members whom a text of ours mentions."""
        if "@" not in text:
            return ()
        others = conversation.others(self._publisher.me)
        names = self._publisher.names
        return find_mentions(text, {peer: conversation.name_of(peer, names) for peer in others})
