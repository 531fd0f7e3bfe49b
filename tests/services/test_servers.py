"""What servers say and refuse, and servers of the local network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from app.domain.changes import ServerChanged, ServerState
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.services import connection_manager, signaling_client
from app.services.backend import LISTED_SETTING
from app.services.me import Me
from app.transport.base import FoundServer, LanDiscovery, Present
from tests.services.world import OTHER_URL, URL, World, until
from tests.support.memory_signaling import MemoryServer


async def test_one_room_too_many_keeps_us_in_the_others(world: World) -> None:
    world.servers[URL] = MemoryServer(rooms_per_peer=1)
    ana, bob = await world.started("Ana", "Bob")
    first = await ana.backend.chats.create_room("First")
    await ana.backend.chats.create_room("Second")
    await ana.stop()
    await ana.start(URL)
    await until(lambda: ana.online)
    await bob.backend.chats.join(first.link)
    await world.all_linked(first.room, ana, bob)


async def test_a_server_that_is_in_a_hurry_is_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signaling_client, "RATE_WAITS", (0.2, 0.2, 0.2))
    world.servers[URL] = MemoryServer(events_per_second=20, events_burst=3)
    ana = await world.person("Ana").start()
    made = [await ana.backend.chats.create_room(str(n)) for n in range(5)]
    await ana.backend.network.connect(URL)
    await until(lambda: ana.online)
    assert made[-1].room
    assert len(world.servers[URL].sessions) == 1


async def test_a_clock_that_is_wrong_by_days_hinders_no_listing(world: World) -> None:
    world.server.skew_ms = -10 * 24 * 3_600_000
    ana, bob = await world.started("Ana", "Bob")
    await until(lambda: ana.online and bob.online)
    assert [p.name for p in await ana.backend.network.directory("")] == ["Bob"]
    await bob.backend.rename_profile("Bobby")
    assert [p.name for p in await ana.backend.network.directory("")] == ["Bobby"]
    await bob.backend.set_setting(LISTED_SETTING, "no")
    assert await ana.backend.network.directory("") == []


async def test_a_card_that_is_refused_keeps_nobody_offline(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = Me.card
    monkeypatch.setattr(Me, "card", lambda me, _now_ms: sign(me, 0))
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.say(room, "whatever the time")
    await bob.has(room, "whatever the time")
    assert await ana.backend.network.directory("") == []


async def test_who_was_met_in_a_room_only_is_forgotten_with_it(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await bob.stop()
    await ana.backend.chats.leave(room)
    await bob.start(URL)
    await until(lambda: ana.backend._services.opener._book.find(room) is None)
    supervisor = ana.backend._services.manager._supervisors[bob.peer]
    await until(lambda: not supervisor._wanted.is_set())
    await until(lambda: not bob.backend._services.manager._supervisors[ana.peer]._wanted.is_set())


async def test_servers_cannot_name_peers_without_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_manager, "MAX_PEERS", 3)
    room, (ana, bob) = await world.together("Ana", "Bob")
    services = ana.backend._services
    (rendezvous,) = services.introducer.rendezvous()
    for number in range(1, 9):
        present = Present(PeerId(bytes([number]) * 32), bytes(16))
        services.introducer.present(URL, rendezvous, present)
    await until(lambda: len(services.manager._supervisors) == 3)
    for number in range(1, 9):
        services.introducer.absent(URL, rendezvous, PeerId(bytes([number]) * 32))
    await until(lambda: any(s.is_idle for s in services.manager._supervisors.values()))
    newcomer = PeerId(bytes([77]) * 32)
    services.introducer.present(URL, rendezvous, Present(newcomer, bytes(16)))
    await until(lambda: newcomer in services.manager._supervisors)
    assert len(services.manager._supervisors) == 3
    assert ana.linked(room, bob)


async def test_presence_in_unknown_rooms_is_nothing(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    services = ana.backend._services
    services.introducer.present(URL, bytes(32), Present(PeerId(bytes(32)), bytes(16)))
    services.introducer.absent(URL, bytes(32), PeerId(bytes(32)))
    services.manager.reachable(ana.peer, b"")
    services.manager.unreachable(PeerId(bytes(32)))
    assert not services.manager._supervisors


async def test_addresses_are_read_strictly(world: World) -> None:
    ana = await world.person("Ana").start()
    network = ana.backend.network
    for bad in ("", "ftp://x", "http://"):
        with pytest.raises(AppError, match="bad server url"):
            await network.connect(bad)
    with pytest.raises(AppError, match="unknown server"):
        await network.disconnect(OTHER_URL)
    assert network.servers() == []


async def test_disconnecting_is_told_and_lasts(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    await until(lambda: ana.online)
    await ana.backend.network.connect(URL)
    assert len(ana.backend.network.servers()) == 1
    await ana.backend.network.disconnect(URL)
    last = ana.heard(ServerChanged)[-1]
    assert (last.state, last.reason, last.retry_in) == (
        ServerState.OFFLINE,
        "disconnected",
        None,
    )
    assert not world.server.sessions
    assert ana.backend.network.servers() == []


async def test_a_second_run_of_the_same_person_is_not_fought(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    await until(lambda: ana.online)
    twin = world.person("Twin", seed=ana.identity.seed)
    await twin.start(URL)
    await until(lambda: any(c.reason == "replaced" for c in ana.heard(ServerChanged)))
    await until(lambda: twin.online, "online")


async def test_hosting_here(world: World) -> None:
    ana = await world.person("Ana").start()
    assert await ana.backend.network.host() == URL
    await until(lambda: ana.online)
    assert [server.hosted for server in ana.backend.network.servers()] == [True]
    await ana.backend.network.stop_hosting()
    await ana.backend.network.stop_hosting()
    assert ana.backend.network.servers() == []


class Neighbourhood(LanDiscovery):
    """A local network in which servers appear as a test says."""

    def __init__(self) -> None:
        self.found: list[FoundServer] = []
        self.news = asyncio.Event()

    def servers(self) -> Sequence[FoundServer]:
        return self.found

    async def changed(self) -> None:
        await self.news.wait()
        self.news.clear()

    async def close(self) -> None:
        self.found = []


async def test_servers_of_the_local_network_are_followed(world: World) -> None:
    ana = await world.person("Ana").start()
    near = Neighbourhood()
    near.found = [FoundServer("ftp://[nonsense", "bad"), FoundServer(URL, "good")]
    following = asyncio.create_task(ana.backend.network.hosting.follow(near))
    await until(lambda: ana.online)
    near.found = [*near.found, FoundServer(OTHER_URL, "new")]
    near.news.set()
    await until(lambda: len(ana.backend.network.servers()) == 2)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
