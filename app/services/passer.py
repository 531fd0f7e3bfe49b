"""Passes on what one member has for another that we are linked with too, and takes what is ours."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.domain.ids import PeerId, RoomId
from app.protocol.frames import NEIGHBOURS, RELAYS, Aside
from app.protocol.passing_frames import Relayed, Through
from app.services.allowance import Allowance
from app.services.carriage import Carriage
from app.services.connection_manager import ConnectionManager
from app.services.peer_link import PeerLink

SIGNALS_AT_ONCE = 40
SIGNALS_A_SECOND = 4.0
MAX_PEERS = 1024


class Passer:
    """Implements `Listener`. `taken` gets what is for us: who has sealed it, and the payload."""

    def __init__(
        self,
        manager: ConnectionManager,
        carriage: Carriage,
        taken: Callable[[PeerId, bytes], None],
    ) -> None:
        self._manager = manager
        self._carriage = carriage
        self._taken = taken
        self._allowances: dict[PeerId, Allowance] = {}

    def opened(self, peer: PeerId, room: RoomId) -> None:
        """Whoever is new will say so."""

    def ended(self, peer: PeerId) -> None:
        """What a peer may say at once is not counted anew with each of its links."""

    def read(self, room: RoomId) -> None:
        """Nobody is told through others."""

    def received(self, peer: PeerId, frame: Aside) -> None:
        if isinstance(frame, Through):
            self._signaled(peer, frame)
        elif isinstance(frame, Relayed) and frame.sender == peer:
            self._carry(peer, frame)

    def _signaled(self, peer: PeerId, frame: Through) -> None:
        if self._manager.live(peer) is None or not self._allows(peer):
            return
        sender, receiver = PeerId(frame.sender), PeerId(frame.receiver)
        if receiver == self._manager.me:
            if sender not in (receiver, peer):
                self._taken(sender, frame.payload)
        elif sender == peer and (other := self._link_to(receiver, peer, NEIGHBOURS)) is not None:
            other.send(frame)

    def _carry(self, peer: PeerId, frame: Relayed) -> None:
        """Hand on a datagram over links that are not carried themselves."""
        receiver = PeerId(frame.receiver)
        other = self._link_to(receiver, peer, RELAYS)
        if other is None or other.through is not None:
            return
        now = time.monotonic()
        if self._carriage.takes(peer, receiver, len(frame.datagram), now):
            other.send_lossy(frame)

    def _link_to(self, receiver: PeerId, sender: PeerId, feature: int) -> PeerLink | None:
        """Return the link to a receiver that shares an open room with the sender and us."""
        link, other = self._manager.live(sender), self._manager.live(receiver)
        if link is None or other is None or other is link or not other.features & feature:
            return None
        blocked = map(self._manager.contacts.is_blocked, (sender, receiver))
        return other if other.rooms & link.rooms and not any(blocked) else None

    def _allows(self, peer: PeerId) -> bool:
        """A carrier is held back like a sender: it may be one and the same flood."""
        allowance = self._allowances.pop(peer, None)
        allowance = allowance or Allowance(SIGNALS_AT_ONCE, SIGNALS_A_SECOND)
        self._allowances[peer] = allowance
        if len(self._allowances) > MAX_PEERS:
            del self._allowances[next(iter(self._allowances))]
        return allowance.spend(time.monotonic())
