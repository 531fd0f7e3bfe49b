"""Between servers and links: which server room is which of ours, and who knocks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.protocol.backoff import chance
from app.protocol.signals import SESSION_SIZE, Knock
from app.services.circle import Circle
from app.services.clocks import WallClock
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.courier_rooms import concerns, led_couriers
from app.services.me import Me
from app.services.room_places import RoomPlaces
from app.services.room_service import RoomService
from app.services.served import Served, ServesNothing
from app.services.signaling_hub import SignalingHub
from app.transport.base import NameCard, Present

KNOCK_EVERY = 10.0


class Introducer:
    """Implements `SignalingHost`; `bind` completes it before any server is connected."""

    def __init__(
        self,
        me: Me,
        book: RoomBook,
        wall: WallClock,
        circle: Circle,
    ) -> None:
        self._me = me
        self._book = book
        self._wall = wall
        self._contacts = circle.contacts
        self._privacy = circle.privacy
        self._watch = circle.watch
        self.listed = True
        self.served: Served = ServesNothing()

    def bind(
        self,
        hub: SignalingHub,
        manager: ConnectionManager,
        rooms: RoomService,
        places: RoomPlaces,
    ) -> None:
        self._hub = hub
        self._manager = manager
        self._rooms = rooms
        self._places = places
        self.on_seen: Callable[[RoomId, PeerId, bytes], None] = self._look_for
        self.on_missed = manager.unreachable
        rooms.on_opened = self._opened

    def rendezvous(self) -> Sequence[bytes]:
        """The first place of each room, then the second ones: a server allows so many only."""
        places = [self._places.of(room) for room in self._book if self._is_shared(room)]
        places += self.served.places()
        ranked = [(rank, place) for each in places for rank, place in enumerate(each)]
        return [place for _, place in sorted(ranked, key=lambda one: one[0])]

    def card(self, ahead_ms: int) -> NameCard | None:
        shown = self.listed and not self._privacy.is_invisible
        return self._me.card(self._wall.raw_ms() + ahead_ms) if shown else None

    def present(self, url: str, room: bytes, present: Present) -> None:
        conversation = self._places.find(room)
        if conversation is not None and concerns(conversation, present.peer):
            self._hub.saw(url, room, present.peer)
            self.on_seen(conversation.room, present.peer, present.instance)
        elif self.served.has_place(room):
            self._hub.saw(url, room, present.peer)
            self._manager.reachable(present.peer, present.instance)

    def _look_for(self, room: RoomId, peer: PeerId, instance: bytes) -> None:
        del room
        self._manager.reachable(peer, instance)

    def absent(self, url: str, room: bytes, peer: PeerId) -> None:
        if self._hub.missed(url, room, peer):
            self.on_missed(peer)

    def signaled(self, url: str, sender: PeerId, payload: bytes) -> None:
        knock = self._manager.signaled(url, sender, payload)
        if knock is not None and not self._contacts.is_unwelcome(sender):
            self._watch.appeared(sender, knock.name)
            self._hub.soon(_quietly(self._rooms.knocked(sender, knock.name)))

    def online(self, url: str) -> None:
        del url
        self._hub.soon(self.knock_all())

    def lost(self, url: str) -> None:
        for peer in self._hub.lost(url):
            self.on_missed(peer)

    def _opened(self, peer: PeerId) -> None:
        mine = next((c for c in self._book if c.record.peer == peer), None)
        if mine is None or not self._manager.is_online_in(peer, mine.room):
            self._hub.soon(self.knock(peer))

    async def publish_card(self) -> None:
        """Replace our entry in every directory after our name or choice changed."""
        await self._hub.publish()

    async def knock(self, peer: PeerId) -> None:
        """Ask somebody in a directory to meet us in the conversation of the two."""
        if self._contacts.is_blocked(peer):
            return
        signal = Knock(os.urandom(SESSION_SIZE), b"", self._me.name)
        await _quietly(self._manager.ways.send_signal(peer, signal))

    async def knock_all(self) -> None:
        """Knock at everybody we have begun to talk to and who is not in that room with us.

        So do we at couriers that we have to tell of a room.
        """
        couriers = {peer for room in self._book for peer in led_couriers(room, self._me.peer)}
        for conversation in self._book:
            peer = conversation.record.peer
            if peer is None or self._contacts.is_blocked(peer):
                continue
            if not conversation.record.joined and peer not in couriers:
                continue
            if not self._manager.is_online_in(peer, conversation.room):
                await self.knock(peer)

    async def run(self) -> None:
        """Knock again and again until cancelled: people come online without our hearing of it."""
        while True:
            await asyncio.sleep(KNOCK_EVERY * (0.75 + chance() / 2))
            if self._hub.is_online:
                await self.knock_all()

    def _is_shared(self, conversation: Conversation) -> bool:
        peer = conversation.record.peer
        blocked = peer is not None and self._contacts.is_blocked(peer)
        silent = blocked or conversation.withdrawn
        return conversation.kind is not RoomKind.NOTES and not silent


async def _quietly(action: Coroutine[None, None, None]) -> None:
    try:
        await action
    except AppError:
        return
