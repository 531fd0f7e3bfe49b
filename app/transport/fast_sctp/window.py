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
    """Slow start, additive increase, halving over a round with losses; bytes are counted.

    With `flows` it grows and shrinks as so many of them do together: a loss halves but one.
    """

    flows = 1

    def __init__(self, fragment: int) -> None:
        self._fragment = fragment
        self._unhurt = self.flows
        """Flows that have not lost anything in this round."""
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
        is_new_round = ack.burst.at > self._recovering_since
        if is_new_round:
            self._unhurt = self.flows
        if ack.lost and self._unhurt:
            if is_new_round:
                self._recovering_since = ack.now
            self._shrink(min(-(-ack.lost // self._fragment), self._unhurt))
        elif not ack.burst.limited:
            self._grow(ack.delivered * self._unhurt)

    def collapsed(self) -> None:
        """See Window."""
        self._shrink(self.flows)
        self.size = MIN_FRAGMENTS * self._fragment

    def _notice(self, round_trip: float) -> None:
        if self._least is None or round_trip < self._least:
            self._least = round_trip
            if round_trip < LAN_ROUND_TRIP:
                self._threshold = min(self._threshold, LAN_WINDOW)

    def _shrink(self, flows: int) -> None:
        """Halve the share of so many flows."""
        self._unhurt = max(self._unhurt - flows, 0)
        left = self.size - self.size * flows // (2 * self.flows)
        self._threshold = max(left, MIN_FRAGMENTS * self._fragment)
        self.size = self._threshold
        self._gained = 0

    def _grow(self, delivered: int) -> None:
        if self.size < self._threshold:
            self.size = min(self.size + delivered // self.flows, MAX_WINDOW)
            return
        self._gained += delivered
        if self._gained >= self.size:
            self._gained -= self.size
            self.size = min(self.size + self._fragment, MAX_WINDOW)


class SeveralFlows(ClassicWindow):
    """Takes of a line what a browser's connections to one server take together.

    One flow halves at each loss and regains what it lost within as many round trips as its window
    has fragments: on a long line that loses a hundredth it carries next to nothing.
    """

    flows = 8
