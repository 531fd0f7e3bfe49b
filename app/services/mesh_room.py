"""What a member knows of the mesh of one room: who is around, and the links it wants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from app.domain.contacts import Presence
from app.domain.ids import PeerId, RoomId
from app.protocol.gossip import HERE, Gossip, Seen
from app.protocol.mesh import Links, Plan, RoomMesh
from app.protocol.mesh_frames import SHORT_ID, Around

HIDDEN = HERE + Presence.INVISIBLE


@dataclass(frozen=True, slots=True)
class Standing:
    """What the links are like now: `runs` has the linked ones with what they want to be seen as.

    `seen` are those whom servers and neighbours show, `engaged` all that are linked or tried, and
    `members` all who belong to the room.
    """

    runs: Mapping[PeerId, Seen]
    seen: AbstractSet[PeerId]
    engaged: AbstractSet[PeerId]
    bound: AbstractSet[PeerId]
    members: Collection[PeerId]


@dataclass(slots=True)
class MeshRoom:
    """One room. `near` has whom we know to be around without being linked with them."""

    room: RoomId
    me: PeerId
    mesh: RoomMesh = field(init=False)
    gossip: Gossip = field(init=False)
    around: Mapping[PeerId, Seen] = field(default_factory=dict)
    shown: frozenset[PeerId] = frozenset()
    linked: frozenset[PeerId] = frozenset()
    _doubted: dict[PeerId, float] = field(default_factory=dict)
    _lost: set[PeerId] = field(default_factory=set)
    _said: dict[PeerId, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mesh = RoomMesh(self.room, self.me)
        self.gossip = Gossip(self.me)

    def plan(self, standing: Standing, now: float) -> Plan:
        """Bring in what the links are like; return what is to become of them."""
        for peer, run in standing.runs.items():
            self.gossip.linked(peer, now, run.state, run.instance)
        for peer in self.gossip.neighbours - standing.runs.keys():
            self.gossip.unlinked(peer, now)
        self._doubted |= dict.fromkeys(self._lost - standing.runs.keys() - standing.seen, now)
        self._lost.clear()
        self.linked = frozenset(standing.runs)
        self._said = {peer: said for peer, said in self._said.items() if peer in self.linked}
        self.gossip.name(_finder(standing.members), now)
        self.around = self._believed(now)
        links = self.links(standing)
        known = self.around.keys() | standing.seen
        plan = self.mesh.plan(known, links, now)
        if self.mesh.is_partial:
            needed = (standing.bound & known) - links.engaged
            return replace(plan, begin=plan.begin | needed)
        reachable = standing.seen | links.linked
        return Plan(plan.wanted & reachable, plan.begin & reachable)

    def ended(self, peer: PeerId, now: float) -> None:
        """The link to a neighbour is gone, and what it knew of ours with it."""
        if peer in self.gossip.neighbours:
            self.gossip.unlinked(peer, now)
            self._lost.add(peer)
        self._said.pop(peer, None)

    def _believed(self, now: float) -> dict[PeerId, Seen]:
        """Return who is around. Whose link was lost has to have been seen by others since then."""
        around = self.gossip.around(now)
        doubted = self._doubted.items()
        self._doubted = {p: at for p, at in doubted if p in around and around[p].at <= at}
        return {peer: seen for peer, seen in around.items() if peer not in self._doubted}

    def links(self, standing: Standing) -> Links:
        """Return how the links of this room stand, as the mesh counts them."""
        known = self.around.keys() | standing.seen | self.linked
        engaged = (standing.engaged & known) | self.linked
        return Links(self.linked, engaged, self.gossip.claimed, standing.bound)

    def heard(
        self, teller: PeerId, run: Seen, frame: Around, members: Iterable[PeerId], now: float
    ) -> bool:
        """Take what a neighbour, now seen so, tells; say whether anybody came or went."""
        self.gossip.linked(teller, now, run.state, run.instance)
        return self.gossip.heard(teller, frame.wanted, frame.sightings, _finder(members), now)

    def due_for(
        self, peer: PeerId, now: float, needed: AbstractSet[PeerId] = frozenset()
    ) -> Around | None:
        """Return what a neighbour is to be told now, None if there is nothing."""
        wanted = peer in self.mesh.wanted or peer in needed
        sightings = self.gossip.due_for(peer, now)
        if not sightings and self._said.get(peer) == wanted:
            return None
        self._said[peer] = wanted
        return Around(self.room, wanted, sightings)

    def come_and_gone(self) -> tuple[frozenset[PeerId], frozenset[PeerId]]:
        """Return who is to be shown as there, or as gone, since the last call."""
        now = self.visible()
        before, self.shown = self.shown, now
        return now - before, before - now

    def visible(self) -> frozenset[PeerId]:
        """Return who is around and does not hide, in a room in which not all are linked."""
        if not self.mesh.is_partial:
            return frozenset()
        return frozenset(peer for peer, seen in self.around.items() if seen.state != HIDDEN)


def _finder(members: Iterable[PeerId]) -> Callable[[bytes], PeerId | None]:
    short = {peer[:SHORT_ID]: peer for peer in members}
    return short.get
