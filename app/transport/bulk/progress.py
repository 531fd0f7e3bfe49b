"""How far something is and how fast it goes, told ten times a second at most."""

from __future__ import annotations

from collections import deque

EVERY = 0.1
OVER = 2.0
"""Seconds that a rate is measured over."""


class Meter:
    """Watches a growing count of bytes."""

    def __init__(self) -> None:
        self._told: int | None = None
        self._marks: deque[tuple[float, int]] = deque()

    def news(self, done: int, now: float) -> float | None:
        """Return the rate in bytes a second if it is time to tell of a change, else None."""
        if done == self._told or (self._marks and now - self._marks[-1][0] < EVERY):
            return None
        self._told = done
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > OVER:  # noqa: PLR2004 - a span
            self._marks.popleft()
        begun, before = self._marks[0]
        return max(done - before, 0) / (now - begun) if now > begun else 0.0
