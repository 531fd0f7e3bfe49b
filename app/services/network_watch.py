"""Notices that the machine has moved or slept, and has everything tried at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.changes import NetworkChanged
from app.services.connection_manager import ConnectionManager
from app.services.feed import Feed
from app.services.signaling_hub import SignalingHub

LOOK_EVERY = 2.0
SLEPT = 10.0
"""Seconds that are missing between two looks, by either clock, after which the machine slept."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Surroundings:
    """What a look saw last. Times are seconds; `wall` goes on while the machine sleeps."""

    own: frozenset[str]
    steady: float
    wall: float

    def look(self, own: frozenset[str], steady: float, wall: float) -> NetworkChanged | None:
        """Return what has changed since the last look, if anything has."""
        lost, found = bool(self.own - own), bool(own - self.own)
        passed = max(steady - self.steady, wall - self.wall)
        slept = passed > LOOK_EVERY + SLEPT
        self.own, self.steady, self.wall = own, steady, wall
        return NetworkChanged(lost, found, slept) if lost or found or slept else None


class NetworkWatch:
    """`addresses` are those of this machine now, without loopback where there are others."""

    def __init__(
        self,
        addresses: Callable[[], Iterable[str]],
        hub: SignalingHub,
        manager: ConnectionManager,
        feed: Feed,
    ) -> None:
        self._addresses = addresses
        self._hub = hub
        self._manager = manager
        self._feed = feed

    async def run(self) -> None:
        """Watch until cancelled."""
        seen = Surroundings(self._own(), time.monotonic(), time.time())
        while True:
            await asyncio.sleep(LOOK_EVERY)
            change = seen.look(self._own(), time.monotonic(), time.time())
            if change is not None:
                log.info("the network changed: %s", change)
                self.changed(change)

    def changed(self, change: NetworkChanged) -> None:
        """Try everything at once that may be otherwise now."""
        if change.is_break:
            own = self._own()
            for link in self._manager.links():
                link.check(own)
            self._hub.soon(self._hub.renew())
        else:
            self._hub.try_now()
        self._manager.try_now()
        self._feed.publish(change)

    def _own(self) -> frozenset[str]:
        return frozenset(self._addresses())
