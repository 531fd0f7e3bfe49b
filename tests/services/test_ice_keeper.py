"""The servers of a profile, kept in its store."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.services.api import no_progress
from app.services.archive_service import _records
from app.services.ice_keeper import ICE_SETTING
from tests.services.world import URL, World

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


async def test_credentials_are_not_exported(world: World) -> None:
    ana = world.person("Ana")
    await ana.start()
    await ana.backend.network.set_ice_servers([TURN])
    me = ana.backend._services.me
    said = [repr(each) async for each in _records(ana.store, me, no_progress)]
    assert said
    assert not [text for text in said if "secret" in text]
