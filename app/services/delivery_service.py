"""Keeps the ticks: reports of members in, marks on the disk, status changes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain.changes import StatusChanged
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageState
from app.services.conversation import Conversation, RoomBook
from app.services.mark_journal import MarkJournal
from app.services.own_messages import OwnMessages
from app.services.publisher import Publisher
from app.storage.store import Store

MAX_STATUS_EVENTS = 5_000
"""A newcomer who fetches a long history moves at most so many ticks one by one."""


class DeliveryService:
    def __init__(
        self,
        store: Store,
        book: RoomBook,
        publisher: Publisher,
        own: OwnMessages,
        journal: MarkJournal,
    ) -> None:
        self.on_report: Callable[[RoomId], None] = lambda _room: None
        self._store = store
        self._book = book
        self._publisher = publisher
        self._own = own
        self._journal = journal

    def handed_over(self, room: RoomId, seq: int, peer: PeerId) -> None:
        """Our events up to `seq` went to the link of `peer`."""
        conversation = self._book.find(room)
        if conversation is None:
            return
        fresh = conversation.tracker.handed_over(seq)
        if fresh:
            self._tell(conversation, fresh, MessageState.SENT, peer)
            self._journal.sent(room, seq)

    def reported(
        self,
        room: RoomId,
        member: PeerId,
        stored: Mapping[PeerId, int],
        read: Mapping[PeerId, int],
    ) -> None:
        """`member` told over its own link what it has stored and read."""
        conversation = self._book.find(room)
        if conversation is None:
            return
        advance = conversation.tracker.report(member, stored, read)
        self._tell(conversation, advance.stored, MessageState.DELIVERED, member)
        self._tell(conversation, advance.read, MessageState.READ, member)
        self._journal.reported(room, member, stored, read)
        self.on_report(room)

    def _tell(
        self, conversation: Conversation, seqs: range, state: MessageState, by: PeerId
    ) -> None:
        wanted = seqs[-MAX_STATUS_EVENTS:]
        known = self._own.recent(conversation.room, wanted)
        if known is None:
            self._publisher.background.spawn(self._look_up(conversation.room, wanted, state, by))
        elif known:
            self._publish(StatusChanged(conversation.room, known, state, by))

    async def _look_up(self, room: RoomId, seqs: range, state: MessageState, by: PeerId) -> None:
        events = await self._own.stored(room, seqs)
        if events:
            self._publish(StatusChanged(room, events, state, by))

    def _publish(self, change: StatusChanged) -> None:
        self._publisher.feed.publish(change)
        self._publisher.room_changed(change.room)

    async def mark_read(self, room: RoomId, message: EventId) -> dict[PeerId, int]:
        """Note that we have read up to `message`; return the marks that grew.

        Raises AppError("unknown-room" | "unknown-message").
        """
        conversation = self._book.get(room)
        row = await self._store.messages.by_event(message)
        result = await self._store.marks.mark_read(room, row.position, self._publisher.me)
        grown = conversation.tracker.mark_read_here(result.vector)
        if grown:
            self._publisher.room_changed(room)
        return grown
