"""Announcing and finding servers with real multicast DNS on the loopback interface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.transport.base import FoundServer
from app.transport.lan import ZeroconfDiscovery
from signaling import advertise
from signaling.advertise import Advertiser
from signaling.config import ServerConfig
from signaling.server import SignalingServer
from tests.services.world import until as seen

LOOPBACK = ("127.0.0.1",)
WAIT = 60.0


async def until(
    discovery: ZeroconfDiscovery, wanted: Callable[[list[FoundServer]], bool]
) -> list[FoundServer]:
    async with asyncio.timeout(WAIT):
        while not wanted(list(discovery.servers())):
            await discovery.changed()
    return list(discovery.servers())


async def test_a_running_server_is_found_and_missed_when_it_stops() -> None:
    server = SignalingServer(ServerConfig(host="127.0.0.1", port=0, name="Küche"), LOOPBACK)
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    discovery = ZeroconfDiscovery(LOOPBACK)
    running = asyncio.create_task(server.run(listening.set_result))
    url = await listening
    found = await until(discovery, lambda servers: any(s.url == url for s in servers))
    assert ("Küche", url) in {(server.name, server.url) for server in found}
    server.stop()
    await running
    await until(discovery, lambda servers: all(s.url != url for s in servers))
    await discovery.close()


async def test_two_discoveries_and_two_servers() -> None:
    servers = [Advertiser(f"S{n}", 40_000 + n, LOOPBACK, LOOPBACK) for n in (1, 2)]
    tasks = [asyncio.create_task(server.run()) for server in servers]
    discoveries = [ZeroconfDiscovery(LOOPBACK), ZeroconfDiscovery(LOOPBACK)]
    for discovery in discoveries:
        found = await until(
            discovery, lambda known: len({s.name for s in known} & {"S1", "S2"}) == 2
        )
        assert {s.url for s in found} >= {f"http://127.0.0.1:{40_000 + n}" for n in (1, 2)}
        await discovery.close()
    for task, server in zip(tasks, servers, strict=True):
        task.cancel()
        await server.close()
    await asyncio.gather(*tasks, return_exceptions=True)


# zeroconf leaves the sockets to the garbage collector when it finds no interface
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_without_a_network_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advertise, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr("app.transport.lan.RETRY_SECONDS", 0.01)
    nowhere = ("203.0.113.77",)  # no interface of ours
    server = Advertiser("S", 40_003, LOOPBACK, nowhere)
    running = asyncio.create_task(server.run())
    discovery = ZeroconfDiscovery(nowhere)
    await asyncio.sleep(0.2)
    assert not running.done()
    assert discovery.servers() == ()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await server.close()
    await discovery.close()


async def test_nothing_is_announced_behind_the_goodbye() -> None:
    server = Advertiser("S", 40_004, LOOPBACK, LOOPBACK)
    running = asyncio.create_task(server.run())
    await seen(lambda: server._telling)
    telling = server._telling
    running.cancel()
    await server.close()
    assert telling is not None
    assert telling.done()


async def test_closing_at_once_is_fine() -> None:
    await ZeroconfDiscovery(LOOPBACK).close()
    await Advertiser("S", 1, LOOPBACK, LOOPBACK).close()


def test_only_what_others_can_reach_is_announced() -> None:
    def announced(host: str, *interfaces: str) -> bool:
        return SignalingServer(ServerConfig(host=host), interfaces)._advertisable()

    assert announced("0.0.0.0")  # noqa: S104 - not bound
    assert announced("192.0.2.1")
    assert not announced("127.0.0.1")
    assert not announced("::1")
    assert announced("127.0.0.1", "127.0.0.1")


async def test_an_announcement_tells_nothing_of_the_person_or_machine() -> None:
    info = Advertiser("Ñ" * 64 + "x", 8765, ("192.0.2.7", "fd00::7"))._service()
    assert set(info.properties) == {b"version", b"name"}
    assert info.properties[b"version"] == b"1"
    assert (info.properties[b"name"] or b"").decode() == "Ñ" * 64 + "x"
    assert (info.server or "").startswith("parlor-")
    assert info.parsed_addresses() == ["192.0.2.7", "fd00::7"]
    assert len(Advertiser("🦊" * 64, 1, ())._service().properties[b"name"] or b"") == 200
