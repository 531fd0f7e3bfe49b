"""Who is typing where: repeated while it lasts, forgotten when it is not."""

from __future__ import annotations

import asyncio

from app.domain.changes import Change, MessagesAdded, TypingChanged
from app.domain.ids import PeerId, RoomId
from app.services.conversation import RoomBook
from app.services.feed import Feed

FORGET_AFTER = 6.0


class TypingService:
    """What members who are linked do at their keyboards."""

    def __init__(self, book: RoomBook, feed: Feed) -> None:
        self._book = book
        self._feed = feed
        self._timers: dict[tuple[RoomId, PeerId], asyncio.TimerHandle] = {}

    def received(self, peer: PeerId, room: RoomId, active: bool) -> None:
        """A typing frame came over the link of `peer`."""
        timer = self._timers.pop((room, peer), None)
        if timer is not None:
            timer.cancel()
        if active:
            loop = asyncio.get_running_loop()
            self._timers[room, peer] = loop.call_later(FORGET_AFTER, self.stopped, peer, room)
        if active != (timer is not None):
            self._tell(peer, room, active)

    def stopped(self, peer: PeerId, room: RoomId) -> None:
        """The member stopped, sent the message or went away."""
        timer = self._timers.pop((room, peer), None)
        if timer is not None:
            timer.cancel()
            self._tell(peer, room, active=False)

    def heard(self, change: Change) -> None:
        """A listener of the feed: whoever has sent a message has stopped typing it."""
        if isinstance(change, MessagesAdded):
            for author in {view.author for view in change.messages}:
                self.stopped(author, change.room)

    def _tell(self, peer: PeerId, room: RoomId, active: bool) -> None:
        conversation = self._book.find(room)
        if conversation is not None and conversation.record.joined:
            name = conversation.name_of(peer, {})
            self._feed.publish(TypingChanged(room, peer, name, active))

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
