"""Keeps a screen reader from being told the same progress again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

PAUSE_S = 1.0


class Steady:
    """Lets a text change at most once a second as long as its state stays the same."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[Hashable, tuple[object, str, float]] = {}

    def text(self, key: Hashable, state: object, text: str) -> str:
        """Return `text`, or the one before if that is less than a second old."""
        now = self._clock()
        known = self._last.get(key)
        if known is not None and known[0] == state and now - known[2] < PAUSE_S:
            return known[1]
        if known is None or known[:2] != (state, text):
            self._last[key] = (state, text, now)
        return text
