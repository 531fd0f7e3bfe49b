"""Keeps the ticks: reports of members in, marks on the disk, status changes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain.changes import MessagesChanged, StatusChanged
from app.domain.delivery import MemberDelivery
from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageState
from app.services.conversation import Conversation, RoomBook
from app.services.courier_rooms import is_courier
from app.services.delivery_details import details
from app.services.mark_journal import MarkJournal
from app.services.privacy import Privacy
from app.services.publisher import Publisher
from app.services.room_logs import RoomLogs
from app.storage.store import Store

MAX_STATUS_EVENTS = 5_000
"""A newcomer who fetches a long history moves at most so many ticks one by one."""


def _nobody_minds(_room: RoomId, _peer: PeerId, _code: str) -> None:
    return


class DeliveryService:
    def __init__(
        self,
        store: Store,
        book: RoomBook,
        publisher: Publisher,
        journal: MarkJournal,
        logs: RoomLogs,
    ) -> None:
        self.on_report: Callable[[RoomId], None] = lambda _room: None
        self.on_read: Callable[[RoomId], None] = lambda _room: None
        self.on_rebuff: Callable[[RoomId, PeerId, str], None] = _nobody_minds
        self._store = store
        self._book = book
        self._publisher = publisher
        self._own = logs.own
        self.privacy = Privacy()
        self._journal = journal
        self._catch_up = logs.catch_up
        self._wall = logs.wall

    def handed_over(self, room: RoomId, seq: int, peer: PeerId) -> None:
        """Our events up to `seq` went to the link of `peer`.

        Those for a courier count as sent only once it says that it has them.
        """
        conversation = self._book.find(room)
        if conversation is not None and not is_courier(conversation, peer):
            self._sent(conversation, seq, peer)

    def _sent(self, conversation: Conversation, seq: int, peer: PeerId) -> None:
        room = conversation.room
        fresh = conversation.tracker.handed_over(seq)
        if fresh:
            self._tell(conversation, fresh, MessageState.SENT, peer)
            self._journal.sent(room, seq)
            now = self._wall.now_ms()
            self._journal.stepped(room, self._publisher.me, MessageState.SENT, fresh, now)

    def reported(
        self,
        room: RoomId,
        member: PeerId,
        stored: Mapping[PeerId, int],
        read: Mapping[PeerId, int],
        signed_ms: int | None = None,
    ) -> None:
        """`member` told what it has stored and read, over its own link or signed at that time."""
        conversation = self._book.find(room)
        if conversation is None:
            return
        self._catch_up.claim(conversation, stored.get(self._publisher.me, 0))
        if is_courier(conversation, member):
            self._kept(conversation, member, stored)
            return
        stored = self._believable(conversation, stored)
        read = self._believable(conversation, read) if self.privacy.tells_reads else {}
        advance = conversation.tracker.report(member, stored, read)
        self._tell(conversation, advance.stored, MessageState.DELIVERED, member)
        self._tell(conversation, advance.read, MessageState.READ, member)
        self._journal.reported(room, member, stored, read)
        now = self._wall.now_ms()
        time_ms = now if signed_ms is None else min(signed_ms, now)
        self._journal.stepped(room, member, MessageState.DELIVERED, advance.stored, time_ms)
        self._journal.stepped(room, member, MessageState.READ, advance.read, time_ms)
        self.on_report(room)

    def _kept(
        self, conversation: Conversation, courier: PeerId, stored: Mapping[PeerId, int]
    ) -> None:
        """A courier has this much, which is nobody's copy yet."""
        me = self._publisher.me
        seq = min(stored.get(me, 0), conversation.vector.get(me, 0))
        if seq:
            self._sent(conversation, seq, courier)

    def read_in(self, room: RoomId) -> dict[PeerId, int]:
        """Return what a new link is to hear of our reading."""
        conversation = self._book.find(room)
        return self.told_as_read(conversation) if conversation is not None else {}

    def told_as_read(self, conversation: Conversation) -> dict[PeerId, int]:
        """Return what a new link is to hear of our reading."""
        return dict(conversation.tracker.read_here) if self.privacy.tells_reads else {}

    def _believable(
        self, conversation: Conversation, reported: Mapping[PeerId, int]
    ) -> dict[PeerId, int]:
        """Leave out authors whom we do not know, and what we have not written ourselves."""
        vector, me = conversation.vector, self._publisher.me
        known = {author: seq for author, seq in reported.items() if author in vector}
        if me in known:
            known[me] = min(known[me], vector[me])
        return known

    def refused(self, room: RoomId, author: PeerId, peer: PeerId, code: str) -> None:
        """`peer` will not take what `author` writes; our own log matters to us."""
        if code != "fork":
            self.on_rebuff(room, peer, code)
        elif author == self._publisher.me:
            self._publisher.forked(room, author)

    def _tell(
        self, conversation: Conversation, seqs: range, state: MessageState, by: PeerId
    ) -> None:
        wanted = seqs[-MAX_STATUS_EVENTS:]
        known = self._own.recent(conversation.room, wanted)
        if known is None and self._publisher.background.is_open:
            self._publisher.background.spawn(self._look_up(conversation.room, wanted, state, by))
        elif known:
            self._publish(StatusChanged(conversation.room, known, state, by))

    async def _look_up(self, room: RoomId, seqs: range, state: MessageState, by: PeerId) -> None:
        try:
            events = await self._own.stored(room, seqs)
        except AppError as error:
            if error.code != "unknown-room":
                raise
            return  # it was left meanwhile
        if events:
            self._publish(StatusChanged(room, events, state, by))

    def _publish(self, change: StatusChanged) -> None:
        self._publisher.feed.publish(change)
        self._publisher.room_changed(change.room)

    async def deliveries(self, message: EventId) -> list[MemberDelivery]:
        """See `Chats.deliveries`."""
        row = await self._store.messages.by_event(message)
        conversation = self._book.listed(row.room)
        if row.author != self._publisher.me:
            return []
        await self._journal.flush()
        times = await self._store.steps.times(row.room, row.seq)
        return details(conversation, row, times, self._publisher.names)

    async def mark_read(self, room: RoomId, message: EventId) -> dict[PeerId, int]:
        """Note that we have read up to `message`; return the marks that grew.

        Raises AppError("unknown-room" | "unknown-message").
        """
        conversation = self._book.get(room)
        row = await self._store.messages.by_event(message)
        if row.room != room:
            raise AppError("unknown-message")
        result = await self._store.marks.mark_read(room, row.position, self._publisher.me)
        if result.timed:
            self._publisher.on_timed()
            views = self._publisher.views(conversation, result.timed)
            self._publisher.feed.publish(MessagesChanged(room, views))
        self._publisher.room_changed(room)
        grown = conversation.tracker.mark_read_here(result.vector)
        if grown:
            self.on_read(room)
        return grown
