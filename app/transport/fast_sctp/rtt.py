"""How long an answer takes, and from it how long to wait for one."""

from __future__ import annotations

MIN_WAIT = 0.025
MAX_WAIT = 2.0
FIRST_WAIT = 0.5
_MIN_SPREAD = 0.01


class RoundTrip:
    """The smoothed round-trip time (RFC 6298) and the probe timeout that follows from it."""

    __slots__ = ("_failures", "_spread", "smoothed")

    def __init__(self) -> None:
        self.smoothed: float | None = None
        self._spread = 0.0
        self._failures = 0

    def measured(self, seconds: float) -> None:
        """Take one measurement."""
        if self.smoothed is None:
            self.smoothed, self._spread = seconds, seconds / 2
            return
        self._spread += (abs(self.smoothed - seconds) - self._spread) / 4
        self.smoothed += (seconds - self.smoothed) / 8

    def answered(self) -> None:
        """Something new was acknowledged: waiting starts over."""
        self._failures = 0

    def failed(self) -> int:
        """Nothing came in time. Returns how often that was in a row."""
        self._failures += 1
        return self._failures

    @property
    def wait(self) -> float:
        """Seconds without an answer after which it is worth to probe."""
        base = FIRST_WAIT
        if self.smoothed is not None:
            base = max(MIN_WAIT, self.smoothed + max(4 * self._spread, _MIN_SPREAD))
        return float(min(MAX_WAIT, base * 2**self._failures))
