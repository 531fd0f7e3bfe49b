"""How many connections one address may hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container


class ConnectionGate:
    """Counts what is open: `open` in all, and for each address."""

    def __init__(self, total: int, per_address: int, exempt: Container[str] = ()) -> None:
        """`exempt` are addresses that stand for many, like a proxy's."""
        self._total = total
        self._per_address = per_address
        self._exempt = exempt
        self._open: Counter[str] = Counter()
        self.open = 0

    def admit(self, address: str) -> bool:
        """Let one more in, or return False. Each one admitted is released once."""
        crowded = self._open[address] >= self._per_address and address not in self._exempt
        if self.open >= self._total or crowded:
            return False
        self._open[address] += 1
        self.open += 1
        return True

    def release(self, address: str) -> None:
        """Take back one that was admitted."""
        self.open -= 1
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]
