"""The program's clocks: wall time that can be put right, and a steady one."""

from __future__ import annotations

import time
from collections.abc import Mapping

from app.domain.clock import agreed_offset_ms


class WallClock:
    """Unix milliseconds, corrected when server and peers agree that ours is wrong."""

    def __init__(self) -> None:
        self._offsets: dict[object, int] = {}
        self._correction = 0

    @property
    def correction_ms(self) -> int:
        return self._correction

    @property
    def offsets(self) -> Mapping[object, int]:
        """How far other clocks (by server's URL or peer) are ahead of our uncorrected one, ms."""
        return self._offsets

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self._correction

    def learn(self, source: object, offset_ms: int) -> None:
        """Note another clock's difference to our *uncorrected* one; the latest of each counts."""
        self._offsets[source] = offset_ms
        self._correction = agreed_offset_ms(self._offsets.values())

    def raw_ms(self) -> int:
        """The machine's own clock."""
        return time.time_ns() // 1_000_000
