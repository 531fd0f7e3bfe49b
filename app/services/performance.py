"""Counts and times what happens, for people who want to know; nothing is ever sent anywhere."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from app.domain.changes import (
    Change,
    ErrorRaised,
    LinkChanged,
    LinkState,
    MessagesAdded,
    ServerChanged,
    ServerState,
    StatusChanged,
)
from app.domain.files import TransferChanged, TransferState, TransferView
from app.domain.ids import EventId, PeerId
from app.domain.views import MessageState
from app.services.attempts import Attempt
from app.services.network_api import Measurements
from app.services.performance_tally import RATE, Kept, Tally

MAX_WAITING = 10_000

Key = TypeVar("Key")


class PerformanceMonitor:
    """A listener of the feed. `now` is a steady clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._started = now()
        self._run = Tally()
        self._before = Kept(time.time_ns() // 1_000_000)
        self._waiting: OrderedDict[EventId, float] = OrderedDict()
        self._attempts: OrderedDict[PeerId, float] = OrderedDict()
        self._lost: OrderedDict[PeerId, float] = OrderedDict()
        self._moving: OrderedDict[EventId, tuple[float, int]] = OrderedDict()

    def heard(self, change: Change) -> None:
        """Take a change of the feed."""
        match change:
            case MessagesAdded(_, messages):
                for view in messages:
                    self._run.count("messages_sent" if view.own else "messages_received")
                    if view.own:
                        _remember(self._waiting, view.event, self._now())
            case StatusChanged(_, events, MessageState.DELIVERED, _):
                for event in events:
                    self._delivered(event)
            case LinkChanged():
                self._link(change)
            case ServerChanged():
                self._server(change)
            case TransferChanged(view):
                self._transfer(view)
            case ErrorRaised(code, _):
                self._run.count(f"errors.{code}")
            case _:
                return

    def answered(self, ms: float) -> None:
        """A server has answered a request after `ms` milliseconds."""
        self._run.add("server_rtt_ms", ms)

    def attempted(self, attempt: Attempt) -> None:
        """One way to a peer was tried."""
        self._run.count(f"attempts.{attempt.way}")
        if attempt.outcome:
            self._run.count(f"attempt_failures.{attempt.way}.{attempt.stage or 'unknown'}")
        else:
            self._run.add(f"attempt_ms.{attempt.way}", attempt.took_ms)

    def _delivered(self, event: EventId) -> None:
        self._run.count("deliveries")
        written = self._waiting.pop(event, None)
        if written is not None:
            self._run.add("delivery_ms", (self._now() - written) * 1000)

    def _link(self, change: LinkChanged) -> None:
        if change.state is LinkState.CONNECTING:
            _remember(self._attempts, change.peer, self._now())
            return
        begun = self._attempts.pop(change.peer, None)
        if change.state is LinkState.ONLINE:
            self._opened(change, begun)
        elif begun is None:
            self._run.count("links_closed")
            _remember(self._lost, change.peer, self._now())
        else:
            self._run.count("link_failures")
            self._run.count(f"link_failures.{change.reason or 'unknown'}")

    def _opened(self, change: LinkChanged, begun: float | None) -> None:
        way = change.route or "unknown"
        self._run.count("links_opened")
        self._run.count(f"links_opened.{way}")
        if begun is not None:
            took = (self._now() - begun) * 1000
            self._run.add("connect_ms", took)
            self._run.add(f"connect_ms.{way}", took)
        lost = self._lost.pop(change.peer, None)
        if lost is not None:
            self._run.count("reconnections")
            self._run.add("reconnect_ms", (self._now() - lost) * 1000)

    def _server(self, change: ServerChanged) -> None:
        if change.state is ServerState.ONLINE:
            self._run.count("server_connections")
        elif change.state is ServerState.OFFLINE and change.reason:
            self._run.count(f"server_failures.{change.reason}")

    def _transfer(self, view: TransferView) -> None:
        """Time what we fetch, from its first bytes of this run to its end."""
        if view.own:
            return
        if view.state is TransferState.RUNNING:
            if view.transfer not in self._moving:
                _remember(self._moving, view.transfer, (self._now(), view.done))
            return
        began = self._moving.pop(view.transfer, None)
        if view.state is TransferState.FAILED:
            self._run.count(f"transfer_failures.{view.reason or 'unknown'}")
        if began is None or view.state is not TransferState.DONE:
            return
        self._run.count("transfers_done")
        took, moved = self._now() - began[0], view.done - began[1]
        if took > 0 and moved > 0:
            lane = view.lane.value if view.lane is not None else "unknown"
            self._run.add(f"{RATE}.{lane}", moved / took / 1000)

    # -- all runs

    def resume(self, before: Kept) -> None:
        """Go on from what earlier runs have kept."""
        self._before = before

    def kept(self) -> Kept:
        """Return the sum of all runs."""
        return self._all().kept(self._before.since)

    def reset(self) -> None:
        """Begin to count anew."""
        self._run = Tally()
        self._before = Kept(time.time_ns() // 1_000_000)

    def measurements(self) -> Measurements:
        uptime = self._now() - self._started
        whole = self._all().measured()
        return Measurements(uptime, self._before.since, self._run.measured(), whole)

    def _all(self) -> Tally:
        whole = Tally()
        whole.absorb(self._before)
        whole.absorb(self._run.kept(0))
        return whole


Value = TypeVar("Value")


def _remember(known: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    known[key] = value
    if len(known) > MAX_WAITING:
        known.popitem(last=False)
