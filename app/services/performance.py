"""Counts and times what happens, for people who want to know; nothing is ever sent anywhere."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter, OrderedDict
from typing import Any

from app.domain.changes import (
    Change,
    LinkChanged,
    LinkState,
    MessagesAdded,
    ServerChanged,
    ServerState,
    StatusChanged,
)
from app.domain.ids import EventId, PeerId
from app.domain.views import MessageState

BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000)
MAX_WAITING = 10_000


class Histogram:
    """Durations in milliseconds by upper bound; the last bucket is open."""

    def __init__(self) -> None:
        self._buckets = [0] * (len(BOUNDS_MS) + 1)
        self._sum = 0.0

    def add(self, ms: float) -> None:
        self._buckets[bisect_left(BOUNDS_MS, ms)] += 1
        self._sum += ms

    def report(self) -> dict[str, Any]:
        return {
            "count": sum(self._buckets),
            "sum_ms": round(self._sum, 3),
            "bounds_ms": list(BOUNDS_MS),
            "buckets": list(self._buckets),
        }


class PerformanceMonitor:
    """A listener of the feed."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._counters: Counter[str] = Counter()
        self._delivery = Histogram()
        self._connecting = Histogram()
        self._waiting: OrderedDict[EventId, float] = OrderedDict()
        self._attempts: dict[PeerId, float] = {}

    def heard(self, change: Change) -> None:
        """Take a change of the feed."""
        match change:
            case MessagesAdded(_, messages):
                for view in messages:
                    self._counters["messages_sent" if view.own else "messages_received"] += 1
                    if view.own:
                        self._wait(view.event)
            case StatusChanged(_, events, MessageState.DELIVERED, _):
                for event in events:
                    self._delivered(event)
            case LinkChanged(peer, state):
                self._link(peer, state)
            case ServerChanged(_, ServerState.ONLINE):
                self._counters["server_connections"] += 1
            case _:
                return

    def _wait(self, event: EventId) -> None:
        self._waiting[event] = time.monotonic()
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)

    def _delivered(self, event: EventId) -> None:
        self._counters["deliveries"] += 1
        written = self._waiting.pop(event, None)
        if written is not None:
            self._delivery.add((time.monotonic() - written) * 1000)

    def _link(self, peer: PeerId, state: LinkState) -> None:
        if state is LinkState.CONNECTING:
            self._attempts[peer] = time.monotonic()
            return
        begun = self._attempts.pop(peer, None)
        if state is LinkState.ONLINE:
            self._counters["links_opened"] += 1
            if begun is not None:
                self._connecting.add((time.monotonic() - begun) * 1000)
        else:
            self._counters["links_closed" if begun is None else "link_failures"] += 1

    def report(self) -> dict[str, Any]:
        """Return counters and histograms as plain values."""
        return {
            "uptime_s": round(time.monotonic() - self._started, 3),
            "counters": dict(self._counters),
            "histograms": {
                "delivery_ms": self._delivery.report(),
                "connect_ms": self._connecting.report(),
            },
        }
