"""What happens when the machine moves to another network, or has slept."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.changes import LinkChanged, LinkState, NetworkChanged, ServerChanged, ServerState
from app.services import network_watch, peer_link
from app.services.network_watch import LOOK_EVERY, SLEPT, NetworkWatch, Surroundings
from tests.services.world import Someone, World, until

HOME, AWAY = frozenset({"192.168.1.2"}), frozenset({"10.0.0.7"})


@pytest.mark.parametrize(
    ("own", "steady", "wall", "change"),
    [
        (HOME, 2.0, 2.0, None),
        (AWAY, 2.0, 2.0, NetworkChanged(lost=True, found=True, slept=False)),
        (HOME | AWAY, 2.0, 2.0, NetworkChanged(lost=False, found=True, slept=False)),
        (frozenset(), 2.0, 2.0, NetworkChanged(lost=True, found=False, slept=False)),
        (HOME, 2.0, 60.0, NetworkChanged(lost=False, found=False, slept=True)),
        (HOME, 60.0, 60.0, NetworkChanged(lost=False, found=False, slept=True)),
        (HOME, 2.0, -3600.0, None),
        (HOME, LOOK_EVERY + SLEPT, LOOK_EVERY + SLEPT, None),
    ],
)
def test_what_is_seen(
    own: frozenset[str], steady: float, wall: float, change: NetworkChanged | None
) -> None:
    surroundings = Surroundings(HOME, 0.0, 0.0)
    assert surroundings.look(own, steady, wall) == change
    assert surroundings.look(own, steady + 2.0, wall + 2.0) is None


def test_only_what_is_lost_breaks() -> None:
    assert NetworkChanged(lost=True, found=False, slept=False).is_break
    assert NetworkChanged(lost=False, found=False, slept=True).is_break
    assert not NetworkChanged(lost=False, found=True, slept=False).is_break


def watch(person: Someone) -> NetworkWatch:
    return person.backend._services.beyond.watch


async def test_a_link_that_does_not_survive_is_replaced_soon(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_link, "PATIENCE", 0.1)
    room, (ana, bob) = await world.together("Ana", "Bob")
    ana.link_to(bob).cut()
    watch(ana).changed(NetworkChanged(lost=True, found=True, slept=False))
    await ana.say(room, "from elsewhere")
    await bob.has(room, "from elsewhere")
    assert [c.state for c in ana.heard(LinkChanged)].count(LinkState.ONLINE) == 2


async def test_a_link_that_survives_stays(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    live = ana.backend._services.manager.live(bob.peer)
    assert live is not None
    watch(ana).changed(NetworkChanged(lost=False, found=False, slept=True))
    assert live._beat._doubted < float("inf")
    await until(lambda: live._beat._doubted == float("inf"), "heard")
    assert [c.state for c in ana.heard(LinkChanged)].count(LinkState.ONLINE) == 1
    assert ana.linked(room, bob)


async def test_a_link_over_an_address_that_is_gone_is_given_up_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_link, "PATIENCE", 100.0)
    room, (ana, bob) = await world.together("Ana", "Bob")
    link = ana.link_to(bob)
    monkeypatch.setattr(type(link), "address", "192.168.1.2")
    link.cut()
    watch(ana).changed(NetworkChanged(lost=True, found=True, slept=False))
    await ana.say(room, "at once")
    await bob.has(room, "at once")


async def test_servers_are_connected_to_anew_and_stay_online(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    before = len(ana.heard(ServerChanged))
    sessions = set(world.server.sessions.values())
    watch(ana).changed(NetworkChanged(lost=True, found=True, slept=False))
    await until(lambda: len(set(world.server.sessions.values()) - sessions) == 1)
    await until(lambda: ana.online, "online")
    said = [change.state for change in ana.heard(ServerChanged)[before:]]
    await until(lambda: ServerState.ONLINE in [c.state for c in ana.heard(ServerChanged)[before:]])
    assert ServerState.OFFLINE not in said
    assert ana.linked(room, bob)
    ana.link_to(bob).cut()
    eve = await world.person("Eve").start("http://memory:1")
    made = await ana.backend.chats.invitation(room)
    await eve.backend.chats.join(made.link)
    await until(lambda: ana.linked(room, eve), "a new member is seen")


async def test_a_new_address_alone_ends_nothing(world: World) -> None:
    _, (ana, bob) = await world.together("Ana", "Bob")
    sessions = set(world.server.sessions.values())
    watch(ana).changed(NetworkChanged(lost=False, found=True, slept=False))
    await asyncio.sleep(0.1)
    assert set(world.server.sessions.values()) == sessions
    assert len([c for c in ana.heard(LinkChanged) if c.state is LinkState.ONLINE]) == 1
    assert bob.online


async def test_it_looks_again_and_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_watch, "LOOK_EVERY", 0.02)
    ana = await world.person("Ana").start()
    services, own = ana.backend._services, set(HOME)
    looking = asyncio.create_task(
        NetworkWatch(lambda: own, services.hub, services.manager, services.feed).run()
    )
    await asyncio.sleep(0.1)
    assert ana.heard(NetworkChanged) == []
    own.add("10.0.0.7")
    await until(lambda: ana.heard(NetworkChanged))
    assert ana.heard(NetworkChanged) == [NetworkChanged(lost=False, found=True, slept=False)]
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
