"""Messages: writing, reading, finding them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from app.domain.errors import AppError
from app.domain.events import Text
from app.domain.ids import EventId, PeerId, RoomId, peer_id
from app.domain.policy import clean_text
from app.domain.search_query import matches_name, parse_query
from app.domain.views import HistoryPage, MessageView, Position, RoomSummary, SearchHit
from app.services.conversation import Conversation
from app.services.message_operations import MessageOperations

MAX_PAGE = 1000
LAST = 1 << 62


class MessageService(MessageOperations):
    """Adds writing, reading and finding to what can be done with messages."""

    async def send(self, room: RoomId, text: str, reply_to: EventId | None) -> MessageView:
        """Append a text; it is on the disk when this returns.

        Raises AppError("unknown-room" | "text-empty" | "text-too-long" | "disk-full").
        """
        conversation = self._book.writable(room)
        clean = clean_text(text)
        mentions = self.mentioned(conversation, clean)
        body = Text(clean, reply_to, mentions, conversation.vanish_s)
        committed = await self._logs.append(room, body)
        return self._publisher.view(conversation, committed.rows[0])

    async def summaries(self) -> list[RoomSummary]:
        """Return all listed rooms: pinned ones as they were pinned, then the latest activity."""
        overviews = await self._store.rooms.overviews()
        rooms = [
            self._publisher.summary(conversation, overviews[conversation.room])
            for conversation in self._book
            if conversation.record.joined and conversation.room in overviews
        ]
        rooms.sort(key=lambda room: room.last.time_ms if room.last else 0, reverse=True)
        return sorted(rooms, key=lambda room: overviews[room.room].kept.pin or LAST)

    async def summary(self, room: RoomId) -> RoomSummary:
        conversation = self._book.listed(room)
        return self._publisher.summary(conversation, await self._store.rooms.overview(room))

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        """See `Chats.page`."""
        conversation = self._book.listed(room)
        before, after = min(before, MAX_PAGE), min(after, MAX_PAGE)
        page = await self._store.messages.page(room, around, before, after)
        views = self._publisher.views(conversation, page.rows)
        return HistoryPage(views, page.more_before, page.more_after, page.first_ordinal, page.total)

    async def message(self, event: EventId) -> MessageView:
        """Raises AppError("unknown-message")."""
        row = await self._store.messages.by_event(event)
        return self._publisher.view(self._book.listed(row.room), row)

    async def search(self, query: str, room: RoomId | None, limit: int) -> Sequence[SearchHit]:
        """Return the latest matches, at most `limit`. `query` is read by `parse_query`."""
        if room is not None:
            self._book.listed(room)
        wanted = parse_query(query, datetime.now().astimezone().tzinfo or UTC)
        listed = [conversation for conversation in self._book if conversation.record.joined]
        people = [self._named(listed, sender) for sender in wanted.senders]
        names = self._publisher.names
        rooms = [
            [one.room for one in listed if matches_name(one.name(names), name)]
            for name in wanted.rooms
        ]
        count = min(limit, MAX_PAGE)
        found = await self._store.messages.search(wanted, room, count, people, rooms)
        hits = []
        for row, snippet in found:
            conversation = self._book.find(row.room)
            if conversation is not None and conversation.record.joined:
                hits.append(SearchHit(self._publisher.view(conversation, row), snippet))
        return hits

    def _named(self, conversations: Sequence[Conversation], name: str) -> set[PeerId]:
        """Return everybody of these conversations who is called so.

        "me" is ourselves; a peer id may stand for a name.
        """
        if name.casefold() == "me":
            return {self._publisher.me}
        with suppress(AppError):
            return {peer_id(name)}
        known = self._publisher.names
        return {
            peer
            for one in conversations
            for peer in one.vector
            if matches_name(one.name_of(peer, known), name)
        }

    async def save_draft(self, room: RoomId, text: str) -> None:
        self._book.listed(room)
        await self._store.rooms.save_draft(room, text)
        self._publisher.room_changed(room)

    async def position_at(self, room: RoomId, ordinal: int) -> Position | None:
        """See `Chats.position_at`."""
        self._book.listed(room)
        return await self._store.messages.position_at(room, ordinal)
