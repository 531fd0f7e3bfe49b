"""Is the other end of a link alive, and how far is it.

A ping goes out every 4 s; a link from which nothing at all came for 12 s is dead, one that is
doubted because the network changed sooner.
"""

from __future__ import annotations

from app.protocol.frames import Ping, Pong

PING_EVERY = 4.0
DEAD_AFTER = 12.0
_SMOOTHING = 0.25
_KEPT_PINGS = 8


class Heartbeat:
    """Times are seconds of any steady clock."""

    def __init__(self, now: float) -> None:
        self._heard = now
        self._next_ping = now
        self._doubted = float("inf")
        self._token = 0
        self._pings: dict[int, float] = {}
        self._answered = 0
        self.rtt_ms: float | None = None

    @property
    def deadline(self) -> float:
        """When `tick` has to be called next."""
        return min(self._next_ping, self._heard + DEAD_AFTER, self._doubted)

    @property
    def loss(self) -> float:
        """The fraction of recent pings that were not answered, 0..1."""
        overdue = max(len(self._pings) - 1, 0)
        return overdue / (overdue + self._answered) if overdue else 0.0

    def heard(self, now: float) -> None:
        """Anything arrived."""
        self._heard = now
        self._doubted = float("inf")

    def doubt(self, now: float, patience: float) -> None:
        """Ping at once; if nothing at all comes within `patience` seconds the link is dead."""
        self._next_ping = now
        self._doubted = min(self._doubted, now + patience)

    def is_dead(self, now: float) -> bool:
        return now >= min(self._heard + DEAD_AFTER, self._doubted)

    def tick(self, now: float) -> Ping | None:
        """Return the ping to send now, if one is due."""
        if now < self._next_ping:
            return None
        self._next_ping = now + PING_EVERY
        self._token = (self._token + 1) & 0xFFFFFFFF
        self._pings[self._token] = now
        if len(self._pings) > _KEPT_PINGS:
            del self._pings[next(iter(self._pings))]
        return Ping(self._token)

    def pong(self, frame: Pong, now: float) -> None:
        """Measure with the answer to one of our pings; anything else is ignored."""
        sent = self._pings.pop(frame.token, None)
        if sent is None:
            return
        self._answered = min(self._answered + 1, _KEPT_PINGS)
        sample = (now - sent) * 1000.0
        last = self.rtt_ms if self.rtt_ms is not None else sample
        self.rtt_ms = last + (sample - last) * _SMOOTHING
