"""How much we hand on for others: so many pairs, and so many bytes a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.ids import PeerId
from app.services.allowance import Allowance

MAX_PAIRS = 16
IDLE = 30.0
"""Seconds after which a pair that says nothing counts no more."""
PAIR_BURST, PAIR_RATE = 512 * 1024, 256 * 1024
ALL_BURST, ALL_RATE = 1024 * 1024, 1024 * 1024


@dataclass(slots=True)
class _Pair:
    used: float
    allowance: Allowance = field(default_factory=lambda: Allowance(PAIR_BURST, PAIR_RATE))


class Carriage:
    """Times are seconds of one clock. `is_willing` tells whether we carry for anybody at all."""

    def __init__(self) -> None:
        self._pairs: dict[frozenset[PeerId], _Pair] = {}
        self._all = Allowance(ALL_BURST, ALL_RATE)
        self.is_willing: Callable[[], bool] = lambda: True
        self.carried = 0
        """Bytes since the start."""

    def takes(self, sender: PeerId, receiver: PeerId, size: int, now: float) -> bool:
        """Count a datagram; tell whether it is handed on."""
        if not self.is_willing():
            return False
        pair = self._pair(frozenset((sender, receiver)), now)
        if pair is None or not pair.allowance.spend(now, size) or not self._all.spend(now, size):
            return False
        self.carried += size
        return True

    def pairs(self, now: float) -> int:
        """Return how many pairs we carry for."""
        return sum(pair.used > now - IDLE for pair in self._pairs.values())

    def _pair(self, who: frozenset[PeerId], now: float) -> _Pair | None:
        pair = self._pairs.get(who)
        if pair is None:
            if len(self._pairs) >= MAX_PAIRS:
                self._pairs = {k: p for k, p in self._pairs.items() if p.used > now - IDLE}
            if len(self._pairs) >= MAX_PAIRS:
                return None
            pair = self._pairs[who] = _Pair(now)
        pair.used = now
        return pair
