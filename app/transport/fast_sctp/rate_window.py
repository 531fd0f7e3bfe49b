"""A window that follows the measured rate of delivery instead of taking every loss for congestion.

It estimates what the line carries (the best rate of the last rounds) and how long it is (the least
round-trip time), keeps a little more than their product under way, and paces. Losses count only
when a round has many.

Hence a setting: flows of this kind share a line evenly among themselves, and with classic ones
where the line has a queue of a round trip or two; where it loses packets anyway, or its queue is
shorter, they leave classic flows almost nothing.
"""

from __future__ import annotations

from collections import deque

from app.transport.fast_sctp.window import (
    FIRST_FRAGMENTS,
    LAN_ROUND_TRIP,
    LAN_WINDOW,
    MAX_WINDOW,
    MIN_FRAGMENTS,
    Ack,
    Burst,
)

GAIN = 1.35
PROBE_GAIN = 1.8
PROBE_EVERY = 6
"""Rounds; in one of them more is sent, to notice that the line carries more."""

START_PACE, PROBE_PACE, CRUISE_PACE = 2.0, 1.25, 1.05
REMEMBERED_ROUNDS = 10
REMEMBERED_SECONDS = 10.0
PLATEAU_GROWTH = 1.25
PLATEAU_ROUNDS = 3
QUEUED = 1.25
QUEUED_SECONDS = 0.004
QUEUED_ANSWERS = 8
"""So many answers in a row that took longer than the least tell that the line's queue fills."""

CROWDED = 0.1
CROWDED_FRAGMENTS = 8
BACKED_OFF = 0.85
SLACK_FRAGMENTS = 8


class RateWindow:
    """See the module and `window.Window`."""

    def __init__(self, fragment: int) -> None:
        self._fragment = fragment
        self.size = FIRST_FRAGMENTS * fragment
        self.pace = 0.0
        self._delivered = 0
        self._delivered_at = self._first_at = 0.0
        self._least: float | None = None
        self._least_at = 0.0
        self._late_answers = 0
        self._lan_window: float = LAN_WINDOW
        self._rates: deque[tuple[int, float]] = deque()
        self._round = 0
        self._round_ends = 0
        self._round_lost = self._round_delivered = 0
        self._starting = True
        self._plateau_rate = 0.0
        self._plateau_rounds = 0

    def leaving(self, now: float, *, idle: bool, limited: bool) -> Burst:
        """See Window."""
        if idle:
            self._delivered_at = self._first_at = now
        return Burst(now, self._delivered, self._delivered_at, self._first_at, limited)

    def acked(self, ack: Ack) -> None:
        """See Window."""
        self._delivered += ack.delivered
        self._delivered_at = ack.now
        self._first_at = ack.burst.at
        self._round_delivered += ack.delivered
        self._round_lost += ack.lost
        self._notice(ack)
        if ack.burst.delivered >= self._round_ends:
            self._end_round(limited=ack.burst.limited)
        self._measure(ack)
        self._follow(ack.delivered)

    def collapsed(self) -> None:
        """See Window."""
        self.size = MIN_FRAGMENTS * self._fragment

    @property
    def rate(self) -> float:
        """What the line carries, in bytes a second; 0 while that is unknown."""
        return self._rates[0][1] if self._rates else 0.0

    @property
    def _is_lan(self) -> bool:
        return self._least is None or self._least < LAN_ROUND_TRIP

    @property
    def _probing(self) -> bool:
        return self._round % PROBE_EVERY == 0

    def _notice(self, ack: Ack) -> None:
        if ack.round_trip is None:
            return
        old = ack.now - self._least_at > REMEMBERED_SECONDS
        if self._least is None or ack.round_trip <= self._least or old:
            self._least, self._least_at = max(ack.round_trip, 1e-6), ack.now
        late = ack.round_trip > QUEUED * self._least + QUEUED_SECONDS
        self._late_answers = self._late_answers + 1 if late else 0
        if self._late_answers >= QUEUED_ANSWERS:
            self._starting = False

    def _measure(self, ack: Ack) -> None:
        elapsed = max(ack.now - ack.burst.delivered_at, ack.burst.at - ack.burst.first_at, 1e-6)
        rate = (self._delivered - ack.burst.delivered) / elapsed
        if ack.burst.limited and rate < self.rate:
            return
        while self._rates and self._rates[-1][1] <= rate:
            self._rates.pop()
        self._rates.append((self._round, rate))

    def _end_round(self, *, limited: bool) -> None:
        total = self._round_lost + self._round_delivered
        overflowing = self._round_lost > max(CROWDED * total, CROWDED_FRAGMENTS * self._fragment)
        crowded = overflowing and not self._is_lan
        if self._is_lan:
            self._fit_lan(overflowing=overflowing)
        self._round += 1
        self._round_ends = self._delivered
        self._round_lost = self._round_delivered = 0
        if self._starting:
            self._look_for_plateau(crowded=crowded, limited=limited)
        elif crowded:
            self._rates = deque((number, rate * BACKED_OFF) for number, rate in self._rates)
        while len(self._rates) > 1 and self._rates[0][0] < self._round - REMEMBERED_ROUNDS:
            self._rates.popleft()

    def _fit_lan(self, *, overflowing: bool) -> None:
        """Find what the remote end's socket buffer takes, which may be less than usual."""
        fitting = self._lan_window * BACKED_OFF if overflowing else self._lan_window + 1
        self._lan_window = min(LAN_WINDOW, max(fitting, MIN_FRAGMENTS * self._fragment))

    def _look_for_plateau(self, *, crowded: bool, limited: bool) -> None:
        if self.rate > self._plateau_rate * PLATEAU_GROWTH:
            self._plateau_rate, self._plateau_rounds = self.rate, 0
        elif not limited:
            self._plateau_rounds += 1
        self._starting = self._plateau_rounds < PLATEAU_ROUNDS and not crowded

    def _follow(self, delivered: int) -> None:
        grown = min(self.size + delivered, MAX_WINDOW)
        if self._least is None:
            self.size = grown
        elif self._starting:
            self.size = min(grown, int(self._lan_window)) if self._is_lan else grown
        else:
            gain = PROBE_GAIN if self._probing else GAIN
            target = int(gain * self.rate * self._least) + SLACK_FRAGMENTS * self._fragment
            self.size = min(grown, max(target, int(self._lan_window)) if self._is_lan else target)
        self.pace = self._pace_for(self._least)

    def _pace_for(self, least: float | None) -> float:
        """Spread over a round trip: while starting all of the window, later what the line carries.

        A few bytes of a channel being set up show a rate of next to nothing, which must not last.
        """
        if least is None or self._is_lan:
            return 0.0
        if self._starting:
            return START_PACE * self.size / least
        floor = FIRST_FRAGMENTS * self._fragment / least
        return max(floor, self.rate * (PROBE_PACE if self._probing else CRUISE_PACE))
