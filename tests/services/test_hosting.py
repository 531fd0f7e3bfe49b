"""Servers of a network that come and go, and who takes over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.domain.changes import LinkChanged, LinkState, ServerState
from app.protocol import backoff, hosting
from app.services import hosting_keeper
from app.services.api import LanChoices
from tests.services.town import Town, TownServer, all_at, is_at
from tests.services.world import OTHER_URL, URL, Someone, World, until


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "START_SECONDS", 0.05)
    monkeypatch.setattr(hosting, "TURN_SECONDS", 0.6)
    monkeypatch.setattr(hosting, "GRACE_SECONDS", 0.3)
    monkeypatch.setattr(hosting, "RETRY_SECONDS", 0.2)
    monkeypatch.setattr(hosting, "YIELD_SECONDS", 0.2)
    monkeypatch.setattr(hosting, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(hosting_keeper, "SETTLE_STEP", 0.01)


@pytest.fixture
async def town(world: World) -> AsyncIterator[Town]:
    made = Town(world)
    yield made
    await made.close()


async def settled(world: World, town: Town, *names: str) -> dict[Someone, TownServer]:
    """Start people in a town; the first one hosts, and all are there."""
    people = [await world.person(name).start() for name in names]
    servers = {person: town.settle(person) for person in people}
    url = await people[0].backend.network.host()
    await all_at(url, *people)
    states = [person.backend.network.hosting._state for person in people]
    await until(lambda: all(state.after for state in states), "looked around")
    return servers


async def test_another_one_takes_over_and_nothing_else_happens(world: World, town: Town) -> None:
    servers = await settled(world, town, "Ana", "Bob", "Eve")
    ana, bob, eve = servers
    made = await bob.backend.chats.create_room("Lab")
    await eve.backend.chats.join(made.link)
    await world.all_linked(made.room, bob, eve)
    (label,) = town.found
    before = [len(one.heard(LinkChanged)) for one in (bob, eve)]
    await town.lose(ana)
    heir = await inherited(servers, bob, eve)
    assert servers[heir].after == [label]
    for person, count in zip((bob, eve), before, strict=True):
        states = [change.state for change in person.heard(LinkChanged)[count:]]
        assert LinkState.OFFLINE not in states


async def inherited(servers: dict[Someone, TownServer], *people: Someone) -> Someone:
    """Wait until one of these runs the only server and all are there; return who it is."""

    def heirs() -> list[Someone]:
        return [one for one in people if servers[one].url is not None]

    def done() -> bool:
        return len(heirs()) == 1 and is_at(str(servers[heirs()[0]].url), *people)

    await until(done, "inherited")
    return heirs()[0]


async def test_two_who_take_over_at_once_end_as_one(world: World, town: Town) -> None:
    servers = await settled(world, town, "Ana", "Bob", "Eve")
    ana, bob, eve = servers
    (label,) = town.found
    await town.lose(ana)
    await bob.backend.network.hosting.host(label)
    await eve.backend.network.hosting.host(label)
    await inherited(servers, bob, eve)


async def test_who_may_not_host_does_not(world: World, town: Town) -> None:
    servers = await settled(world, town, "Ana", "Bob")
    ana, bob = servers
    await bob.backend.network.set_lan(LanChoices(may_host=False))
    assert bob.backend.network.lan() == LanChoices(may_host=False)
    await town.lose(ana)
    await until(lambda: not bob.backend.network.servers())
    await asyncio.sleep(0.3)
    assert servers[bob].after == []
    await bob.stop()
    await bob.start()
    assert not bob.backend.network.lan().may_host


async def test_who_keeps_out_of_the_network_does_not_host(world: World, town: Town) -> None:
    servers = await settled(world, town, "Ana")
    (ana,) = servers
    bob = await world.person("Bob").start()
    mine = town.settle(bob, knows_others=False)
    await all_at(str(servers[ana].url), bob)
    await town.lose(ana)
    await until(lambda: not bob.backend.network.servers())
    await asyncio.sleep(0.3)
    assert mine.after == []


@pytest.mark.parametrize("announced_first", [True, False])
async def test_a_server_of_this_machine_is_one_even_if_announced(
    world: World, town: Town, *, announced_first: bool
) -> None:
    here, there = "http://127.0.0.1:8443", "http://192.0.2.7:8443"
    world.servers |= {here: world.server, there: world.server}
    ana = await world.person("Ana").start()
    town.settle(ana, knows_others=False)
    network = ana.backend.network
    if announced_first:
        town.announce(there)
        await all_at(there, ana)
        opened = world.server.opened
        await network.connect(here)
    else:
        await network.connect(here)
        await all_at(here, ana)
        opened = world.server.opened
        town.announce(there)

    def is_one() -> bool:
        (server, *more) = network.servers()
        return not more and (server.url, server.state) == (here, ServerState.ONLINE)

    await until(lambda: world.server.opened > opened and is_one(), "one row")
    town.tell()
    await asyncio.sleep(0.1)
    assert is_one()
    await network.disconnect(here)
    await all_at(there, ana)


async def test_who_stops_leaves_it_to_the_others(world: World, town: Town) -> None:
    servers = await settled(world, town, "Ana", "Bob")
    ana, bob = servers
    await ana.backend.network.stop_hosting()
    await until(lambda: servers[bob].url)
    await all_at(str(servers[bob].url), ana, bob)
    assert len(servers[ana].after) == 1


async def test_who_leaves_a_server_does_not_replace_it(world: World, town: Town) -> None:
    servers = await settled(world, town, "Ana", "Bob")
    ana, bob = servers
    (server,) = bob.backend.network.servers()
    await bob.backend.network.disconnect(server.url)
    await asyncio.sleep(0.3)
    assert servers[bob].after == []
    assert servers[ana].url


async def test_who_cannot_host_tries_again(world: World, town: Town) -> None:
    servers = await settled(world, town, "Ana", "Bob")
    ana, bob = servers
    servers[bob].failures = 2
    await town.lose(ana)
    await until(lambda: servers[bob].url)
    assert len(servers[bob].after) == 3
    await all_at(str(servers[bob].url), bob)


async def test_another_server_at_the_same_place_is_not_waited_for(
    world: World, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST_WAIT", 60.0)
    monkeypatch.setattr(backoff, "LONGEST_WAIT", 60.0)
    ana = await world.person("Ana").start()
    await ana.backend.network.set_lan(LanChoices(may_host=False))
    world.server.stop()
    town.announce(URL)
    town.settle(ana, knows_others=False)
    await until(lambda: any(server.reason for server in ana.backend.network.servers()))
    world.server.up = True
    town.withdraw("nobody")
    town.found.clear()
    town.announce(URL)
    await all_at(URL, ana)


async def test_what_is_gone_is_forgotten_unless_it_was_chosen(world: World, town: Town) -> None:
    ana = await world.person("Ana").start()
    await ana.backend.network.set_lan(LanChoices(may_host=False))
    world.server.stop()
    town.announce(URL)
    town.announce(OTHER_URL)
    town.settle(ana)
    await until(lambda: len(ana.backend.network.servers()) == 2)
    await ana.backend.network.connect(OTHER_URL)
    town.withdraw(URL)
    town.withdraw(OTHER_URL)
    await until(lambda: len(ana.backend.network.servers()) == 1)
    assert [server.url for server in ana.backend.network.servers()] == [OTHER_URL]


async def test_a_machine_that_slept_looks_around_first(
    world: World, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting_keeper, "ASLEEP_SECONDS", -60.0)
    monkeypatch.setattr(hosting, "AWAKE_SECONDS", 60.0)
    servers = await settled(world, town, "Ana", "Bob")
    ana, bob = servers
    await town.lose(ana)
    await until(lambda: not bob.backend.network.servers())
    await asyncio.sleep(0.3)
    assert servers[bob].after == []
