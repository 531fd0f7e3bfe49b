"""Hundreds of members of one room in virtual time: real meshes, gossip, pulling and log sync.

What is left out is what the machines leave to others: signatures, disks and datagrams. A link is a
pair of queues with a delay; a program that is killed is missed after 12 s, as heartbeats have it.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count, pairwise

from app.domain.events import HEADER
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Events, Frame, Have, Refused, decode_frame, encode_frame
from app.protocol.gossip import HERE, Seen
from app.protocol.log_sync import Ingest, Load, LogSync, Offered, Output, Send
from app.protocol.mesh_frames import Around, Ask
from app.protocol.pulling import Puller
from app.services.mesh_room import MeshRoom, Standing

ROOM = RoomId(b"room" * 4)
LOOK_EVERY, PAUSE = 2.0, 0.2
COMMIT, DIAL, NO_ANSWER, MISSED = 0.005, 0.3, 15.0, 12.0
BODY = bytes(220)


def wire_of(author: PeerId, seq: int) -> bytes:
    """Return an event with a real header and nothing behind it."""
    return HEADER.pack(1, ROOM, author, seq, bytes(32), seq, 0) + BODY


@dataclass
class Link:
    """One member's end; `route` tells ends of one link from those of the next."""

    sync: LogSync
    number: int
    clear_at: float = 0.0


@dataclass
class Member:
    world: World
    peer: PeerId
    alive: bool = True
    looked_at: float = -1.0
    logs: dict[PeerId, list[bytes]] = field(default_factory=dict)
    links: dict[PeerId, Link] = field(default_factory=dict)
    dialled: set[PeerId] = field(default_factory=set)
    arrived: dict[tuple[PeerId, int], float] = field(default_factory=dict)
    hops: dict[tuple[PeerId, int], int] = field(default_factory=dict)
    most_links: int = 0
    waiting: bool = False

    def __post_init__(self) -> None:
        self.instance = self.world.random.randbytes(16)
        self.state = MeshRoom(ROOM, self.peer)
        self.puller = Puller(self.peer)

    @property
    def vector(self) -> dict[PeerId, int]:
        return {author: len(log) for author, log in self.logs.items()}

    # -- links

    def standing(self) -> Standing:
        runs = {peer: Seen(0.0, HERE) for peer in self.links}
        seen = self.world.shown_to(self)
        return Standing(
            runs, seen, frozenset(self.links) | self.dialled, frozenset(), self.world.members
        )

    def look_soon(self) -> None:
        if not self.waiting and self.alive:
            self.waiting = True
            self.world.at(max(self.world.now, self.looked_at + PAUSE), self.look)

    def look(self) -> None:
        self.waiting = False
        if not self.alive:
            return
        world = self.world
        self.looked_at = world.now
        plan = self.state.plan(self.standing(), world.now)
        for peer in plan.begin:
            world.dial(self, peer)
        for peer in plan.spare:
            world.part(self, peer)
        self.dialled -= plan.forget
        self.state.gossip.here(world.now, HERE, self.instance)
        for peer in tuple(self.links):
            frame = self.state.due_for(peer, world.now)
            if frame is not None:
                self.send(peer, frame)

    def linked(self, peer: PeerId, number: int) -> None:
        sync = LogSync(self.peer)
        sync.pulls = True
        self.links[peer] = Link(sync, number)
        self.dialled.discard(peer)
        self.most_links = max(self.most_links, len(self.links))
        self.puller.grew(self.vector)
        self.puller.joined(peer)
        self.take(peer, sync.open(ROOM, self.vector, {}))
        self.look_soon()

    def unlinked(self, peer: PeerId, *, for_good: bool = False) -> None:
        if self.links.pop(peer, None) is not None:
            self.puller.ended(peer)
            if for_good:
                self.state.gossip.unlinked(peer, self.world.now, for_good=True)
            self.state.ended(peer, self.world.now)
            self.look_soon()
            self.pull()

    # -- frames

    def send(self, peer: PeerId, frame: Frame) -> None:
        link = self.links.get(peer)
        if link is not None:
            self.world.transmit(self, peer, link, encode_frame(frame))

    def receive(self, peer: PeerId, raw: bytes) -> None:
        frame = decode_frame(raw)
        now = self.world.now
        if isinstance(frame, Around):
            if self.state.heard(peer, Seen(0.0, HERE), frame, self.world.members, now):
                self.look_soon()
        elif isinstance(frame, Have | Events | Refused | Ask):
            self.take(peer, self.links[peer].sync.receive(frame, now))

    def take(self, peer: PeerId, outputs: Iterable[Output]) -> None:
        for output in outputs:
            match output:
                case Send(frame):
                    self.send(peer, frame)
                case Load():
                    self.world.after(0.001, partial(self.load, peer, output))
                case Ingest(_, events):
                    self.puller.brought(peer, self.world.now)
                    self.world.after(COMMIT, partial(self.ingest, peer, events))
                case Offered(_, vector):
                    self.puller.offered(peer, vector, self.world.now)
        self.pull()

    def load(self, peer: PeerId, load: Load) -> None:
        if peer not in self.links:
            return
        taken: list[bytes] = []
        for author, first, last in load.spans:
            for wire in self.logs[author][first - 1 : last]:
                if sum(map(len, taken)) + len(wire) <= load.max_bytes:
                    taken.append(wire)
        self.take(peer, self.links[peer].sync.loaded(ROOM, taken, self.world.now))

    def ingest(self, giver: PeerId, events: Iterable[bytes]) -> None:
        hops = self.world.members[giver].hops
        for wire in events:
            _, _, author, seq, *_ = HEADER.unpack_from(wire)
            author = PeerId(author)
            log = self.logs.setdefault(author, [])
            self.world.copies[author, seq] += 1
            if seq == len(log) + 1:
                log.append(wire)
                self.arrived[author, seq] = self.world.now
                self.hops[author, seq] = hops.get((author, seq), 0) + 1
        self.grown()

    def write(self) -> None:
        log = self.logs.setdefault(self.peer, [])
        log.append(wire_of(self.peer, len(log) + 1))
        self.arrived[self.peer, len(log)] = self.world.now
        self.hops[self.peer, len(log)] = 0
        self.grown()

    def grown(self) -> None:
        vector = self.vector
        self.puller.grew(vector)
        for peer, link in tuple(self.links.items()):
            self.take(peer, link.sync.appended(ROOM, vector, self.world.now))
        self.pull()

    def pull(self) -> None:
        now = self.world.now
        for peer, wanted in self.puller.due(now).items():
            self.take(peer, self.links[peer].sync.ask(ROOM, wanted))
        again = self.puller.deadline(now)
        if again is not None and self.alive:
            self.world.at_once_only(self, max(again, now + 0.01))


class World:
    """`server` tells whether everybody is shown everybody; `parts` who can reach whom."""

    def __init__(self, size: int, seed: int = 1, *, server: bool = True) -> None:
        self.random = random.Random(seed)
        self.now = 0.0
        self.server = server
        self.members: dict[PeerId, Member] = {}
        self.side: dict[PeerId, int] = {}
        self.crossings: Counter[tuple[PeerId, PeerId, bytes]] = Counter()
        self.copies: Counter[tuple[PeerId, int]] = Counter()
        self.bytes: Counter[str] = Counter()
        self.changes = 0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._pulls: dict[PeerId, float] = {}
        for _ in range(size):
            self.join()

    # -- time

    def at(self, when: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (when, next(self._order), action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        self.at(self.now + seconds, action)

    def at_once_only(self, member: Member, when: float) -> None:
        """Look at a member's lacks then, if no earlier look is planned."""
        if self._pulls.get(member.peer, when + 1) > when:
            self._pulls[member.peer] = when
            self.at(when, lambda: self._pull(member, when))

    def _pull(self, member: Member, when: float) -> None:
        if self._pulls.get(member.peer) == when:
            del self._pulls[member.peer]
            member.pull()

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            self.now, _, action = heapq.heappop(self._queue)
            action()
        self.now = end

    def run_until(self, done: Callable[[], bool], limit: float = 120.0) -> float:
        """Run until something is so; return how long it took. Fails after `limit` seconds."""
        began = self.now
        while not done():
            assert self.now - began < limit, "never"
            self.run(0.1)
        return self.now - began

    # -- people

    @property
    def present(self) -> list[Member]:
        return [member for member in self.members.values() if member.alive]

    def join(self) -> Member:
        member = Member(self, PeerId(self.random.randbytes(32)))
        self.members[member.peer] = member
        self.side[member.peer] = 0
        self._tick(member, self.random.random() * 2)
        for other in self.present if self.server else ():
            other.look_soon()
        return member

    def _tick(self, member: Member, wait: float) -> None:
        def look() -> None:
            member.look()
            self._tick(member, LOOK_EVERY)

        if member.alive:
            self.after(wait, look)

    def leave(self, member: Member, *, killed: bool = False) -> None:
        """Let somebody go, with a goodbye or without."""
        member.alive = False
        for peer in tuple(member.links):
            other = self.members[peer]
            wait = MISSED if killed else 0.05
            self.after(wait, partial(other.unlinked, member.peer, for_good=True))

    def shown_to(self, member: Member) -> frozenset[PeerId]:
        if not self.server:
            return frozenset()
        side = self.side[member.peer]
        return frozenset(one.peer for one in self.present if self.side[one.peer] == side)

    # -- links

    def reaches(self, one: PeerId, other: PeerId) -> bool:
        both = self.members[one].alive and self.members[other].alive
        return both and self.side[one] == self.side[other]

    def dial(self, member: Member, peer: PeerId) -> None:
        member.dialled.add(peer)
        self.after(DIAL, lambda: self._meet(member, peer))

    def _meet(self, member: Member, peer: PeerId) -> None:
        other = self.members[peer]
        if peer in member.links:
            member.dialled.discard(peer)
            return
        state = other.state
        able = self.reaches(member.peer, peer) and peer in member.dialled
        if able and state.mesh.admits(member.peer, state.links(other.standing())):
            self.link(member, other)
        else:
            self.after(NO_ANSWER, lambda: member.dialled.discard(peer))

    def link(self, member: Member, other: Member) -> None:
        number = next(self._order)
        self.changes += 1
        member.linked(other.peer, number)
        other.linked(member.peer, number)

    def part(self, member: Member, peer: PeerId) -> None:
        self.changes += 1
        member.unlinked(peer)
        self.after(0.05, lambda: self.members[peer].unlinked(member.peer))

    def transmit(self, sender: Member, peer: PeerId, link: Link, raw: bytes) -> None:
        frame = decode_frame(raw)
        self.bytes[type(frame).__name__] += len(raw)
        if isinstance(frame, Events):
            for wire in frame.events:
                one, other = sorted((sender.peer, peer))
                self.crossings[one, other, wire[:90]] += 1
        # Frames of one link stay in their order.
        link.clear_at = max(link.clear_at, self.now) + 0.0001
        arrives = link.clear_at + 0.02 + (link.number % 40) / 1000
        self.at(arrives, lambda: self._arrive(sender, peer, link.number, raw))

    def _arrive(self, sender: Member, peer: PeerId, number: int, raw: bytes) -> None:
        receiver = self.members[peer]
        end = receiver.links.get(sender.peer)
        same = self.side[peer] == self.side[sender.peer]
        if receiver.alive and same and end is not None and end.number == number:
            receiver.receive(sender.peer, raw)

    def divide(self, sides: int) -> None:
        """Cut the room into parts between which nothing passes."""
        for number, peer in enumerate(sorted(self.members)):
            self.side[peer] = number % sides
        for member in self.present:
            for peer in [p for p in member.links if self.side[p] != self.side[member.peer]]:
                self.after(MISSED, partial(member.unlinked, peer, for_good=True))

    def heal(self) -> None:
        self.side = dict.fromkeys(self.side, 0)
        for member in self.present:
            member.look_soon()

    # -- what is to hold

    def is_connected(self) -> bool:
        people = self.present
        return len(self._reach(people[0])) == len(people)

    def _reach(self, start: Member) -> dict[PeerId, int]:
        found = {start.peer: 0}
        queue = deque([start])
        while queue:
            member = queue.popleft()
            for peer in member.links:
                if peer not in found and self.members[peer].alive:
                    found[peer] = found[member.peer] + 1
                    queue.append(self.members[peer])
        return found

    def diameter(self) -> int:
        return max(max(self._reach(member).values()) for member in self.present)

    def degrees(self) -> list[int]:
        return sorted(len(member.links) for member in self.present)

    def settled(self) -> bool:
        """Whether everybody has the links that it wants, and no other."""
        people = self.present
        wanted = all(member.links.keys() == member.state.mesh.wanted for member in people)
        return wanted and self.is_connected()

    def all_have(self, peer: PeerId, seq: int) -> bool:
        return all(len(member.logs.get(peer, ())) >= seq for member in self.present)

    def same_logs(self) -> bool:
        return all(one.vector == other.vector for one, other in pairwise(self.present))
