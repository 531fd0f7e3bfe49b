"""Keeps us in the server rooms where the members of a room look for each other."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.ids import RoomId
from app.domain.views import RoomKind
from app.services.clocks import WallClock
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.room_doors import places_of
from app.services.signaling_hub import SignalingHub


class RoomPlaces:
    """Knows which server room is which of ours."""

    def __init__(self, book: RoomBook, wall: WallClock) -> None:
        self._book = book
        self._wall = wall
        self._places: dict[RoomId, tuple[bytes, ...]] = {}
        self._rooms: dict[bytes, RoomId] = {}

    def bind(self, hub: SignalingHub, manager: ConnectionManager) -> None:
        self._hub = hub
        self._manager = manager

    def now_ms(self) -> int:
        """Return the time by which places are chosen (Unix ms)."""
        return self._wall.now_ms()

    def of(self, conversation: Conversation) -> Sequence[bytes]:
        """Return the server rooms of a room as they are to be now."""
        places = places_of(conversation, self._wall.now_ms(), self._manager.me)
        self._note(conversation.room, places)
        return places

    def known(self, room: RoomId) -> Sequence[bytes]:
        """Return the server rooms of a room as they were last."""
        return self._places.get(room, ())

    def find(self, place: bytes) -> Conversation | None:
        """Return whose members meet in a server room."""
        room = self._rooms.get(place)
        return self._book.find(room) if room is not None else None

    def announce(self, conversation: Conversation) -> None:
        """Enter all server rooms of a room."""
        for place in self.of(conversation):
            self._hub.soon(self._hub.enter(place))

    def refresh(self, conversation: Conversation) -> None:
        """Enter and leave server rooms after what governs a room has changed."""
        before = self._places.get(conversation.room, ())
        if conversation.kind is RoomKind.NOTES:
            return
        now = self.of(conversation)
        for place in now:
            if place not in before:
                self._hub.soon(self._hub.enter(place))
        self._leave([place for place in before if place not in now])

    def leave(self, room: RoomId) -> None:
        """Be found in a room no more."""
        self._leave(self._places.pop(room, ()))

    def _leave(self, places: Sequence[bytes]) -> None:
        for place in places:
            self._rooms.pop(place, None)
            self._hub.soon(self._hub.leave(place))
            for peer in self._hub.left(place):
                self._manager.unreachable(peer)

    def _note(self, room: RoomId, places: tuple[bytes, ...]) -> None:
        self._places[room] = places
        self._rooms.update((place, room) for place in places)
