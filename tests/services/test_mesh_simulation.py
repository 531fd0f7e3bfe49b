"""A large room in virtual time: all are reached, few links are held, what is cut grows together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.protocol.mesh import MAX_LINKS
from tests.services.mesh_simulation import Member, World

SIZE = 48


@pytest.fixture(scope="module")
def settled() -> Iterator[World]:
    """A room whose members have all found their links. Tests leave it settled."""
    world = World(SIZE)
    world.run_until(world.settled, 60)
    yield world
    assert max(member.most_links for member in world.members.values()) <= MAX_LINKS


@pytest.fixture
def world(settled: World) -> World:
    settled.server = True
    settled.run_until(lambda: settled.settled() and settled.same_logs(), 120)
    settled.crossings.clear()
    settled.copies.clear()
    return settled


def some(world: World, count: int) -> list[Member]:
    return world.random.sample(world.present, count)


def test_two_hundred_meet_and_hear_each_other() -> None:
    world = World(200)
    world.run_until(world.settled, 60)
    assert world.is_connected()
    assert world.diameter() <= 5
    assert max(member.most_links for member in world.present) <= MAX_LINKS
    writer = world.present[0]
    writer.write()
    took = world.run_until(lambda: world.all_have(writer.peer, 1), 20)
    assert took < 2.0
    assert max(world.crossings.values()) <= 2
    assert world.copies.total() < 1.1 * len(world.present)


def test_a_storm_of_messages_reaches_all_and_comes_once(world: World) -> None:
    for _ in range(2):
        for member in some(world, SIZE // 3):
            member.write()
        world.run(0.1)
    world.run_until(world.same_logs, 30)
    assert max(world.crossings.values()) <= 2
    assert world.copies.total() <= 1.1 * (2 * SIZE // 3) * len(world.present)


def test_who_comes_and_goes_moves_few_links(world: World) -> None:
    before = world.changes
    for _ in range(3):
        newcomer = world.join()
        world.run(1.0)
    for member in some(world, 3):
        world.leave(member, killed=member is not newcomer)
    world.run_until(world.settled, 120)
    assert world.changes - before <= 6 * 20
    assert newcomer.vector == world.present[0].vector or not newcomer.alive


def test_without_a_server_the_mesh_closes_around_those_who_go(world: World) -> None:
    world.server = False
    for member in some(world, 4):
        world.leave(member, killed=True)
    world.run(30.0)
    assert world.is_connected()
    world.run_until(world.settled, 120)
    member = world.present[0]
    member.write()
    world.run_until(lambda: world.all_have(member.peer, len(member.logs[member.peer])), 10)


def test_what_was_divided_grows_together(world: World) -> None:
    world.divide(2)
    world.run(20.0)
    for member in world.present[:10]:
        member.write()
    world.run(10.0)
    assert not world.is_connected()
    assert not world.same_logs()
    world.heal()
    world.run_until(lambda: world.is_connected() and world.same_logs(), 60)
    assert max(world.crossings.values()) <= 2


def test_all_who_are_there_are_shown(world: World) -> None:
    world.server = False
    world.run(30.0)
    everybody = {member.peer for member in world.present}
    for member in world.present:
        assert member.state.visible() == everybody - {member.peer}
    gone = some(world, 1)[0]
    world.leave(gone)
    world.run(10.0)
    assert not any(gone.peer in member.state.visible() for member in world.present)


def test_a_lost_link_makes_nobody_vanish_and_a_death_does_soon(world: World) -> None:
    world.server = False
    world.run(5.0)
    one = some(world, 1)[0]
    for peer in tuple(one.links)[:2]:
        one.unlinked(peer, for_good=True)
        world.members[peer].unlinked(one.peer, for_good=True)
    world.run(12.0)
    others = [member for member in world.present if member is not one]
    assert all(one.peer in member.state.visible() for member in others)
    world.leave(one, killed=True)
    world.run(25.0)
    assert not any(one.peer in member.state.visible() for member in others)
