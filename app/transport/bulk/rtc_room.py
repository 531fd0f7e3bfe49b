"""How much memory all lanes over WebRTC may take together, and which share of it is one lane's."""

from __future__ import annotations

INWARD = 16 * 1024 * 1024
"""Bytes that may wait for readers, over all lanes."""
OUTWARD = 8 * 1024 * 1024
"""Bytes that may wait to be sent."""
MOST_IN = 4 * 1024 * 1024
MOST_OUT = 1024 * 1024
LEAST = 128 * 1024
"""A lane gets that much however many there are."""


class RtcRoom:
    """Counts lanes. Changed on the loop, read anywhere."""

    def __init__(self) -> None:
        self._lanes = 0

    def enter(self) -> None:
        self._lanes += 1

    def leave(self) -> None:
        self._lanes -= 1

    @property
    def inward(self) -> int:
        """What may wait for the reader of one lane, in bytes."""
        return max(LEAST, min(MOST_IN, INWARD // max(self._lanes, 1)))

    @property
    def outward(self) -> int:
        """What may wait to be sent on one lane, in bytes."""
        return max(LEAST, min(MOST_OUT, OUTWARD // max(self._lanes, 1)))
