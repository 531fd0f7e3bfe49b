"""Our own parcels: what people who are away lack of our word, given to those who may meet them."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from dataclasses import dataclass, field

from app.domain.ids import PeerId
from app.protocol.frames import Parcel
from app.protocol.parcels import MAX_EVENT_BYTES, Contents, seal_parcel
from app.services.common_groups import CommonGroups
from app.services.connection_manager import ConnectionManager
from app.services.contact_book import ContactBook
from app.services.conversation import Conversation, RoomBook
from app.services.delivery_service import DeliveryService
from app.services.me import Me
from app.services.peer_link import PeerLink
from app.services.room_logs import RoomLogs

NUMBER_SIZE = 16
MAX_CARRIERS = 6
"""To so many people the same parcel is given."""
MAX_OUTGOING = 2048
PATIENCE = 120.0
"""Seconds until somebody who did not take a parcel is asked again."""


@dataclass(frozen=True, slots=True)
class _Need:
    """What a parcel is made of: from where on our log is lacking, its end, our own receipt."""

    known: int
    last: int
    stored: int
    read: int


@dataclass(slots=True)
class _Outgoing:
    """One parcel; `given` tells when each carrier got it, `kept` who says that it has it."""

    need: _Need
    number: bytes = field(default_factory=lambda: os.urandom(NUMBER_SIZE))
    reaches: int = 0
    given: dict[PeerId, float] = field(default_factory=dict)
    kept: set[PeerId] = field(default_factory=set)

    def is_due(self, carrier: PeerId, now: float) -> bool:
        """Whether this carrier is to get the parcel now; one who says nothing is asked again."""
        given = self.given.get(carrier)
        return carrier not in self.kept and (given is None or now >= given + PATIENCE)


@dataclass(frozen=True, slots=True)
class SenderParts:
    """What the sender works with."""

    me: Me
    book: RoomBook
    logs: RoomLogs
    ticks: DeliveryService
    contacts: ContactBook
    manager: ConnectionManager
    groups: CommonGroups


class ParcelSender:
    def __init__(self, parts: SenderParts) -> None:
        self._parts = parts
        self.me = parts.me.peer
        self._outgoing: OrderedDict[PeerId, _Outgoing] = OrderedDict()
        self._owed: set[PeerId] = set()
        self._lost: dict[PeerId, int] = {}

    def owe(self, peer: PeerId) -> None:
        """`peer` is to hear what we have of its log, even if we have said nothing new."""
        if len(self._owed) < MAX_OUTGOING:
            self._owed.add(peer)

    def correct(self, conversation: Conversation, stored: int) -> None:
        """The other says how much of our log it has: less than before, if it lost its disk."""
        peer = conversation.record.peer
        if peer is not None and stored < conversation.tracker.reported(peer):
            self._lost[peer] = stored
        elif peer is not None:
            self._lost.pop(peer, None)

    def is_away(self, conversation: Conversation) -> bool:
        """Whether this is a conversation of two whose other end is not linked."""
        peer = conversation.record.peer
        return peer is not None and not self._parts.manager.is_online_in(peer, conversation.room)

    def away(self) -> list[PeerId]:
        """Return everybody who lacks something of us and is not linked."""
        return [
            room.record.peer
            for room in self._parts.book
            if room.record.peer is not None and self.is_away(room) and self._need(room) is not None
        ]

    async def send_to(self, peer: PeerId, carrier: PeerLink | None = None) -> None:
        """Give what `peer` lacks to `carrier`, or to whoever is there and does not have it yet.

        Raises AppError.
        """
        conversation = self._parts.book.direct(peer)
        unwelcome = self._parts.contacts.is_unwelcome(peer)
        if conversation is None or unwelcome or not self.is_away(conversation):
            return
        need = self._need(conversation)
        if need is None:
            self._outgoing.pop(peer, None)
            return
        parcel = self._parcel(peer, need)
        links = [carrier] if carrier is not None else self._parts.groups.carriers(peer)
        for link in links:
            enough = carrier is None and len(parcel.kept) >= MAX_CARRIERS
            if not enough and parcel.is_due(link.peer, _now()):
                await self._give(conversation, peer, parcel, link)

    def _need(self, conversation: Conversation) -> _Need | None:
        peer = conversation.record.peer
        if peer is None:
            return None
        known = conversation.tracker.reported(peer)
        known = min(known, self._lost.get(peer, known))
        last = conversation.vector.get(self.me, 0) if conversation.record.joined else known
        if last <= known and peer not in self._owed:
            return None
        stored = conversation.vector.get(peer, 0)
        read = self._parts.ticks.told_as_read(conversation).get(peer, 0)
        return _Need(known, last, stored, read)

    def _parcel(self, peer: PeerId, need: _Need) -> _Outgoing:
        parcel = self._outgoing.get(peer)
        if parcel is None or parcel.need != need:
            parcel = _Outgoing(need)
            self._outgoing[peer] = parcel
            self._outgoing.move_to_end(peer)
        if len(self._outgoing) > MAX_OUTGOING:
            self._outgoing.popitem(last=False)
        return parcel

    async def _give(
        self, conversation: Conversation, peer: PeerId, parcel: _Outgoing, link: PeerLink
    ) -> None:
        need = parcel.need
        parcel.given[link.peer] = _now()
        events: list[bytes] = []
        if need.last > need.known:
            spans = [(self.me, need.known + 1, need.last)]
            events = await self._parts.logs.load(conversation.room, spans, MAX_EVENT_BYTES)
        parcel.reaches = need.known + len(events)
        sealed = seal_parcel(
            self._parts.me.identity, peer, Contents(events, need.stored, need.read)
        )
        link.send(Parcel(self.me, peer, parcel.number, sealed))

    def taken(self, carrier: PeerId, number: bytes) -> None:
        """`carrier` says that it has this parcel on its disk."""
        for peer, parcel in self._outgoing.items():
            if parcel.number == number and carrier in parcel.given:
                parcel.kept.add(carrier)
                self._owed.discard(peer)
                conversation = self._parts.book.direct(peer)
                if conversation is not None:
                    self._parts.ticks.handed_over(conversation.room, parcel.reaches, carrier)
                return

    def ended(self, carrier: PeerId) -> None:
        """The link is gone: what was not confirmed on it is given again on the next."""
        for parcel in self._outgoing.values():
            parcel.given.pop(carrier, None)


def _now() -> float:
    return asyncio.get_running_loop().time()
