"""Passes on what one member has for another that we are linked with too, and takes what is ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from app.domain.ids import PeerId, RoomId
from app.protocol.frames import NEIGHBOURS, Aside
from app.protocol.passing_frames import Through
from app.services.allowance import Allowance
from app.services.connection_manager import ConnectionManager
from app.services.peer_link import PeerLink

SIGNALS_AT_ONCE = 40
SIGNALS_A_SECOND = 4.0
MAX_PEERS = 1024

log = logging.getLogger(__name__)


class Passer:
    """Implements `Listener`. `taken` gets what is for us: who has sealed it, and the payload."""

    def __init__(self, manager: ConnectionManager, taken: Callable[[PeerId, bytes], None]) -> None:
        self._manager = manager
        self._taken = taken
        self._allowances: dict[PeerId, Allowance] = {}

    def opened(self, peer: PeerId, room: RoomId) -> None:
        """Whoever is new will say so."""

    def ended(self, peer: PeerId) -> None:
        """What a peer may say at once is not counted anew with each of its links."""

    def read(self, room: RoomId) -> None:
        """Nobody is told through others."""

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._manager.live(peer)
        if link is None or not isinstance(frame, Through) or not self._allows(peer):
            return
        sender, receiver = PeerId(frame.sender), PeerId(frame.receiver)
        if receiver == self._manager.me:
            if sender not in (receiver, peer):
                self._taken(sender, frame.payload)
        elif sender == peer and (other := self._between(link, receiver)) is not None:
            other.send(frame)

    def _between(self, link: PeerLink, receiver: PeerId) -> PeerLink | None:
        """Return the link to a receiver that shares an open room with the sender and us."""
        other = self._manager.live(receiver)
        if other is None or other is link or not other.features & NEIGHBOURS:
            return None
        blocked = map(self._manager.contacts.is_blocked, (link.peer, receiver))
        return other if other.rooms & link.rooms and not any(blocked) else None

    def _allows(self, peer: PeerId) -> bool:
        """A carrier is held back like a sender: it may be one and the same flood."""
        allowance = self._allowances.pop(peer, None)
        allowance = allowance or Allowance(SIGNALS_AT_ONCE, SIGNALS_A_SECOND)
        self._allowances[peer] = allowance
        if len(self._allowances) > MAX_PEERS:
            del self._allowances[next(iter(self._allowances))]
        return allowance.spend(asyncio.get_running_loop().time())
