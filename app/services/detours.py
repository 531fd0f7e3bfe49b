"""Members as ways to others: who may carry, and how a link over them begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.ids import PeerId
from app.protocol.frames import NEIGHBOURS, RELAYS
from app.services.carried_paths import CarriedPaths
from app.services.signal_paths import SignalPaths
from app.transport.base import Datagrams


class Detours:
    """Implements `Bypass`. `may_carry` tells of a member whether it is known to be unwilling."""

    def __init__(self, paths: SignalPaths, carried: CarriedPaths) -> None:
        self._paths = paths
        self._carried = carried
        self.may_carry: Callable[[PeerId], bool] = lambda _peer: True

    def carriers(self, peer: PeerId) -> Sequence[PeerId]:
        """Return who is linked with us and with `peer` and may carry, the best first."""
        links = self._paths.carriers(peer, NEIGHBOURS | RELAYS)
        return [link.peer for link in links if self.may_carry(link.peer)]

    @property
    def open(self) -> int:
        """How many ways over members end here."""
        return len(self._carried)

    def begin(self, peer: PeerId, carrier: PeerId, number: bytes) -> Datagrams:
        """Raises AppError("unreachable")."""
        return self._carried.begin(peer, carrier, number)

    async def send_over(self, carrier: PeerId, peer: PeerId, payload: bytes) -> None:
        """Raises AppError("unreachable")."""
        await self._paths.send_over(carrier, peer, payload)
