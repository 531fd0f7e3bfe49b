"""Members of a room hand each other's bytes over: whatever happens, all end up with the same."""

from __future__ import annotations

import random
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.crypto.authoring import write_event
from app.crypto.identity import Identity
from app.crypto.room_keys import epoch_keys, room_id
from app.domain.events import Header, Text
from app.domain.ids import PeerId
from app.protocol.frames import Events, Frame, Have, Refused, decode_frame, encode_frame
from app.protocol.log_sync import Ingest, Load, LogSync, Output, Send
from app.protocol.room_log import EMPTY, Admitter, Head

SECRET = b"s" * 32
ROOM = room_id(SECRET)
KEYS = epoch_keys(0, SECRET)
PEOPLE = tuple(Identity(bytes([n + 1]) * 32) for n in range(4))


@dataclass
class Member:
    """A log on a disk, and a link machine for each linked member."""

    identity: Identity
    logs: dict[PeerId, list[bytes]] = field(default_factory=dict)
    heads: dict[PeerId, Head] = field(default_factory=dict)
    links: dict[PeerId, LogSync] = field(default_factory=dict)
    outbox: dict[PeerId, deque[bytes]] = field(default_factory=dict)
    work: deque[tuple[PeerId, Output]] = field(default_factory=deque)

    @property
    def vector(self) -> dict[PeerId, int]:
        return {author: head.seq for author, head in self.heads.items()}

    def write(self, number: int) -> None:
        me = self.identity.peer
        head = self.heads.get(me, EMPTY)
        header = Header(ROOM, me, head.seq + 1, head.event, number, 0)
        event = write_event(self.identity, header, Text(str(number)), KEYS)
        self._store(me, event.encode(), Head(header.seq, event.id))
        self._grown()

    def _store(self, author: PeerId, wire: bytes, head: Head) -> None:
        self.logs.setdefault(author, []).append(wire)
        self.heads[author] = head

    def _grown(self) -> None:
        for peer, link in self.links.items():
            self._take(peer, link.appended(ROOM, self.vector, 0.0))

    def _take(self, peer: PeerId, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Send):
                self.outbox[peer].append(encode_frame(output.frame))
            elif isinstance(output, Load | Ingest):
                self.work.append((peer, output))

    def link(self, peer: PeerId) -> None:
        self.links[peer] = LogSync(self.identity.peer)
        self.outbox[peer] = deque()
        self._take(peer, self.links[peer].open(ROOM, self.vector, {}))

    def unlink(self, peer: PeerId) -> None:
        self.links.pop(peer, None)
        self.outbox.pop(peer, None)
        self.work = deque(item for item in self.work if item[0] != peer)

    def receive(self, peer: PeerId, raw: bytes) -> None:
        frame: Frame | None = decode_frame(raw)
        assert isinstance(frame, Have | Events | Refused)
        self._take(peer, self.links[peer].receive(frame, 0.0))

    def do_work(self) -> None:
        peer, output = self.work.popleft()
        if isinstance(output, Load):
            events = [
                wire
                for author, low, high in output.spans
                for wire in self.logs[author][low - 1 : high]
            ]
            self._take(peer, self.links[peer].loaded(ROOM, events[:3], 0.0))
        elif isinstance(output, Ingest):
            self._ingest(output)

    def _ingest(self, ingest: Ingest) -> None:
        admitter = Admitter(ROOM, self.heads, lambda _author, _seq: None)
        known = {wire for log in self.logs.values() for wire in log}
        admission = admitter.admit(wire for wire in ingest.events if wire not in known)
        for event in admission.accepted:
            head = Head(event.header.seq, event.id)
            self._store(event.header.author, event.encode(), head)
        self._grown()

    def tick(self) -> None:
        for peer, link in self.links.items():
            self._take(peer, link.tick(1.0))


class Mesh:
    """Everything random comes from one seed, so a failure can be replayed."""

    def __init__(self, size: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.members = {one.peer: Member(one) for one in PEOPLE[:size]}
        self.pairs = list(combinations(self.members, 2))
        self.crossings: Counter[frozenset[PeerId]] = Counter()

    def toggle(self, pair: tuple[PeerId, PeerId]) -> None:
        one, other = (self.members[peer] for peer in pair)
        if pair[1] in one.links:
            one.unlink(pair[1])
            other.unlink(pair[0])
        else:
            one.link(pair[1])
            other.link(pair[0])

    def step(self) -> bool:
        """Let one thing happen: a frame arrives or a disk finishes. False if nothing is left."""
        ready = [(m, p) for m in self.members.values() for p, queue in m.outbox.items() if queue]
        busy = [m for m in self.members.values() if m.work]
        if not ready and not busy:
            return False
        if busy and (not ready or self.random.random() < 0.5):
            self.random.choice(busy).do_work()
        else:
            sender, peer = self.random.choice(ready)
            raw = sender.outbox[peer].popleft()
            if isinstance(decode_frame(raw), Events):
                self.crossings[frozenset((sender.identity.peer, peer))] += 1
            self.members[peer].receive(sender.identity.peer, raw)
        return True

    def settle(self) -> None:
        for _ in range(20):
            while self.step():
                pass
            for member in self.members.values():
                member.tick()

    def connect_as_chain(self) -> None:
        peers = list(self.members)
        for pair in pairwise(peers):
            if pair[1] not in self.members[pair[0]].links:
                self.toggle(pair)


actions = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3)),
        st.tuples(st.just("toggle"), st.integers(0, 5)),
        st.tuples(st.just("steps"), st.integers(1, 12)),
    ),
    max_size=40,
)


@given(st.integers(2, 4), st.integers(0, 2**32), actions)
def test_all_logs_converge(size: int, seed: int, plan: list[tuple[str, int]]) -> None:
    mesh = Mesh(size, seed)
    for number, (action, value) in enumerate(plan):
        if action == "write":
            mesh.members[PEOPLE[value % size].peer].write(number)
        elif action == "toggle":
            mesh.toggle(mesh.pairs[value % len(mesh.pairs)])
        else:
            for _ in range(value):
                mesh.step()
    mesh.connect_as_chain()
    mesh.settle()
    first, *others = (member.logs for member in mesh.members.values())
    assert all(logs == first for logs in others)


@given(st.integers(0, 2**32))
def test_an_event_crosses_each_link_of_a_full_mesh_at_most_twice(seed: int) -> None:
    mesh = Mesh(4, seed)
    for pair in mesh.pairs:
        mesh.toggle(pair)
    mesh.settle()
    mesh.crossings.clear()
    mesh.members[PEOPLE[0].peer].write(1)
    mesh.settle()
    assert all(len(member.logs) == 1 for member in mesh.members.values())
    assert max(mesh.crossings.values()) <= 2


@given(st.integers(0, 2**32))
def test_two_hear_each_event_once(seed: int) -> None:
    """Nobody's words are sent back to their author."""
    mesh = Mesh(2, seed)
    mesh.toggle(mesh.pairs[0])
    mesh.settle()
    for number in range(6):
        mesh.members[PEOPLE[number % 2].peer].write(number)
        mesh.settle()
    assert mesh.crossings.total() == 6
