"""The ways of a sealed signal: over a server, or over a member that both are linked with."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import AppError
from app.domain.ids import PeerId, to_text
from app.protocol.frames import NEIGHBOURS
from app.protocol.passing_frames import Through
from app.services.connection_manager import ConnectionManager
from app.services.neighbourhood import Neighbourhood
from app.services.peer_link import PeerLink
from app.services.signaling_hub import SignalingHub

MAX_CARRIERS = 3
"""So many members are asked in turn."""
MAX_TURNS = 1024
UNMEASURED = 0.5
"""How good a link counts that was not measured yet, 0..1."""


class SignalPaths:
    """Each further signal to somebody goes another way, for the last one may have been in vain."""

    def __init__(self, hub: SignalingHub, neighbourhood: Neighbourhood) -> None:
        self._hub = hub
        self.neighbourhood = neighbourhood
        self._turns: dict[PeerId, int] = {}
        self.far: Callable[[PeerId, bytes], bool] = lambda _peer, _payload: False

    def bind(self, manager: ConnectionManager) -> None:
        self._manager = manager

    def carriers(self, peer: PeerId, feature: int = NEIGHBOURS) -> list[PeerLink]:
        """Return the links to members that say they are linked with `peer`, the best first."""
        links = (self._manager.live(one) for one in self.neighbourhood.named_by(peer))
        fit = [
            link
            for link in links
            if link is not None
            and link.features & feature == feature
            and link.through is None
            and not self._manager.contacts.is_blocked(link.peer)
        ]
        return sorted(fit, key=_goodness, reverse=True)[:MAX_CARRIERS]

    async def send(self, peer: PeerId, payload: bytes) -> None:
        """Hand a payload to the next of the ways. Raises AppError("unreachable")."""
        carriers = self.carriers(peer)
        if not carriers and not self._hub.sees(peer) and self.far(peer, payload):
            return
        ways = [None, *carriers] if self._hub.sees(peer) or not carriers else carriers
        carrier = ways[self._turn(peer) % len(ways)]
        if carrier is None:
            try:
                await self._hub.send(peer, payload)
            except AppError:
                if not carriers:
                    raise
                carrier = carriers[0]
        if carrier is not None:
            carrier.send(Through(peer, self._manager.me, payload))

    async def send_over(self, carrier: PeerId, peer: PeerId, payload: bytes) -> None:
        """Hand a payload to one member. Raises AppError("unreachable")."""
        link = self._manager.live(carrier)
        if link is None or not link.features & NEIGHBOURS:
            raise AppError("unreachable", {"peer": to_text(peer), "reason": "no-carrier"})
        link.send(Through(peer, self._manager.me, payload))

    def _turn(self, peer: PeerId) -> int:
        turn = self._turns.pop(peer, -1) + 1
        self._turns[peer] = turn
        if len(self._turns) > MAX_TURNS:
            del self._turns[next(iter(self._turns))]
        return turn


def _goodness(link: PeerLink) -> float:
    return link.quality if link.quality is not None else UNMEASURED
