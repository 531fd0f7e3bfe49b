"""Tells members with whom we are linked, and links with whom they are linked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from app.domain.ids import PeerId, RoomId
from app.protocol.frames import NEIGHBOURS, Aside
from app.protocol.passing_frames import MAX_NEIGHBOURS, Neighbours
from app.services.connection_manager import ConnectionManager
from app.services.conversation import RoomBook
from app.services.neighbourhood import Neighbourhood
from app.services.peer_link import PeerLink
from app.services.signaling_hub import SignalingHub

TELL_EVERY = 1.0
"""Seconds in which changes are gathered before they are told."""
LOOK_EVERY = 5.0
"""Seconds after which all is looked at again: somebody named may have become a member."""


class NeighbourService:
    """Implements `Listener`. `neighbourhood` is what we were told."""

    def __init__(
        self,
        instance: bytes,
        book: RoomBook,
        hub: SignalingHub,
        manager: ConnectionManager,
        neighbourhood: Neighbourhood,
    ) -> None:
        self._instance = instance
        self._book = book
        self._hub = hub
        self._manager = manager
        self._sent: dict[PeerId, tuple[PeerLink, Neighbours]] = {}
        self._news = asyncio.Event()
        self.neighbourhood = neighbourhood
        self.on_near = manager.reachable
        self.on_far = manager.unreachable
        manager.is_near = self.is_near

    # -- Listener

    def opened(self, peer: PeerId, room: RoomId) -> None:
        del peer, room
        self._news.set()

    def ended(self, peer: PeerId) -> None:
        self._sent.pop(peer, None)
        self._reach([*self.neighbourhood.ended(peer), peer])
        self._news.set()

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._manager.live(peer)
        if link is not None and isinstance(frame, Neighbours):
            self._reach(self.neighbourhood.told(peer, frame))
            self._news.set()

    def read(self, room: RoomId) -> None:
        """Reading links nobody."""

    # -- what follows from it

    def is_near(self, peer: PeerId) -> bool:
        """Tell whether a member that may know says that it is linked with `peer`."""
        return any(self._may_name(teller, peer) for teller in self.neighbourhood.named_by(peer))

    async def run(self) -> None:
        """Tell and link until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._news.wait()
            self._news.clear()
            for link in self._manager.links():
                self._tell(link)
            for teller in self.neighbourhood.tellers():
                self._reach(self.neighbourhood.linked_with(teller))
            await asyncio.sleep(TELL_EVERY)

    def _tell(self, link: PeerLink) -> None:
        if not link.features & NEIGHBOURS or not link.rooms:
            return
        frame = Neighbours(self._instance, self._neighbours_for(link))
        if self._sent.get(link.peer) != (link, frame):
            self._sent[link.peer] = link, frame
            link.send(frame)

    def _neighbours_for(self, link: PeerLink) -> dict[bytes, bytes]:
        known = (
            (other.peer, self.neighbourhood.instance(other.peer))
            for other in self._manager.links()
            if other is not link and other.rooms & link.rooms
        )
        return dict([(peer, run) for peer, run in known if run][:MAX_NEIGHBOURS])

    def _reach(self, peers: Iterable[PeerId]) -> None:
        """Look for those whom members are linked with, and no longer for those they were with."""
        for peer in peers:
            if peer == self._manager.me or self._manager.live(peer) or self._hub.sees(peer):
                continue
            if self.is_near(peer):
                self.on_near(peer, self.neighbourhood.instance(peer))
            else:
                self.on_far(peer)

    def _may_name(self, teller: PeerId, peer: PeerId) -> bool:
        """Somebody else's word counts for members of a room that is open on the link to it."""
        link = self._manager.live(teller)
        rooms = (self._book.find(room) for room in link.rooms) if link is not None else ()
        return any(room is not None and room.has_member(peer) for room in rooms)
