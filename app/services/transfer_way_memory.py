"""What is known of the ways to each peer: which one worked, and why others did not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.files import Lane
from app.domain.ids import PeerId
from app.services.transfer_terms import RANKS

HEAD_START = 2.0
"""Seconds a way is tried before the next one is tried beside it."""
SHORT_START = 0.25
"""The same when a lane has just broken, and bytes are waited for."""
REMEMBERED = 600.0
"""Seconds for which the way that worked is tried first."""
URGENT = 15.0
"""Seconds after a break in which somebody is in a hurry."""
FIRST_PROBE, LONGEST_PROBE = 20.0, 300.0
"""Seconds between two attempts of a better way while a worse one works; doubles each time."""
MAX_PEERS = 1024


@dataclass(slots=True)
class _Known:
    """`tried` is when each way was last tried in vain and how long to leave it then, `troubles`
    why."""

    best: Lane | None = None
    best_until: float = 0.0
    urgent_until: float = 0.0
    tried: dict[Lane, tuple[float, float]] = field(default_factory=dict)
    troubles: dict[Lane, str] = field(default_factory=dict)


class WayMemory:
    """Times are seconds of one clock."""

    def __init__(self) -> None:
        self._known: dict[PeerId, _Known] = {}

    def plan(
        self, peer: PeerId, allowed: Iterable[Lane], now: float
    ) -> tuple[tuple[Lane, ...], float]:
        """Return the ways in the order to try them in, and the head start of each."""
        known = self._known.get(peer) or _Known()
        first = known.best if now < known.best_until else None
        ways = sorted(allowed, key=lambda lane: (lane is not first, RANKS[lane]))
        return tuple(ways), SHORT_START if now < known.urgent_until else HEAD_START

    def worked(self, peer: PeerId, lane: Lane, now: float) -> None:
        """A lane is up."""
        known = self._of(peer)
        known.best, known.best_until = lane, now + REMEMBERED
        known.urgent_until = 0.0
        known.tried.pop(lane, None)
        known.troubles.pop(lane, None)

    def failed(self, peer: PeerId, lane: Lane, code: str, now: float) -> None:
        """A way did not lead to a lane."""
        self.tried(peer, lane, now)
        self._of(peer).troubles[lane] = code

    def tried(self, peer: PeerId, lane: Lane, now: float) -> None:
        """A way is left alone for a while: longer each time, but of attempts at once for one."""
        known = self._of(peer)
        last, pause = known.tried.get(lane, (float("-inf"), FIRST_PROBE / 2))
        is_due = now - last >= pause
        known.tried[lane] = now, min(pause * 2, LONGEST_PROBE) if is_due else pause
        if known.best is lane:
            known.best = None

    def broke(self, peer: PeerId, now: float) -> None:
        """A lane that worked is no more: whatever comes up first is good."""
        known = self._of(peer)
        known.best, known.urgent_until = None, now + URGENT

    def better(
        self, peer: PeerId, lane: Lane, allowed: Iterable[Lane], now: float
    ) -> tuple[Lane, ...]:
        """Return the ways better than one in use that are to be tried again now."""
        return tuple(way for way, due in self._dues(peer, lane, allowed) if due <= now)

    def next_probe(self, peer: PeerId, lane: Lane, allowed: Iterable[Lane]) -> float | None:
        """Return when a better way is to be tried; None if there is no better one."""
        return min((due for _, due in self._dues(peer, lane, allowed)), default=None)

    def _dues(
        self, peer: PeerId, lane: Lane, allowed: Iterable[Lane]
    ) -> Iterable[tuple[Lane, float]]:
        tried = (self._known.get(peer) or _Known()).tried
        return [
            (way, sum(tried[way]) if way in tried else float("-inf"))
            for way in sorted(allowed, key=RANKS.__getitem__)
            if RANKS[way] < RANKS[lane]
        ]

    def renew(self, peer: PeerId | None = None) -> None:
        """Addresses have changed, ours or a peer's: what was in vain may not be so now."""
        for one in [peer] if peer is not None else list(self._known):
            if (known := self._known.get(one)) is not None:
                known.tried.clear()

    def troubles(self, peer: PeerId) -> dict[Lane, str]:
        """Return why each way failed that was tried since it last worked, as error codes."""
        known = self._known.get(peer)
        return (
            {lane: known.troubles[lane] for lane in Lane if lane in known.troubles} if known else {}
        )

    def _of(self, peer: PeerId) -> _Known:
        known = self._known.pop(peer, None) or _Known()
        self._known[peer] = known  # whoever was used last stands last
        if len(self._known) > MAX_PEERS:
            del self._known[next(iter(self._known))]
        return known
