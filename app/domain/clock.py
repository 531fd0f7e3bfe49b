"""Hybrid logical clock: wall time that never runs backwards against what was seen.

Kulkarni et al., "Logical Physical Clocks" (2014), packed into 63 bits: 47 bits of Unix
milliseconds, then a 16-bit counter.
"""

from __future__ import annotations

from collections.abc import Iterable

COUNTER_BITS = 16
MAX_HLC = (1 << 63) - 1
"""The largest stamp an event may carry; the clock stays storable as a signed 64-bit number."""
MAX_AHEAD_MS = 10 * 60 * 1000
"""How far ahead of our clock an event may be before it is held back."""


def compose(ms: int, counter: int = 0) -> int:
    """Return the clock value of Unix time `ms` and `counter` (0..65535)."""
    return (ms << COUNTER_BITS) | counter


def physical_ms(hlc: int) -> int:
    """Return the Unix milliseconds in a clock value."""
    return hlc >> COUNTER_BITS


def is_far_future(hlc: int, now_ms: int) -> bool:
    """Tell whether an event stamped `hlc` has to wait before it may be shown."""
    return physical_ms(hlc) > now_ms + MAX_AHEAD_MS


class HybridClock:
    """Stamps local events after everything seen so far, whatever the wall clock does."""

    def __init__(self, last: int = 0) -> None:
        self._last = last

    @property
    def last(self) -> int:
        return self._last

    def tick(self, now_ms: int) -> int:
        """Return a stamp for a new event, greater than every plausible one so far.

        A last stamp that lies in the far future (our own clock was wrong) is forgotten.
        """
        if is_far_future(self._last, now_ms):
            self._last = 0
        self._last = min(max(self._last + 1, compose(max(now_ms, 0))), MAX_HLC)
        return self._last

    def observe(self, hlc: int, now_ms: int) -> None:
        """Take note of a stamp from elsewhere; one in the far future does not move us."""
        if not is_far_future(hlc, now_ms):
            self._last = max(self._last, hlc)


def agreed_offset_ms(offsets: Iterable[int]) -> int:
    """Return by how much to correct our clock, given others' clocks minus ours.

    The median of all clocks, ours included, decides, so one wrong clock (or a lying server) among
    three moves nobody. Of two middle ones the earlier counts: a stamp that is early still follows
    all that was seen, one that is late would be held back by others. Differences under
    MAX_AHEAD_MS are left alone.
    """
    clocks = sorted([0, *offsets])
    median = clocks[(len(clocks) - 1) // 2]
    return median if abs(median) > MAX_AHEAD_MS else 0
