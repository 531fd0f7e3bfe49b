"""How good a link is: losses both ways, bytes a second, and one number to compare links by.

Beside the heartbeat, a probe goes out every 4 s on the lane that may lose it: a `Ping` with the top
bit set, numbered. Its `Pong` comes on the other lane, so an answer that is missing was lost on the
way out; a number that is missing among the peer's probes was lost on the way in.
"""

from __future__ import annotations

from collections import deque

from app.protocol.frames import Ping, Pong

PROBE_EVERY = 4.0
LOST_AFTER = 8.0
WINDOW = 32
MIN_PROBES = 4
PROBE = 0x80000000
_NUMBERS = 0x7FFFFFFF
_SMOOTHING = 0.25
_STEADY_AFTER = 600.0


class QualityMeter:
    """Times are seconds of any steady clock. `sent` and `received` are to be counted up."""

    def __init__(self, now: float) -> None:
        self.sent = 0
        self.received = 0
        self.rate_out = 0.0
        self.rate_in = 0.0
        self._opened = now
        self._next = now + PROBE_EVERY / 2
        self._number = 0
        self._flying: dict[int, float] = {}
        self._outcomes: deque[bool] = deque(maxlen=WINDOW)
        self._latest = -1
        self._arrived: deque[bool] = deque(maxlen=WINDOW)
        self._sampled = (now, 0, 0)
        self.jitter_ms: float | None = None
        self._last_rtt: float | None = None

    @property
    def deadline(self) -> float:
        """When `tick` has to be called next."""
        return self._next

    def tick(self, now: float) -> Ping | None:
        """Return the probe to send now on the unreliable lane, if one is due."""
        if now < self._next:
            return None
        self._next = now + PROBE_EVERY
        self._sample(now)
        for number in [n for n, at in self._flying.items() if now - at > LOST_AFTER]:
            del self._flying[number]
            self._outcomes.append(False)
        self._number = (self._number + 1) & _NUMBERS
        self._flying[self._number] = now
        return Ping(PROBE | self._number)

    def _sample(self, now: float) -> None:
        at, sent, received = self._sampled
        passed = max(now - at, 1e-3)
        self.rate_out = (self.sent - sent) / passed
        self.rate_in = (self.received - received) / passed
        self._sampled = (now, self.sent, self.received)

    def pong(self, frame: Pong, now: float) -> bool:
        """Take an answer; tell whether it is one to a probe, and not to the heartbeat."""
        if not frame.token & PROBE:
            return False
        sent = self._flying.pop(frame.token & _NUMBERS, None)
        if sent is not None:
            self._outcomes.append(True)
            self._vary((now - sent) * 1000.0)
        return True

    def _vary(self, rtt: float) -> None:
        if self._last_rtt is not None:
            sample = abs(rtt - self._last_rtt)
            last = self.jitter_ms if self.jitter_ms is not None else sample
            self.jitter_ms = last + (sample - last) * _SMOOTHING
        self._last_rtt = rtt

    def pinged(self, frame: Ping) -> None:
        """Take the peer's ping, which counts if it is a probe."""
        if not frame.token & PROBE:
            return
        number = frame.token & _NUMBERS
        missed = number - self._latest - 1
        if self._latest >= 0 and missed < 0:
            return  # late: it counts as lost
        if self._latest >= 0:
            self._arrived.extend([False] * min(missed, WINDOW))
        self._arrived.append(True)
        self._latest = number

    @property
    def loss_out(self) -> float:
        """The share of our recent probes that got lost, 0..1."""
        return _share(self._outcomes)

    @property
    def loss_in(self) -> float:
        """The share of the peer's recent probes that got lost, 0..1."""
        return _share(self._arrived)

    def quality(self, rtt_ms: float | None, now: float) -> float | None:
        """Return `score` of the link, None before it was measured."""
        if rtt_ms is None:
            return None
        loss = max(self.loss_in, self.loss_out)
        return score(rtt_ms, loss, self.jitter_ms or 0.0, now - self._opened)


def _share(outcomes: deque[bool]) -> float:
    return outcomes.count(False) / len(outcomes) if len(outcomes) >= MIN_PROBES else 0.0


def score(rtt_ms: float, loss: float, jitter_ms: float = 0.0, uptime_s: float = 0.0) -> float:
    """Return how good a link is, 0..1.

    Half at 200 ms (half of the jitter counts too), half at 10 % loss, and up to a fifth more for
    having been up for ten minutes: what has held will hold.
    """
    quick = 200.0 / (200.0 + rtt_ms + jitter_ms / 2)
    whole = (1.0 - min(max(loss, 0.0), 1.0)) ** 6.6
    steady = 0.8 + 0.2 * min(max(uptime_s, 0.0) / _STEADY_AFTER, 1.0)
    return float(quick * whole * steady)
