"""Whom to be linked with in a room: with everybody in a small one, with a few in a large one.

    members around     links that each of them wants
    ---------------    -------------------------------------------------------------------
    up to 8            all
    9 and more         the next and the last one on each ring: 4 rings, from 32 on 5

A ring has everybody in the order of a hash of room, ring and peer. So all who see the same people
want the same links; the rings join everybody, are short together, and somebody who comes or goes
moves three links of each ring. Where views differ, a link that one end wants is kept by both.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from app.domain.ids import PeerId, RoomId

FULL = 8
"""So many members, ourselves included, are all linked with each other."""
FULL_AGAIN = 7
MAX_LINKS = 12
"""Nobody holds more links than this for one large room."""
MAX_RINGS = 5
GRACE = 20.0
"""Seconds after which a link that neither end wants is given up."""
HURRY = 2.0
"""The same while others that are wanted lack a place."""
PATIENCE = 25.0
"""Seconds after which somebody who is wanted and does not come is left out."""
REST = 60.0
"""Seconds until such a one is tried again."""
NARROWER = 0.75
"""There is one ring less only when so much of the least size for the ring is left."""


def rings_for(count: int, current: int = 0) -> int:
    """Return how many rings `count` members make, 0 for a full mesh; there are `current` now."""
    if count <= (FULL_AGAIN if current else FULL):
        return 0
    rings = _rings(count)
    if rings < current and _rings(math.ceil(count / NARROWER)) >= current:
        return current
    return rings


def _rings(count: int) -> int:
    """Two links for each ring, of which some are the same, make about log2 n + 3."""
    return min(math.floor((math.log2(count) + 5) / 2), MAX_RINGS)


def place_on(room: RoomId, ring: int, peer: PeerId) -> bytes:
    """Return where a member stands on a ring."""
    return hashlib.sha256(b"parlor mesh 1\x00" + room + bytes([ring]) + peer).digest()


class Rings:
    """The rings of a room, as somebody stands on them."""

    def __init__(self, room: RoomId, me: PeerId) -> None:
        self._room = room
        self._me = me
        self._places: dict[PeerId, list[bytes]] = {}
        self._last: tuple[frozenset[PeerId], int] = frozenset(), 0
        self._found: frozenset[PeerId] = frozenset()

    def neighbours(self, around: Collection[PeerId], rings: int) -> frozenset[PeerId]:
        """Return who stands beside us on the first so many rings among those `around`."""
        others = frozenset(around) - {self._me}
        if self._last != (others, rings):
            self._last = others, rings
            self._places = {p: places for p, places in self._places.items() if p in others}
            beside = (self._beside(others, ring) for ring in range(rings))
            self._found = frozenset(peer for pair in beside for peer in pair)
        return self._found

    def _beside(self, others: frozenset[PeerId], ring: int) -> Iterable[PeerId]:
        if not others:
            return ()
        mine = place_on(self._room, ring, self._me)
        placed = [(self._place(peer, ring), peer) for peer in others]
        after = min(((place < mine, place, peer) for place, peer in placed))
        before = max(((place < mine, place, peer) for place, peer in placed))
        return after[2], before[2]

    def _place(self, peer: PeerId, ring: int) -> bytes:
        places = self._places.setdefault(peer, [])
        while len(places) <= ring:
            places.append(place_on(self._room, len(places), peer))
        return places[ring]


@dataclass(frozen=True, slots=True)
class Links:
    """What is so now. `bound` are links that are kept anyway; `claimed` ones the other end wants.

    `engaged` are those that are up or being made, `linked` those that are up.
    """

    linked: AbstractSet[PeerId] = frozenset()
    engaged: AbstractSet[PeerId] = frozenset()
    claimed: AbstractSet[PeerId] = frozenset()
    bound: AbstractSet[PeerId] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom we want, whom to link with now, which links to give up, and whom to try no more."""

    wanted: frozenset[PeerId]
    begin: frozenset[PeerId] = frozenset()
    spare: frozenset[PeerId] = frozenset()
    forget: frozenset[PeerId] = frozenset()


@dataclass(slots=True)
class RoomMesh:
    """The links of one room, as one member decides on them. Times are of any steady clock."""

    room: RoomId
    me: PeerId
    rings: int = 0
    wanted: frozenset[PeerId] = frozenset()
    _idle_since: dict[PeerId, float] = field(default_factory=dict)
    _tried_since: dict[PeerId, float] = field(default_factory=dict)
    _left_out: dict[PeerId, float] = field(default_factory=dict)
    _circle: Rings = field(init=False)

    def __post_init__(self) -> None:
        self._circle = Rings(self.room, self.me)

    @property
    def is_partial(self) -> bool:
        return self.rings > 0

    def plan(self, around: Collection[PeerId], links: Links, now: float) -> Plan:
        """Decide by who is `around`, ourselves left out or not, and which links there are."""
        others = frozenset(around) - {self.me}
        self.rings = rings_for(len(others) + 1, self.rings)
        if not self.is_partial:
            self._idle_since.clear()
            self._tried_since.clear()
            self._left_out.clear()
            self.wanted = others
            return Plan(others, others - links.engaged)
        tired = self._tire(links, now)
        near = others - self._left_out.keys() | links.linked
        self.wanted = self._circle.neighbours(near, self.rings)
        return self._links(links, tired, now)

    def _tire(self, links: Links, now: float) -> frozenset[PeerId]:
        """Leave out for a while who did not come for too long; return them."""
        for peer in links.linked:
            self._tried_since.pop(peer, None)
            self._left_out.pop(peer, None)
        for peer in [peer for peer, until in self._left_out.items() if now >= until]:
            del self._left_out[peer]
        tried = self._tried_since.items()
        tired = frozenset(peer for peer, since in tried if now - since >= PATIENCE)
        for peer in tired:
            del self._tried_since[peer]
            self._left_out[peer] = now + REST
        return tired

    def _links(self, links: Links, tired: frozenset[PeerId], now: float) -> Plan:
        engaged = links.engaged - tired
        counted = engaged - links.bound
        lacking = sorted(self.wanted - engaged)
        spare = self._spare(links, len(lacking) > MAX_LINKS - len(counted), now)
        places = max(MAX_LINKS - len(counted - spare), 0)
        begin = frozenset(lacking[:places])
        self._tried_since = {
            peer: self._tried_since.get(peer, now)
            for peer in begin | (self.wanted & engaged) - links.linked
        }
        forget = engaged - links.linked - self.wanted - links.bound
        return Plan(self.wanted, begin, spare, frozenset(tired | forget))

    def _spare(self, links: Links, crowded: bool, now: float) -> frozenset[PeerId]:
        """Return links that have been of no use for long enough."""
        idle = links.linked - self.wanted - links.claimed - links.bound
        self._idle_since = {peer: self._idle_since.get(peer, now) for peer in idle}
        settled = self.wanted <= links.linked
        patience = HURRY if crowded else GRACE
        return frozenset(
            peer
            for peer, since in self._idle_since.items()
            if now - since >= patience and (settled or crowded)
        )

    def admits(self, peer: PeerId, links: Links) -> bool:
        """Tell whether somebody who wants a link with us may have one."""
        if not self.is_partial or peer in links.engaged or peer in links.bound:
            return True
        return len(links.engaged - links.bound) < MAX_LINKS
