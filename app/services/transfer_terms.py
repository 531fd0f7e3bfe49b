"""By which ways lanes may go, and what each way needs of the worker."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.files import Lane
from app.domain.ice import IceServer
from app.protocol import worker_messages
from app.protocol.worker_messages import Way

ALL_WAYS = tuple(Lane)
RANKS = {lane: rank for rank, lane in enumerate(ALL_WAYS)}
"""What comes first carries more. These are the numbers that peers tell each other, too."""
WAYS: dict[Lane, Way] = {Lane.DIRECT: "direct", Lane.WEBRTC: "webrtc", Lane.RELAY: "relay"}

Opening = tuple[Way, tuple[worker_messages.IceServer, ...]]


@dataclass(frozen=True, slots=True)
class LaneTerms:
    """What people have chosen."""

    ways: frozenset[Lane] = frozenset(ALL_WAYS)
    servers: tuple[IceServer, ...] = ()

    def allows(self, way: int) -> bool:
        """Tell whether a way that a peer names is one that we know and may go."""
        return way < len(ALL_WAYS) and ALL_WAYS[way] in self.ways

    def opening(self, lane: Lane, *, asked: bool) -> Opening:
        """Return how the worker is to begin a lane, and with which servers.

        If we ask for a relayed one and know no relay, the peer may know one: then all that we need
        is to be found by it.
        """
        relays = self._known(relay=True)
        match lane:
            case Lane.DIRECT:
                return "direct", ()
            case Lane.RELAY if relays or not asked:
                return "relay", relays
            case _:
                return "webrtc", self._known(relay=False)

    def _known(self, *, relay: bool) -> tuple[worker_messages.IceServer, ...]:
        return tuple(
            worker_messages.IceServer(one.url, one.username, one.credential)
            for one in self.servers
            if one.is_relay is relay
        )
