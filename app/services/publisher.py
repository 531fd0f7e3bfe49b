"""From commits to changes: builds what front ends see and coalesces summaries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

from app.domain.changes import (
    ErrorRaised,
    MemberChanged,
    MessagesAdded,
    MessagesChanged,
    MessagesRemoved,
    RoomChanged,
    RoomRemoved,
)
from app.domain.clock import physical_ms
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.room import MemberUpdated
from app.domain.row_text import said
from app.domain.views import MessageView, ReplyPreview, RoomKind, RoomSummary
from app.services.background import Background
from app.services.conversation import Conversation, RoomBook
from app.services.feed import Feed
from app.services.known_names import KnownNames
from app.storage.records import Committed, MessageRow, RoomOverview
from app.storage.store import Store

SUMMARY_DELAY = 0.05

log = logging.getLogger(__name__)


class Publisher:
    """Turns rows into views, and tells the feed."""

    def __init__(
        self, me: PeerId, store: Store, book: RoomBook, feed: Feed, background: Background
    ) -> None:
        self.me = me
        self.feed = feed
        self.background = background
        self.names = KnownNames()
        self.aliases: Mapping[PeerId, str] = {}
        self.faces: dict[PeerId, str] = {}
        self.own_picture = ""
        self.on_timed: Callable[[], None] = lambda: None
        self.on_pictures: Callable[[Conversation, Committed], None] = lambda _room, _what: None
        self._store = store
        self._book = book
        self._stale: set[RoomId] = set()
        self._ahead: set[tuple[RoomId, PeerId]] = set()
        self._forked: set[tuple[RoomId, PeerId]] = set()
        self._refresher: asyncio.Task[None] | None = None

    def view(self, conversation: Conversation, row: MessageRow) -> MessageView:
        """Return a row as it is shown now."""
        status = conversation.tracker.status(row.author, row.seq, row.position)
        text, subject = said(row.kind, row.text)
        return MessageView(
            room=row.room,
            position=row.position,
            author=row.author,
            author_name=conversation.name_of(row.author, self.names),
            own=row.author == self.me,
            kind=row.kind,
            text=text,
            time_ms=physical_ms(row.position.hlc),
            state=status.state,
            reply_to=row.reply_to,
            delivered_to=status.delivered_to,
            read_by=status.read_by,
            edited=row.edited,
            deleted=row.deleted,
            reactions=row.reactions,
            pinned=row.pinned,
            mentions=row.mentions,
            reply=self._reply(conversation, row),
            forwarded_from=row.forwarded_from,
            vanish_s=row.vanish_s,
            vanishes_ms=row.vanishes_ms,
            file=row.file,
            author_picture=self.face(row.author),
            subject=subject,
            subject_name=conversation.name_of(subject, self.names) if subject else "",
        )

    def _reply(self, conversation: Conversation, row: MessageRow) -> ReplyPreview | None:
        quote = row.quote
        if quote is None:
            return None
        name = conversation.name_of(quote.author, self.names)
        return ReplyPreview(quote.author, name, quote.text, quote.deleted)

    def views(
        self, conversation: Conversation, rows: Iterable[MessageRow]
    ) -> tuple[MessageView, ...]:
        return tuple(self.view(conversation, row) for row in rows)

    def summary(self, conversation: Conversation, overview: RoomOverview) -> RoomSummary:
        """Return the sidebar's row of a room."""
        last = self.view(conversation, overview.last) if overview.last else None
        role = conversation.state.role_of(self.me) if conversation.kind is RoomKind.GROUP else None
        return RoomSummary(
            room=conversation.room,
            name=conversation.name(self.names),
            kind=conversation.kind,
            members=len(conversation.others(self.me)) + (not conversation.is_over),
            unread=overview.unread,
            last=last,
            draft=overview.draft,
            peer=conversation.record.peer,
            read_to=overview.read_to,
            topic=conversation.state.topic,
            mentions=overview.mentions,
            muted_until_ms=overview.kept.muted_ms,
            pinned=overview.kept.pin > 0,
            archived=overview.kept.archived,
            marked_unread=overview.kept.marked,
            standing=conversation.standing,
            refused_for=conversation.refused_for,
            picture=self._picture(conversation),
            role=role.value if role is not None else "",
            rules=conversation.state.rules,
        )

    def recall_names(self) -> None:
        """Call those who have not told us a name yet as they are called in rooms of ours."""
        silent = {
            peer
            for room in self._book
            if (peer := room.record.peer) is not None and not room.state.name_of(peer)
        }
        for room in self._book:
            for peer in silent & room.state.members.keys():
                if name := room.state.name_of(peer):
                    self.names.hint(peer, name)

    def face(self, peer: PeerId) -> str:
        """Return what a person's picture is called, "" if there is none."""
        return self.own_picture if peer == self.me else self.faces.get(peer, "")

    def _picture(self, conversation: Conversation) -> str:
        peer = conversation.record.peer
        return conversation.state.picture if peer is None else self.face(peer)

    def committed(self, conversation: Conversation, committed: Committed) -> None:
        """Tell what a commit added and changed."""
        self.on_pictures(conversation, committed)
        if any(row.vanishes_ms for row in committed.rows):
            self.on_timed()
        if not conversation.record.joined:
            return
        if committed.removed:
            self.feed.publish(MessagesRemoved(conversation.room, committed.removed))
        if committed.rows:
            rows = sorted(committed.rows, key=lambda row: row.position)
            self.feed.publish(MessagesAdded(conversation.room, self.views(conversation, rows)))
        if committed.changed:
            changed = self.views(conversation, committed.changed)
            self.feed.publish(MessagesChanged(conversation.room, changed))
        for effect in committed.effects:
            if isinstance(effect, MemberUpdated):
                name = self.aliases.get(effect.peer) or effect.name
                change = MemberChanged(conversation.room, effect.peer, name, effect.state)
                self.feed.publish(change)
        if committed.rows or committed.removed or committed.effects:
            self.room_changed(conversation.room)

    def room_changed(self, room: RoomId) -> None:
        """Publish the room's summary soon; many calls in a short time make one change."""
        if not self.background.is_open:
            return
        self._stale.add(room)
        if self._refresher is None or self._refresher.done():
            self._refresher = self.background.spawn(self._refresh())

    def room_removed(self, room: RoomId) -> None:
        self._stale.discard(room)
        self.feed.publish(RoomRemoved(room))

    def forked(self, room: RoomId, author: PeerId) -> None:
        """`author` has signed two histories of the room; it is told once."""
        if (room, author) not in self._forked:
            self._forked.add((room, author))
            params = {"room": to_text(room), "peer": to_text(author)}
            self.feed.publish(ErrorRaised("fork", params))

    def ahead(self, room: RoomId, author: PeerId, hours: int) -> None:
        """What `author` has written waits, for its clock is `hours` ahead; it is told once."""
        if (room, author) not in self._ahead:
            self._ahead.add((room, author))
            params = {"room": to_text(room), "peer": to_text(author), "hours": hours}
            self.feed.publish(ErrorRaised("clock-ahead", params))

    async def _refresh(self) -> None:
        while self._stale:
            await asyncio.sleep(SUMMARY_DELAY)
            rooms, self._stale = self._stale, set()
            for room in rooms:
                await self._publish_summary(room)

    async def _publish_summary(self, room: RoomId) -> None:
        conversation = self._book.find(room)
        if conversation is None or not conversation.record.joined:
            return
        try:
            overview = await self._store.rooms.overview(room)
        except AppError as error:
            log.info("no summary: %s", error)
            return
        if self._book.find(room) is conversation:
            self.feed.publish(RoomChanged(self.summary(conversation, overview)))
