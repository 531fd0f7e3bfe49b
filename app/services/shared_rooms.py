"""What a link may see of our rooms, and what it tells of the person at its other end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.changes import MemberChanged
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.protocol.frames import HandedOn
from app.services.circle import Circle
from app.services.conversation import RoomBook
from app.services.feed import Feed
from app.services.typing_service import TypingService


class SharedRooms:
    """Implements `LinkHost`."""

    def __init__(self, book: RoomBook, circle: Circle, typing: TypingService, feed: Feed) -> None:
        self._book = book
        self._privacy = circle.privacy
        self._presence = circle.presence
        self._typing = typing
        self._feed = feed
        self._between = circle.between

    def room_proofs(self, peer: PeerId) -> Mapping[RoomId, bytes]:
        return {
            room.room: room.latest_keys.proof
            for room in self._book
            if room.record.peer in (None, peer)
            and room.kind is not RoomKind.NOTES
            and not room.withdrawn
        }

    def room_opened(self, peer: PeerId, room: RoomId) -> None:
        if not self._presence.is_hidden(peer):
            self._tell(peer, [room], "online")
        self._between.opened(peer, room)

    def handed_on(self, peer: PeerId, frame: HandedOn) -> None:
        self._between.received(peer, frame)

    def ended(self, peer: PeerId, rooms: Iterable[RoomId]) -> None:
        """A link is gone on which these rooms were open."""
        was_hidden = self._presence.is_hidden(peer)
        self._presence.ended(peer)
        self._between.ended(peer)
        for room in rooms:
            self._typing.stopped(peer, room)
        if not was_hidden:
            self._tell(peer, rooms, "offline")

    def typing(self, peer: PeerId, room: RoomId, active: bool) -> None:
        if self._privacy.tells_typing:
            self._typing.received(peer, room, active)

    def own_presence(self) -> int:
        return int(self._presence.own)

    def presence(self, peer: PeerId, state: int, rooms: Iterable[RoomId]) -> None:
        was_hidden = self._presence.is_hidden(peer)
        self._presence.received(peer, state)
        hidden = self._presence.is_hidden(peer)
        if hidden != was_hidden:
            self._tell(peer, rooms, "offline" if hidden else "online")

    def _tell(self, peer: PeerId, rooms: Iterable[RoomId], state: str) -> None:
        for room in rooms:
            conversation = self._book.find(room)
            if conversation is not None and conversation.record.joined:
                name = conversation.name_of(peer, {})
                self._feed.publish(MemberChanged(room, peer, name, state))
