"""Parcels of others: kept on our disk, offered one at a time, dropped when they are taken."""

from __future__ import annotations

import asyncio

from app.domain.ids import PeerId
from app.protocol.frames import PARCELS, Parcel, ParcelTaken
from app.services.clocks import WallClock
from app.services.common_groups import CommonGroups
from app.services.contact_book import ContactBook
from app.services.peer_link import PeerLink
from app.storage.parcel_repository import Carried, ParcelRepository

PATIENCE = 20.0
"""Seconds until a parcel that was not taken is offered again, or the next one."""


class ParcelCarrier:
    def __init__(
        self,
        parcels: ParcelRepository,
        groups: CommonGroups,
        contacts: ContactBook,
        wall: WallClock,
    ) -> None:
        self._parcels = parcels
        self._groups = groups
        self._contacts = contacts
        self._wall = wall
        self._offered: dict[PeerId, dict[bytes, float]] = {}
        self.receivers: set[PeerId] = set()

    async def load(self) -> None:
        """Find out for whom anything waits. Raises AppError."""
        blocked = [contact.peer for contact in self._contacts if contact.blocked]
        now = self._wall.now_ms()
        await self._parcels.clear(now, blocked)
        self.receivers = await self._parcels.receivers(now)

    async def take(self, link: PeerLink, frame: Parcel) -> None:
        """Keep what the person at the other end of `link` has for somebody else."""
        sender, receiver = PeerId(frame.sender), PeerId(frame.receiver)
        if sender != link.peer or receiver == sender or not self._groups.share(sender, receiver):
            return
        now = self._wall.now_ms()
        if await self._parcels.put(Carried(sender, receiver, frame.number, now, frame.sealed)):
            self.receivers.add(receiver)
            link.send(ParcelTaken(frame.number))

    async def offer(self, link: PeerLink) -> None:
        """Send the next parcel for the person at the other end, if none is on its way."""
        if link.peer not in self.receivers or not link.features & PARCELS:
            return
        now = asyncio.get_running_loop().time()
        waiting = await self._parcels.waiting(link.peer, self._wall.now_ms())
        if not waiting:
            self.receivers.discard(link.peer)
            self._offered.pop(link.peer, None)
            return
        numbers = [number for sender, number in waiting if self._groups.share(sender, link.peer)]
        known = self._offered.get(link.peer, {})
        offered = {number: known[number] for number in numbers if number in known}
        self._offered[link.peer] = offered
        if numbers and max(offered.values(), default=now - PATIENCE) <= now - PATIENCE:
            await self._send(link, min(numbers, key=lambda number: offered.get(number, 0.0)), now)

    async def _send(self, link: PeerLink, number: bytes, now: float) -> None:
        parcel = await self._parcels.get(link.peer, number)
        offered = self._offered.get(link.peer)
        if parcel is not None and offered is not None:  # else the link has ended meanwhile
            offered[number] = now
            link.send(Parcel(parcel.sender, parcel.receiver, number, parcel.sealed))

    async def delivered(self, link: PeerLink, number: bytes) -> None:
        """The person at the other end has taken a parcel."""
        if number in self._offered.get(link.peer, {}):
            await self._parcels.drop(link.peer, number)
            await self.offer(link)

    def ended(self, receiver: PeerId) -> None:
        """What is on its way over this link will not arrive."""
        self._offered.pop(receiver, None)
