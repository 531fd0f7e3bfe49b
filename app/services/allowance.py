"""So many at once, and then so many a second."""

from __future__ import annotations


class Allowance:
    """Times are seconds of one clock."""

    def __init__(self, at_once: float, a_second: float) -> None:
        self._most = self._left = at_once
        self._rate = a_second
        self._at: float | None = None

    def spend(self, now: float, amount: float = 1) -> bool:
        """Take one, or so many; tell whether there were that many left."""
        since = now - self._at if self._at is not None else 0.0
        self._at = now
        self._left = min(self._left + since * self._rate, self._most)
        if self._left < amount:
            return False
        self._left -= amount
        return True
