"""What decides how many bytes may be under way: the classic window of RFC 9260."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

LAN_ROUND_TRIP = 0.003
LAN_WINDOW = 192 * 1024
"""Bytes. More overflows the socket buffer that a system grants without privileges."""

MAX_WINDOW = 8 * 1024 * 1024
FIRST_FRAGMENTS = 10
MIN_FRAGMENTS = 4


@dataclass(frozen=True, slots=True)
class Burst:
    """When fragments left, and how far delivery had come by then."""

    at: float
    delivered: int
    delivered_at: float
    first_at: float
    limited: bool
    """There was less to send than the window would have let through."""


class Ack(NamedTuple):
    """What one acknowledgement told. Sizes in bytes, times in seconds."""

    now: float
    delivered: int
    lost: int
    round_trip: float | None
    burst: Burst
    """The last one of which something was delivered now."""


class Window(Protocol):
    """Congestion control. `size` is in bytes, `pace` in bytes a second or 0 for unpaced."""

    size: int
    pace: float

    def leaving(self, now: float, *, idle: bool, limited: bool) -> Burst:
        """Note that fragments leave; `idle`: nothing was under way before."""
        ...

    def acked(self, ack: Ack) -> None:
        """Follow an acknowledgement of something new."""
        ...

    def collapsed(self) -> None:
        """Follow that nothing gets through any more."""
        ...


class ClassicWindow:
    """Slow start, additive increase, halving over a round with losses; bytes are counted."""

    def __init__(self, fragment: int) -> None:
        self._fragment = fragment
        self.size = FIRST_FRAGMENTS * fragment
        self.pace = 0.0
        self._threshold = MAX_WINDOW
        self._recovering_since = -1.0
        self._limited = False
        self._gained = 0
        self._least: float | None = None

    def leaving(self, now: float, *, idle: bool, limited: bool) -> Burst:  # noqa: ARG002 - theirs
        """See Window."""
        return Burst(now, 0, now, now, limited)

    def acked(self, ack: Ack) -> None:
        """See Window."""
        if ack.round_trip is not None:
            self._notice(ack.round_trip)
        if ack.lost and ack.burst.at > self._recovering_since:
            self._recovering_since = ack.now
            self._halve()
        elif not ack.burst.limited and ack.burst.at > self._recovering_since:
            self._grow(ack.delivered)

    def collapsed(self) -> None:
        """See Window."""
        self._halve()
        self.size = MIN_FRAGMENTS * self._fragment

    def _notice(self, round_trip: float) -> None:
        if self._least is None or round_trip < self._least:
            self._least = round_trip
            if round_trip < LAN_ROUND_TRIP:
                self._threshold = min(self._threshold, LAN_WINDOW)

    def _halve(self) -> None:
        self._threshold = max(self.size // 2, MIN_FRAGMENTS * self._fragment)
        self.size = self._threshold
        self._gained = 0

    def _grow(self, delivered: int) -> None:
        if self.size < self._threshold:
            self.size = min(self.size + delivered, MAX_WINDOW)
            return
        self._gained += delivered
        if self._gained >= self.size:
            self._gained -= self.size
            self.size = min(self.size + self._fragment, MAX_WINDOW)
