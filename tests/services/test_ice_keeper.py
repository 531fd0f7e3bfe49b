"""The servers of a profile, kept in its store."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.ice import MAX_SERVERS, IceServer
from app.services import signaling_client
from app.services.api import no_progress
from app.services.archive_service import _records
from app.services.ice_keeper import ICE_SETTING
from signaling.hub import SignalingHub
from signaling.limits import Limits
from signaling.turn import TurnAccounts
from tests.services.world import URL, World, until

TURN = IceServer("turn:host:1", "ana", "very secret")


async def test_servers_are_kept_and_used(world: World) -> None:
    ana = world.person("Ana")
    await ana.start()
    network = ana.backend.network
    assert network.ice_servers() == ()
    used: list[Sequence[IceServer]] = []
    network.ice._use = used.append
    await network.set_ice_servers([TURN])
    assert used == [(TURN,)]
    with pytest.raises(AppError, match="bad ice server"):
        await network.set_ice_servers([IceServer("nowhere")])
    assert network.ice_servers() == (TURN,)
    await ana.stop()
    await ana.start(URL)
    assert ana.backend.network.ice_servers() == (TURN,)
    await ana.store.settings.set(ICE_SETTING, '[{"url": "nowhere"}]')
    await ana.backend.network.load()
    assert ana.backend.network.ice_servers() == ()
    await ana.backend.network.set_ice_servers([])


async def test_what_servers_lend_is_used_beside_it(world: World) -> None:
    ana = world.person("Ana")
    await ana.start()
    ice = ana.backend.network.ice
    used: list[Sequence[IceServer]] = []
    ice._use = used.append
    stun = IceServer("stun:host:2")
    await ice.choose([TURN])
    ice.lent("http://one", [stun])
    ice.lent("http://one", [stun])
    ice.lent("http://two", [TURN, stun])
    assert used == [(TURN,), (TURN, stun), (TURN, stun)]
    ice.lent("http://one", [])
    assert ice.current == (TURN, stun)
    ice.lent("http://two", [IceServer(f"stun:host:{n}") for n in range(1, 20)])
    assert len(ice.current) == MAX_SERVERS
    assert ana.backend.network.ice_servers() == (TURN,)


async def test_a_server_lends_as_long_as_one_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signaling_client, "SHORTEST_LOAN", 0.01)
    turn = TurnAccounts(("turn:host:1",), "shared", 0)
    world.server.hub = SignalingHub(Limits(), bytes(32), turn)
    ana = world.person("Ana")
    await ana.start(URL)
    ice = ana.backend.network.ice
    await until(lambda: ice.current)
    (first,) = ice.current
    ends = int(first.username.partition(":")[0])
    assert abs(ends - time.time()) < 3600
    await until(lambda: ice.current != (first,))


async def test_credentials_are_not_exported(world: World) -> None:
    ana = world.person("Ana")
    await ana.start()
    await ana.backend.network.set_ice_servers([TURN])
    me = ana.backend._services.me
    said = [repr(each) async for each in _records(ana.store, me, no_progress, Path)]
    assert said
    assert not [text for text in said if "secret" in text]
