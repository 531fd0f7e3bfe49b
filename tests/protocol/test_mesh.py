"""Whoever is around: few links, all joined by them, short ways, and few changes."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.ids import PeerId, RoomId
from app.protocol import mesh
from app.protocol.mesh import FULL, MAX_LINKS, Links, Plan, Rings, RoomMesh, rings_for

ROOM = RoomId(bytes(range(16)))
Graph = Mapping[PeerId, AbstractSet[PeerId]]


def people(count: int, seed: int = 0) -> list[PeerId]:
    chance = random.Random(seed)
    return [PeerId(chance.randbytes(32)) for _ in range(count)]


def graph(around: Collection[PeerId]) -> Graph:
    rings = rings_for(len(around))
    return {peer: Rings(ROOM, peer).neighbours(around, rings) for peer in around}


def edges(one: Graph) -> set[frozenset[PeerId]]:
    return {frozenset((peer, other)) for peer, others in one.items() for other in others}


def eccentricity(one: Graph, start: PeerId) -> int:
    """Return how far the farthest is. Fails if somebody cannot be reached."""
    far = {start: 0}
    queue = deque([start])
    while queue:
        peer = queue.popleft()
        for other in one[peer] - far.keys():
            far[other] = far[peer] + 1
            queue.append(other)
    assert far.keys() == one.keys()
    return max(far.values())


@given(st.integers(FULL + 1, 80), st.integers(0, 1 << 32))
@settings(max_examples=30)
def test_all_who_see_the_same_make_one_graph_of_few_and_short_ways(count: int, seed: int) -> None:
    around = people(count, seed)
    made = graph(around)
    assert all(peer in made[other] for peer in around for other in made[peer])
    assert max(map(len, made.values())) <= MAX_LINKS - 2
    assert max(eccentricity(made, peer) for peer in around[:8]) <= 5


def test_two_hundred_are_four_steps_apart() -> None:
    made = graph(people(200))
    assert sum(map(len, made.values())) / 200 == pytest.approx(9.9, abs=0.2)
    assert max(eccentricity(made, peer) for peer in made) <= 4


@given(st.integers(12, 120), st.integers(0, 1 << 32))
@settings(max_examples=30)
def test_who_comes_or_goes_moves_few_links(count: int, seed: int) -> None:
    around = people(count, seed)
    before, after = graph(around[1:]), graph(around)
    if rings_for(count) == rings_for(count - 1):
        assert len(edges(before) ^ edges(after)) <= 3 * rings_for(count)


@given(st.integers(FULL + 1, 60), st.integers(0, 1 << 32), st.floats(0, 0.3))
@settings(max_examples=30)
def test_whom_all_but_some_see_is_joined_to_all(count: int, seed: int, blind: float) -> None:
    """Of differing views the links that one of the two wants are kept."""
    around = people(count, seed)
    chance = random.Random(seed)
    views = {me: [p for p in around if p == me or chance.random() >= blind] for me in around}
    rings = rings_for(count)
    wanted = {me: Rings(ROOM, me).neighbours(view, rings) for me, view in views.items()}
    both = {me: wanted[me] | {p for p in around if me in wanted[p]} for me in around}
    assert eccentricity(both, around[0]) <= 6


def test_a_small_room_is_a_full_mesh_until_it_is_large_for_certain() -> None:
    assert [rings_for(count) for count in (1, 2, 8, 9, 31, 32, 200, 5000)] == [
        0,
        0,
        0,
        4,
        4,
        5,
        5,
        5,
    ]
    assert [rings_for(count, 4) for count in (9, 8, 7)] == [4, 4, 0]
    assert [rings_for(count, 5) for count in (32, 28, 25, 23)] == [5, 5, 5, 4]


class Someone:
    """A member whose links come about as they are planned."""

    def __init__(self) -> None:
        self.me, *self.others = people(40, 7)
        self.mesh = RoomMesh(ROOM, self.me)
        self.links: set[PeerId] = set()
        self.claimed: set[PeerId] = set()
        self.bound: set[PeerId] = set()

    def plan(
        self, around: Collection[PeerId], now: float, engaged: Collection[PeerId] = ()
    ) -> Plan:
        up = frozenset(self.links)
        links = Links(up, up | frozenset(engaged), self.claimed, self.bound)
        return self.mesh.plan(around, links, now)

    def settle(self, around: Collection[PeerId], now: float) -> None:
        self.links |= self.plan(around, now).begin
        self.links -= self.plan(around, now).spare


def test_a_full_mesh_links_with_all() -> None:
    one = Someone()
    plan = one.plan(one.others[:7], 0.0)
    assert plan == Plan(frozenset(one.others[:7]), frozenset(one.others[:7]))
    assert one.mesh.admits(one.others[20], Links(engaged=frozenset(one.others)))


def test_what_is_not_wanted_any_more_is_kept_for_a_while() -> None:
    one = Someone()
    one.settle(one.others[:7], 0.0)
    before = set(one.links)
    plan = one.plan(one.others[:20], 1.0)
    assert not plan.spare
    one.links |= plan.begin
    assert len(one.links) <= MAX_LINKS
    idle = before - plan.wanted
    assert not one.plan(one.others[:20], 20.0).spare
    assert one.plan(one.others[:20], 1.0 + mesh.GRACE).spare == idle
    one.claimed = set(idle)
    assert not one.plan(one.others[:20], 60.0).spare
    one.claimed, one.bound = set(), set(idle)
    assert not one.plan(one.others[:20], 90.0).spare


def test_links_that_nobody_wants_give_place_to_those_that_are() -> None:
    one = Someone()
    one.plan(one.others, 0.0)
    wanted = one.mesh.wanted
    one.links = set([p for p in one.others if p not in wanted][:MAX_LINKS])
    first = one.plan(one.others, 1.0)
    assert not first.begin
    assert not first.spare
    second = one.plan(one.others, 1.0 + mesh.HURRY)
    assert second.spare == one.links
    assert second.begin == wanted


def test_nobody_is_let_in_above_the_limit_but_whom_we_need_anyway() -> None:
    one = Someone()
    one.plan(one.others, 0.0)
    full = frozenset(p for p in one.others if p not in one.mesh.wanted)
    crowd = frozenset(sorted(full)[:MAX_LINKS])
    caller = max(full)
    assert not one.mesh.admits(caller, Links(engaged=crowd))
    assert one.mesh.admits(caller, Links(engaged=crowd - {min(crowd)}))
    assert one.mesh.admits(min(crowd), Links(engaged=crowd))
    assert one.mesh.admits(caller, Links(engaged=crowd, bound=frozenset([caller])))
    assert one.mesh.admits(caller, Links(engaged=crowd, bound=crowd))


def test_who_does_not_come_is_left_out_for_a_while() -> None:
    one = Someone()
    first = one.plan(one.others, 0.0)
    missing = min(first.begin)
    one.links = set(first.begin - {missing})
    assert one.plan(one.others, 20.0, [missing]).wanted == first.wanted
    tired = one.plan(one.others, mesh.PATIENCE, [missing])
    assert missing in tired.forget
    assert missing not in tired.wanted
    assert tired.begin
    later = one.plan(one.others, mesh.PATIENCE + mesh.REST)
    assert missing in later.wanted
    one.links.add(missing)
    assert missing in one.plan(one.others, mesh.PATIENCE + 1.0).wanted


def test_who_is_wanted_no_more_while_it_is_called_is_let_go() -> None:
    one = Someone()
    stranger = next(p for p in one.others if p not in one.plan(one.others, 0.0).wanted)
    plan = one.plan(one.others, 1.0, [stranger])
    assert stranger in plan.forget


def test_who_is_alone_has_no_neighbours() -> None:
    me = people(1)[0]
    assert Rings(ROOM, me).neighbours([me], 3) == frozenset()
