"""Who is around in a room, as its members tell each other.

    what happens                      what it is worth
    ------------------------------    --------------------------------------------------------
    somebody is linked with us        it is there now
    it said goodbye                   it is gone, from now on
    a neighbour tells of somebody     it was there, or went, so long ago; the later word counts
    nothing for LIFE seconds          nobody knows; it counts as gone

Ages travel and no times, so nobody's clock matters; an age only grows on its way, so what is not
renewed by somebody who is linked with the member dies out. A neighbour is told what is news to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.ids import PeerId
from app.protocol.mesh_frames import MAX_SIGHTINGS, SHORT_ID, Sighting

GONE = 0
HERE = 1
LIFE = 60.0
"""Seconds for which a sighting counts."""
RENEW = 20.0
"""Seconds by which a sighting has to be later than what a neighbour knows to be told again."""
MAX_NAMELESS = 512
CLOSE = 1.0
"""Of two words that are no more than so many seconds apart the one about going counts."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When somebody was last known to be in which state; `instance` is the run of its program."""

    at: float
    state: int
    instance: bytes = b""

    @property
    def is_here(self) -> bool:
        return self.state != GONE


@dataclass(slots=True)
class _Neighbour:
    """What a neighbour knows by us or by its own word; what it told us, with the times of it."""

    knows: dict[PeerId, Seen] = field(default_factory=dict)
    told: dict[PeerId, float] = field(default_factory=dict)
    wants_us: bool = False


class Gossip:
    """The members around in one room. Times are seconds of any steady clock."""

    def __init__(self, me: PeerId) -> None:
        self._me = me
        self._seen: dict[PeerId, Seen] = {}
        self._neighbours: dict[PeerId, _Neighbour] = {}
        self._nameless: dict[bytes, dict[PeerId, Seen]] = {}

    @property
    def neighbours(self) -> frozenset[PeerId]:
        """Who is linked with us."""
        return frozenset(self._neighbours)

    @property
    def claimed(self) -> frozenset[PeerId]:
        """Neighbours who say that they want the link with us."""
        return frozenset(peer for peer, one in self._neighbours.items() if one.wants_us)

    def linked(self, peer: PeerId, now: float, state: int = HERE, instance: bytes = b"") -> None:
        """A link to `peer` is up now."""
        known = self._seen.get(peer)
        run = instance or (known.instance if known else b"")
        self._seen[peer] = Seen(now, state, run)
        self._neighbours.setdefault(peer, _Neighbour())

    def here(self, now: float, state: int, instance: bytes) -> None:
        """Say what neighbours are to know of ourselves."""
        self._seen[self._me] = Seen(now, state, instance)

    def unlinked(self, peer: PeerId, now: float, *, for_good: bool = False) -> None:
        """The link has ended; `for_good` if the peer said that it ends its program."""
        self._neighbours.pop(peer, None)
        known = self._seen.get(peer)
        if for_good and known is not None:
            self._seen[peer] = Seen(now, GONE, known.instance)

    def heard(
        self,
        teller: PeerId,
        wanted: bool,
        sightings: Iterable[Sighting],
        find: Callable[[bytes], PeerId | None],
        now: float,
    ) -> bool:
        """Take what a neighbour tells; `find` names members. Tell whether anybody came or went."""
        neighbour = self._neighbours.get(teller)
        if neighbour is None:
            return False
        neighbour.wants_us = wanted
        changed = False
        for one in sightings:
            peer = find(one.who)
            seen = Seen(now - one.age / 10, one.state, one.instance)
            if peer is not None:
                changed |= self._hear_of(teller, peer, seen, now)
            elif one.who in self._nameless or len(self._nameless) < MAX_NAMELESS:
                self._keep_nameless(self._nameless.setdefault(one.who, {}), teller, seen)
        return changed

    @staticmethod
    def _keep_nameless(words: dict[PeerId, Seen], teller: PeerId, seen: Seen) -> None:
        """Keep what a neighbour says of somebody, whose run it tells once and not again."""
        before = words.get(teller)
        run = seen.instance or (before.instance if before else b"")
        words[teller] = Seen(seen.at, seen.state, run)

    def name(self, find: Callable[[bytes], PeerId | None], now: float) -> None:
        """Look again for members whom we did not know when we were told of them."""
        for short, words in tuple(self._nameless.items()):
            peer = find(short)
            if peer is not None or all(now - seen.at >= LIFE for seen in words.values()):
                del self._nameless[short]
            for teller, seen in words.items():
                if peer is not None and teller in self._neighbours:
                    self._hear_of(teller, peer, seen, now)

    def _hear_of(self, teller: PeerId, peer: PeerId, seen: Seen, now: float) -> bool:
        if peer == self._me:
            return False
        self._note_told(self._neighbours[teller], peer, seen)
        if peer == teller and seen.instance:
            self._seen[peer] = Seen(now, max(seen.state, HERE), seen.instance)
        return peer not in self._neighbours and self._take(peer, seen, now)

    def _note_told(self, neighbour: _Neighbour, peer: PeerId, seen: Seen) -> None:
        neighbour.told[peer] = seen.at if seen.is_here else -math.inf
        known = neighbour.knows.get(peer)
        if known is None or seen.at > known.at:
            run = seen.instance or (known.instance if known else b"")
            neighbour.knows[peer] = Seen(seen.at, seen.state, run)

    def _take(self, peer: PeerId, seen: Seen, now: float) -> bool:
        known = self._seen.get(peer)
        was_here = known is not None and known.is_here and now - known.at < LIFE
        if known is not None and not _is_later(seen, known):
            if seen.instance and not known.instance:
                self._seen[peer] = Seen(known.at, known.state, seen.instance)
            return False
        run = seen.instance or (known.instance if known else b"")
        self._seen[peer] = Seen(seen.at, seen.state, run)
        return was_here != seen.is_here or (known is not None and known.state != seen.state)

    def due_for(self, neighbour: PeerId, now: float) -> list[Sighting]:
        """Return what is news to a neighbour, and note it as told."""
        told = self._neighbours.get(neighbour)
        if told is None:
            return []
        news: list[Sighting] = []
        knows = told.knows
        for peer, seen in self._seen.items():
            known = knows.get(peer)
            if (known is not None and not _is_news(seen, known)) or peer == neighbour:
                continue
            age = max(math.ceil((now - seen.at) * 10), 0)
            if age > LIFE * 10 or len(news) == MAX_SIGHTINGS:
                continue
            run = seen.instance if known is None or known.instance != seen.instance else b""
            news.append(Sighting(peer[:SHORT_ID], age, seen.state, run))
            knows[peer] = seen
        return news

    def around(self, now: float) -> Mapping[PeerId, Seen]:
        """Return who is there, and forget who has not been seen for long."""
        self._seen = {peer: seen for peer, seen in self._seen.items() if now - seen.at < LIFE}
        here = self._seen.items()
        return {peer: seen for peer, seen in here if seen.is_here and peer != self._me}

    def way_to(self, peer: PeerId, *, not_by: PeerId | None = None) -> PeerId | None:
        """Return the neighbour who is nearest to somebody: it heard of it last."""
        if peer in self._neighbours:
            return peer
        tellers = [
            (one.told[peer], teller)
            for teller, one in self._neighbours.items()
            if peer in one.told and teller != not_by
        ]
        best = max(tellers, default=None)
        return best[1] if best is not None and best[0] > -math.inf else None


def _is_later(seen: Seen, known: Seen) -> bool:
    """Whether a word counts against what is known. Somebody may begin anew as soon as it went."""
    anew = seen.instance and known.instance and seen.instance != known.instance
    if seen.is_here == known.is_here or anew:
        return seen.at > known.at
    return seen.at > known.at + CLOSE if seen.is_here else seen.at > known.at - CLOSE


def _is_news(seen: Seen, known: Seen) -> bool:
    """Whether a neighbour who knows this much is to be told."""
    same_run = not seen.instance or seen.instance == known.instance
    if seen.state == known.state and same_run:
        return seen.at >= known.at + RENEW
    return _is_later(seen, known)
