"""The state of the server at one moment, as the HTTP side tells it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from signaling.hub import SignalingHub
from signaling.protocol import PROTOCOL_VERSION
from signaling.tally import Tally

ROOM_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Upper bounds of the classes in which rooms are counted by how many are in them."""


class Snapshots:
    """Everything here is a count; no id, name or address leaves it."""

    def __init__(self, hub: SignalingHub, tally: Tally, connections: Callable[[], int]) -> None:
        self.tally = tally
        self._hub = hub
        self._connections = connections
        self._since = time.time()
        self._started = time.monotonic()

    def health(self) -> dict[str, Any]:
        """Return what anybody may know."""
        return {
            "status": "ok",
            "version": PROTOCOL_VERSION,
            "uptime": self.uptime,
            "peers": self.peers,
        }

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return round(time.monotonic() - self._started, 3)

    @property
    def peers(self) -> int:
        """How many are connected and have shown who they are."""
        return len(self._hub.registry.peers)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return self._connections()

    @property
    def listed(self) -> int:
        """How many are in the directory."""
        return len(self._hub.directory)

    @property
    def cluster(self) -> dict[str, Any] | None:
        """What all servers behind the address have together; None for one alone."""
        census = self._hub.elsewhere.census()
        if census is None:
            return None
        return {**census, "rooms": len(self._hub.rooms), "listed": self.listed}

    @property
    def is_cut_off(self) -> bool:
        """Whether the other servers behind the address cannot be reached."""
        census = self._hub.elsewhere.census()
        return census is not None and not census["connected"]

    def stats(self) -> dict[str, Any]:
        """Return what administrators see."""
        tally = self.tally
        return {
            "version": PROTOCOL_VERSION,
            "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._since)),
            "uptime": self.uptime,
            "connections": self.connections,
            "peers": self.peers,
            "rooms": len(self._hub.rooms),
            "listed": self.listed,
            "opened": tally.opened,
            "authenticated": tally.authenticated,
            "dropped": tally.dropped,
            "requests": dict(sorted(tally.requests.items())),
            "refusals": dict(sorted(tally.refusals.items())),
            "failures": tally.failures,
            "relayed": {"signals": tally.relayed, "bytes": tally.relayed_bytes},
            "cluster": self.cluster,
            "seconds": {"p50": tally.seconds.quantile(0.5), "p99": tally.seconds.quantile(0.99)},
        }

    def rooms(self) -> dict[str, Any]:
        """Return how many rooms there are of each size."""
        sizes = self._hub.rooms.sizes()
        classes = [
            {"up_to": bound, "rooms": sum(low < size <= bound for size in sizes)}
            for low, bound in zip((0, *ROOM_SIZES), ROOM_SIZES, strict=False)
        ]
        larger = sum(size > ROOM_SIZES[-1] for size in sizes)
        return {
            "rooms": len(sizes),
            "memberships": sum(sizes),
            "largest": max(sizes, default=0),
            "sizes": [*classes, {"up_to": None, "rooms": larger}],
        }
