"""What others wrote is asked for from one of those who have it, so that it comes once.

what happens               what follows
-----------------------    ------------------------------------------------------------
a neighbour has more       ask it, unless somebody else is asked for that already
its author is linked       wait AUTHOR_FIRST: an author sends its own events unasked
nothing comes in PATIENCE  ask somebody else, and this neighbour only if nobody else is left
the link ends              ask somebody else
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.ids import PeerId
from app.protocol.mesh_frames import MAX_ASKED

AUTHOR_FIRST = 0.4
PATIENCE = 3.0
PAUSE = 0.05
"""Seconds in which what has become known is gathered before more is asked for."""

Vector = dict[PeerId, int]


@dataclass(slots=True)
class _Source:
    """What a neighbour has beyond us, and what it was asked for."""

    offers: Vector = field(default_factory=dict)
    asked: Vector = field(default_factory=dict)
    refused: set[PeerId] = field(default_factory=set)
    heard_at: float = 0.0
    strikes: int = 0


class Puller:
    """Decides for one room which neighbour to ask for what. Times are of any steady clock."""

    def __init__(self, me: PeerId) -> None:
        self._me = me
        self._mine: Vector = {}
        self._sources: dict[PeerId, _Source] = {}
        self._known_since: dict[PeerId, float] = {}
        self._not_before = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether something is lacking that somebody has."""
        return any(source.offers for source in self._sources.values())

    def joined(self, peer: PeerId) -> None:
        """The room is open on a link to a neighbour who sends what it is asked for."""
        self._sources.setdefault(peer, _Source())

    def ended(self, peer: PeerId) -> None:
        self._sources.pop(peer, None)

    def offered(self, peer: PeerId, vector: Mapping[PeerId, int], now: float) -> None:
        """A neighbour has told what it has, or what of it has grown."""
        source = self._sources.get(peer)
        if source is None:
            return
        for author, seq in vector.items():
            if seq > self._mine.get(author, 0) and author not in source.refused:
                source.offers[author] = max(seq, source.offers.get(author, 0))
                self._known_since.setdefault(author, now)

    def brought(self, peer: PeerId, now: float) -> None:
        """Events came from a neighbour: it is at work."""
        source = self._sources.get(peer)
        if source is not None:
            source.heard_at = now
            source.strikes = 0

    def begin_anew(self, peer: PeerId) -> None:
        """Forget what a neighbour was asked for: it may be asked again."""
        source = self._sources.get(peer)
        if source is not None:
            source.asked.clear()
            source.refused.clear()

    def refuse(self, peer: PeerId, author: PeerId) -> None:
        """What this neighbour has of `author` is not to be had: it contradicts ours."""
        source = self._sources.get(peer)
        if source is not None:
            source.refused.add(author)
            source.offers.pop(author, None)
            source.asked.pop(author, None)

    def grew(self, vector: Mapping[PeerId, int]) -> None:
        """Our log of the room has been stored up to `vector`."""
        grown = {a: seq for a, seq in vector.items() if seq > self._mine.get(a, 0)}
        self._mine.update(grown)
        for source in self._sources.values():
            for part in (source.offers, source.asked):
                for author in [a for a in grown if a in part and part[a] <= grown[a]]:
                    del part[author]
        for author in grown:
            if not any(author in source.offers for source in self._sources.values()):
                self._known_since.pop(author, None)

    def due(self, now: float) -> dict[PeerId, Vector]:
        """Return whom to ask now for which authors, up to which number; call it at `deadline`."""
        self._give_up(now)
        if now < self._not_before:
            return {}
        asks: dict[PeerId, Vector] = {}
        for author in self._lacking():
            if now < self._allowed_from(author):
                continue
            peer = self._best(author, asks)
            wanted = asks.setdefault(peer, {})
            if len(wanted) < MAX_ASKED:
                wanted[author] = self._sources[peer].offers[author]
        for peer, wanted in asks.items():
            source = self._sources[peer]
            source.heard_at = source.heard_at if source.asked else now
            source.asked |= wanted
            self._not_before = now + PAUSE
        return asks

    def deadline(self, now: float) -> float | None:
        """Return when `due` has to be called, None if only news can make a difference."""
        waiting = [self._allowed_from(author) for author in self._lacking()]
        patience = [s.heard_at + PATIENCE for s in self._sources.values() if s.asked]
        times = [max(min(waiting), self._not_before)] if waiting else []
        return max(min(times + patience), now) if times or patience else None

    def _give_up(self, now: float) -> None:
        for source in self._sources.values():
            if source.asked and now >= source.heard_at + PATIENCE:
                source.asked.clear()
                source.strikes += 1

    def _lacking(self) -> list[PeerId]:
        """Return the authors of whom more is known to exist than anybody was asked for."""
        asked: Vector = {}
        for source in self._sources.values():
            for author, seq in source.asked.items():
                asked[author] = max(seq, asked.get(author, 0))
        return [a for a in self._known_since if a not in asked and self._holders(a)]

    def _holders(self, author: PeerId) -> list[PeerId]:
        return [peer for peer, source in self._sources.items() if author in source.offers]

    def _best(self, author: PeerId, asks: Mapping[PeerId, Vector]) -> PeerId:
        def burden(peer: PeerId) -> tuple[int, int, PeerId]:
            source = self._sources[peer]
            return source.strikes, len(source.asked) + len(asks.get(peer, ())), peer

        return min(self._holders(author), key=burden)

    def _allowed_from(self, author: PeerId) -> float:
        known = self._known_since[author]
        return known + AUTHOR_FIRST if author in self._sources else known
