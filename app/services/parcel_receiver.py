"""Parcels for us: opened, checked like a first word, stored, answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.protocol.frames import Parcel
from app.protocol.parcels import Contents, open_parcel
from app.services.common_groups import CommonGroups
from app.services.contact_book import ContactBook
from app.services.conversation import Conversation, RoomBook
from app.services.delivery_service import DeliveryService
from app.services.me import Me
from app.services.room_logs import RoomLogs
from app.services.room_service import RoomService

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiverParts:
    """What the receiver works with; `correct` hears how much of our log the sender has."""

    me: Me
    book: RoomBook
    logs: RoomLogs
    ticks: DeliveryService
    rooms: RoomService
    contacts: ContactBook
    groups: CommonGroups
    correct: Callable[[Conversation, int], None]


class ParcelReceiver:
    def __init__(self, parts: ReceiverParts) -> None:
        self._parts = parts

    async def take(self, carrier: PeerId, frame: Parcel) -> tuple[bool, bool]:
        """Return whether the parcel is dealt with, and whether its sender is to have an answer.

        Raises AppError if it could not be stored.
        """
        sender = PeerId(frame.sender)
        if self._parts.contacts.is_unwelcome(sender):
            return True, False
        if sender == carrier or not self._parts.groups.share(carrier, sender):
            return False, False
        try:
            contents = open_parcel(self._parts.me.identity, sender, frame.sealed)
            return await self._unpack(sender, contents)
        except RemoteProtocolError as error:
            log.info("a parcel is of no use: %s", error)
            return True, False

    async def _unpack(self, sender: PeerId, contents: Contents) -> tuple[bool, bool]:
        conversation = self._parts.book.direct(sender)
        if conversation is None and not contents.events:
            return True, False
        conversation = conversation or await self._begin(sender)
        if conversation is None:
            return False, False
        if contents.events:
            await self._parts.logs.ingest(conversation.room, contents.events)
        me = self._parts.me.peer
        stored = {me: contents.stored, sender: conversation.vector.get(sender, 0)}
        self._parts.correct(conversation, contents.stored)
        self._parts.ticks.reported(conversation.room, sender, stored, {me: contents.read})
        return True, bool(contents.events)

    async def _begin(self, sender: PeerId) -> Conversation | None:
        """Open the conversation as for a knock; there may be too many already."""
        await self._parts.rooms.knocked(sender, "")
        return self._parts.book.direct(sender)
