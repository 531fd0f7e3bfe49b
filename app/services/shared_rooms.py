"""What a link may see of our rooms, and what it tells of the person at its other end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from app.domain.changes import MemberChanged
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.protocol.frames import Aside, DoorAnswer
from app.protocol.room_gate import Proofs
from app.services.circle import Circle
from app.services.clocks import WallClock
from app.services.conversation import RoomBook
from app.services.courier_rooms import concerns, is_courier
from app.services.feed import Feed
from app.services.room_doors import proofs_for
from app.services.served import Served, ServesNothing
from app.services.typing_service import TypingService


class Door(Protocol):
    """Hears who asks to be let into a room, and what we are answered."""

    def asked(self, peer: PeerId, room: RoomId, key: bytes) -> None:
        """`peer` has shown this proof key, which opens the room to nobody."""
        ...

    def answered(self, peer: PeerId, frame: DoorAnswer) -> None: ...


class SharedRooms:
    """Implements `LinkHost`. `door` is to be set before the first link.

    `names` are those of people as known from elsewhere than a room.
    """

    door: Door

    def __init__(
        self, book: RoomBook, circle: Circle, typing: TypingService, feed: Feed, wall: WallClock
    ) -> None:
        self._book = book
        self._wall = wall
        self._privacy = circle.privacy
        self._presence = circle.presence
        self._typing = typing
        self._feed = feed
        self._between = circle.between
        self.served: Served = ServesNothing()
        self.names: Mapping[PeerId, str] = {}
        self.on_served_asked: Callable[[PeerId, RoomId, bytes], None] = lambda *_: None
        self.is_around: Callable[[PeerId, RoomId], bool] = lambda _peer, _room: False

    def room_proofs(self, peer: PeerId) -> Mapping[RoomId, Proofs]:
        now = self._wall.now_ms()
        return {**self.served.proofs(peer)} | {
            room.room: proofs_for(room, peer, now)
            for room in self._book
            if concerns(room, peer) and room.kind is not RoomKind.NOTES and not room.withdrawn
        }

    def proofs_of(self, room: RoomId, peer: PeerId) -> Proofs | None:
        """The same of one room; None if it is none of `peer`'s."""
        conversation = self._book.find(room)
        if conversation is None:
            return self.served.proofs_of(room, peer)
        if conversation.withdrawn or not concerns(conversation, peer):
            return None
        return proofs_for(conversation, peer, self._wall.now_ms())

    def is_courier(self, room: RoomId, peer: PeerId) -> bool:
        """Tell whether somebody keeps a room's events without being in it."""
        conversation = self._book.find(room)
        return conversation is not None and is_courier(conversation, peer)

    def asked(self, peer: PeerId, room: RoomId, key: bytes) -> None:
        if self._book.find(room) is None:
            self.on_served_asked(peer, room, key)
        else:
            self.door.asked(peer, room, key)

    def answered(self, peer: PeerId, frame: DoorAnswer) -> None:
        self.door.answered(peer, frame)

    def room_opened(self, peer: PeerId, room: RoomId) -> None:
        if not self._presence.is_hidden(peer):
            self._tell(peer, [room], "online")
        self._between.opened(peer, room)

    def handed_on(self, peer: PeerId, frame: Aside) -> None:
        self._between.received(peer, frame)

    def replaced(self, peer: PeerId) -> None:
        """A better link takes the place of one that is still up; rooms open anew on it."""
        self._between.ended(peer)

    def ended(self, peer: PeerId, rooms: Iterable[RoomId]) -> None:
        """A link is gone on which these rooms were open."""
        was_hidden = self._presence.is_hidden(peer)
        self._presence.ended(peer)
        self._between.ended(peer)
        for room in rooms:
            self._typing.stopped(peer, room)
        if not was_hidden:
            gone = [room for room in rooms if not self.is_around(peer, room)]
            self._tell(peer, gone, "offline")

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
                name = conversation.name_of(peer, self.names)
                self._feed.publish(MemberChanged(room, peer, name, state))
