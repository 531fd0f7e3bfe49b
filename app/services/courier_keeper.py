"""Keeps the couriers of our rooms in step: tells them who belongs to a room, and its new keys."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.domain.changes import ErrorRaised
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.views import RoomKind
from app.protocol.courier_frames import CourierAnswer, CourierFreed, CourierGiven, CourierWelcome
from app.protocol.frames import COURIER, Aside
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.courier_rooms import couriers_of, is_courier, leaders_of, statement
from app.services.courier_ushers import Seals, opened_welcome, ushers_of
from app.services.peer_link import PeerLink
from app.services.publisher import Publisher
from app.services.room_places import RoomPlaces

DELAY = 0.1
"""Seconds in which changes are gathered before a courier is told."""
LOOK_EVERY = 5.0
REASONS = {"courier-not-one", "courier-not-allowed", "courier-full"}
"""Why a courier does not take a room, or anything more of it; what else it says is one code."""
REFUSED = "courier-refused"

Place = tuple[RoomId, PeerId]


@dataclass(frozen=True, slots=True)
class CourierKeeperParts:
    me: PeerId
    book: RoomBook
    manager: ConnectionManager
    places: RoomPlaces
    publisher: Publisher


class CourierKeeper:
    """Implements `Listener`; watches the logs."""

    def __init__(self, parts: CourierKeeperParts) -> None:
        self._parts = parts
        self._known: dict[RoomId, frozenset[PeerId]] = {}
        self._told: dict[Place, CourierGiven] = {}
        self._answers: dict[Place, str] = {}
        self._wake = asyncio.Event()
        self._seals = Seals()
        self.declines = True
        """Whether we are no courier ourselves, and say so to whoever takes us for one."""

    def reason(self, room: RoomId, courier: PeerId) -> str | None:
        """Return why a courier does not serve a room, "" if it does, None if it has not said."""
        return self._answers.get((room, courier))

    # -- what is heard

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        del vector
        conversation = self._parts.book.find(room)
        if conversation is None or not (
            room in self._known or conversation.state.governance.couriers
        ):
            return
        if self._known.get(room) != frozenset(couriers_of(conversation)):
            self.look_at(conversation)
        self._wake.set()

    def opened(self, peer: PeerId, room: RoomId) -> None:
        conversation = self._parts.book.find(room)
        if conversation is not None and is_courier(conversation, peer):
            self._note(room, peer, "")
        if any(is_courier(one, peer) for one in self._parts.book):
            self._wake.set()

    def ended(self, peer: PeerId) -> None:
        self._told = {place: frame for place, frame in self._told.items() if place[1] != peer}

    def read(self, room: RoomId) -> None:
        """Couriers learn of our reading by receipts."""

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._parts.manager.live(peer)
        if isinstance(frame, CourierGiven) and self.declines and link is not None:
            link.send(CourierAnswer(frame.room, "courier-not-one"))
        elif isinstance(frame, CourierAnswer):
            self.rebuffed(RoomId(frame.room), peer, frame.code)
        elif isinstance(frame, CourierWelcome):
            self._welcomed(peer, frame)

    def _welcomed(self, peer: PeerId, frame: CourierWelcome) -> None:
        """A courier had a welcome for us: what follows is as if a member had said it."""
        conversation = self._parts.book.find(RoomId(frame.room))
        welcome = opened_welcome(conversation, frame) if conversation is not None else None
        if conversation is not None and welcome is not None:
            conversation.ushers.add(peer)
            self._parts.manager.shared.door.answered(peer, welcome)

    def rebuffed(self, room: RoomId, peer: PeerId, code: str) -> None:
        """A courier says how it stands with a room: why it takes nothing, "" if it does."""
        conversation = self._parts.book.find(room)
        if conversation is not None and is_courier(conversation, peer):
            self._note(room, peer, code if code in REASONS or not code else REFUSED)

    def _note(self, room: RoomId, peer: PeerId, code: str) -> None:
        if self._answers.get((room, peer)) == code:
            return
        self._answers[room, peer] = code
        if code:
            params: dict[str, object] = {"room": to_text(room), "peer": to_text(peer)}
            self._parts.publisher.feed.publish(ErrorRaised(code, params))
        self._parts.publisher.room_changed(room)

    # -- what is done

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            for conversation in self._parts.book:
                self.look_at(conversation)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
                    await asyncio.sleep(DELAY)
            self._wake.clear()

    def look_at(self, conversation: Conversation) -> None:
        """Tell the couriers of a room what they have to know, and leave those that are none."""
        room = conversation.room
        if conversation.is_inside(self._parts.me):
            conversation.ushers.clear()  # from now on the log says who is a courier
        now = frozenset(couriers_of(conversation))
        before = self._known.get(room, frozenset())
        if now or before:
            self._known[room] = now
        if now != before:
            self._changed(conversation, before - now)
        for peer in now:
            link = self._parts.manager.live(peer)
            if link is not None and link.features & COURIER:
                self._tell(conversation, link)

    def _changed(self, conversation: Conversation, gone: frozenset[PeerId]) -> None:
        for peer in gone:
            self._answers.pop((conversation.room, peer), None)
            self._told.pop((conversation.room, peer), None)
            link = self._parts.manager.live(peer)
            if link is None:
                continue
            if self._parts.me in leaders_of(conversation, self._parts.me):
                link.send(CourierFreed(conversation.room))
            link.withdraw(conversation.room)
        if conversation.kind is not RoomKind.NOTES:
            self._parts.places.refresh(conversation)
        self._parts.manager.room_changed(conversation.room)

    def _tell(self, conversation: Conversation, link: PeerLink) -> None:
        place = conversation.room, link.peer
        if link.has_withdrawn(conversation.room):
            self._parts.manager.room_added(conversation.room)
            return
        ushers = ushers_of(conversation, self._parts.places.now_ms(), self._seals)
        frame = statement(conversation, self._parts.me, link.peer, ushers)
        if frame is not None and self._told.get(place) != frame:
            self._told[place] = frame
            link.send(frame)
