"""Signed receipts at a courier: so ticks come back to people who are never there together."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import RECEIPTS, Receipt, Wanted, decode_frame, encode_frame
from app.protocol.receipts import ReceiptShelf
from app.services.connection_manager import ConnectionManager
from app.services.courier_shelf import CourierShelf
from app.services.peer_link import PeerLink

log = logging.getLogger(__name__)


class CourierReceipts:
    def __init__(self, shelf: CourierShelf, manager: ConnectionManager) -> None:
        self._shelf = shelf
        self._manager = manager
        self._kept: dict[RoomId, ReceiptShelf] = {}
        self._wanted: dict[tuple[PeerId, RoomId], tuple[PeerId, ...]] = {}
        self._told: dict[tuple[PeerId, RoomId, PeerId], int] = {}

    async def load(self) -> None:
        """Take up what is on the disk. Raises AppError."""
        for (room, _), raw in (await self._shelf.repository.receipts()).items():
            try:
                receipt = decode_frame(raw)
            except RemoteProtocolError as error:
                raise AppError("database-corrupt") from error
            if isinstance(receipt, Receipt):
                self._in(room).put(receipt)

    async def take(self, link: PeerLink, frame: Receipt | Wanted) -> None:
        """Keep a receipt, or answer whose receipts somebody lacks. Raises AppError."""
        room = RoomId(frame.room)
        known = self._shelf.find(room)
        if known is None or room not in link.rooms:
            return
        if isinstance(frame, Wanted):
            self._wanted[link.peer, room] = tuple(map(PeerId, frame.members))
            self._hand_on(link, room, self._wanted[link.peer, room])
            return
        member = PeerId(frame.member)
        if member not in known.roster.members:
            return
        if self._in(room).take(frame, self._shelf.wall.now_ms()):
            await self._shelf.repository.save_receipt(room, member, encode_frame(frame))
            self._spread(room, member)

    def _spread(self, room: RoomId, member: PeerId) -> None:
        for link in self._manager.links():
            if member in self._wanted.get((link.peer, room), ()):
                self._hand_on(link, room, [member])

    def _hand_on(self, link: PeerLink, room: RoomId, members: Iterable[PeerId]) -> None:
        if room not in link.rooms or not link.features & RECEIPTS:
            return
        for member in members:
            receipt = self._in(room).get(member)
            place = link.peer, room, member
            if receipt is not None and self._told.get(place, -1) < receipt.time:
                self._told[place] = receipt.time
                link.send(receipt)

    def ended(self, peer: PeerId) -> None:
        """What was said on the link to `peer` holds no more."""
        self._wanted = {place: said for place, said in self._wanted.items() if place[0] != peer}
        self._told = {place: time for place, time in self._told.items() if place[0] != peer}

    def forget(self, room: RoomId) -> None:
        self._kept.pop(room, None)

    def _in(self, room: RoomId) -> ReceiptShelf:
        return self._kept.setdefault(room, ReceiptShelf())
