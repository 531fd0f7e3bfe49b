"""What every engine has to do, with real servers on it: test modules bring the engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from signaling import edge, lines
from signaling.config import ServerConfig
from signaling.protocol import to_text
from signaling.server import SignalingServer
from tests.signaling.people import Person
from tests.signaling.running import RawClient, configured_server

ROOM = to_text(b"r" * 32)
WAIT = 40.0
"""Seconds that anything may take on a busy machine."""
TOKEN = "a token for tests only"


async def until(what: str, met: Callable[[], object]) -> None:
    """Wait until a condition holds, asked again and again."""
    deadline = time.monotonic() + WAIT
    while not met():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.02)


class Cluster:
    """Several servers on one bus, and clients of them."""

    def __init__(self, bus: str, stack: AsyncExitStack) -> None:
        self._bus = bus
        self._stack = stack
        self.servers: list[SignalingServer] = []
        self.urls: list[str] = []

    async def add(self) -> int:
        """Start one more server and return its index."""
        config = ServerConfig(
            host="127.0.0.1", port=0, advertise=False, bus=self._bus, admin_token=TOKEN
        )
        server, url = await self._stack.enter_async_context(configured_server(config))
        self.servers.append(server)
        self.urls.append(url)
        return len(self.servers) - 1

    async def met(self) -> None:
        """Wait until every server knows all others."""
        count = len(self.servers)
        await until("the servers find each other", lambda: self._known() == [count] * count)

    def _known(self) -> list[int]:
        censuses = [server.hub.elsewhere.census() for server in self.servers]
        return [c["servers"] if c and c["connected"] else 0 for c in censuses]

    async def client(self, at: int) -> RawClient:
        return await self._stack.enter_async_context(RawClient(self.urls[at]))


@asynccontextmanager
async def cluster(bus: str, count: int = 2) -> AsyncIterator[Cluster]:
    async with AsyncExitStack() as stack:
        servers = Cluster(bus, stack)
        for _ in range(count):
            await servers.add()
        await servers.met()
        yield servers


async def two_meet(bus: str) -> None:
    async with cluster(bus) as servers:
        here, there = await servers.client(0), await servers.client(1)
        ana = await here.enter(Person(), ROOM)
        await until("the room is known there", lambda: len(servers.servers[1].hub.rooms))
        bob = Person()
        assert (await there.ask("auth", bob.auth(await there.greet())))["ok"]
        answer = await there.ask("join", {"room": ROOM})
        assert answer["peers"] == [{"peer": ana.id, "instance": to_text(ana.instance)}]
        event, joined = await here.next_event()
        assert (event, joined["peer"]) == ("joined", bob.id)
        for number in range(20):
            payload = number.to_bytes(2, "big")
            assert (await here.ask("signal", {"to": bob.id}, payload))["ok"]
        for number in range(20):
            event, signal = await there.next_event()
            assert event == "signal"
            assert signal == {"from": ana.id, "payload": number.to_bytes(2, "big")}
        await there.ws.close()
        event, left = await here.next_event()
        assert (event, left["peer"]) == ("left", bob.id)


async def ready(url: str) -> str:
    """Return what a server says of whether it is ready."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/readyz") as answer:
        body = await answer.json()
    return str(body["status"] if answer.status == 200 else body["error"]["code"])


async def becomes(url: str, wanted: str) -> None:
    """Wait until a server says so of itself."""
    deadline = time.monotonic() + WAIT
    while await ready(url) != wanted:
        assert time.monotonic() < deadline, wanted
        await asyncio.sleep(0.05)


async def the_engine_restarts(
    bus: str, stop: Callable[[], None], start: Callable[[], None]
) -> None:
    """Nobody is told of anything, and what happened meanwhile is made good."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (edge, lines):  # the clients answer no pings while an engine starts
            patch.setattr(module, "PING_INTERVAL", 600)
        await _the_engine_restarts(bus, stop, start)


async def _the_engine_restarts(
    bus: str, stop: Callable[[], None], start: Callable[[], None]
) -> None:
    async with cluster(bus) as servers:
        here, there = await servers.client(0), await servers.client(1)
        ana = await here.enter(Person(), ROOM)
        await until("the room is known there", lambda: len(servers.servers[1].hub.rooms))
        bob = await there.enter(Person(), ROOM)
        assert (await here.next_event())[1]["peer"] == bob.id
        assert [await ready(url) for url in servers.urls] == ["ready", "ready"]
        await asyncio.to_thread(stop)
        for url in servers.urls:
            await becomes(url, "bus-away")
        assert await here.code("signal", {"to": bob.id}, b"lost") == "unknown-peer"
        late = await servers.client(1)
        eve = await late.enter(Person(), ROOM)
        await asyncio.to_thread(start)
        for url in servers.urls:
            await becomes(url, "ready")
        event, joined = await here.next_event()
        assert (event, joined["peer"]) == ("joined", eve.id)
        await servers.met()
        assert await here.code("signal", {"to": bob.id}, b"found") is None
        events = [await there.next_event() for _ in range(2)]
        assert events[0][1]["peer"] == eve.id
        assert events[1] == ("signal", {"from": ana.id, "payload": b"found"})


async def nonsense_is_ignored(bus: str, say: Callable[[bytes], Awaitable[None]]) -> None:
    """`say` sends a frame to all servers."""
    async with cluster(bus) as servers:
        here, there = await servers.client(0), await servers.client(1)
        await here.enter(Person(), ROOM)
        for frame in (b"", b"\xff" * 100, b"\x91\xa4told", b"[]", bytes(100_000)):
            await say(frame)
        bob = await there.enter(Person(), ROOM)
        assert (await here.next_event())[1]["peer"] == bob.id


async def all_servers_are_counted(bus: str) -> None:
    async with cluster(bus) as servers:
        here, there = await servers.client(0), await servers.client(1)
        await here.enter(Person(), ROOM)
        await there.enter(Person(), ROOM)
        await here.next_event()

        async def counted() -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                aiohttp.ClientSession(headers=headers) as http,
                http.get(f"{servers.urls[0]}/api/v1/stats") as answer,
            ):
                stats: dict[str, Any] = await answer.json()
            return stats

        deadline = time.monotonic() + WAIT
        while (stats := await counted())["cluster"]["peers"] != 2:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        assert (stats["peers"], stats["rooms"]) == (1, 1)
        assert {
            k: stats["cluster"][k] for k in ("connected", "servers", "rooms", "connections")
        } == {
            "connected": True,
            "servers": 2,
            "rooms": 1,
            "connections": 2,
        }
        assert len(stats["cluster"]["each"]) == 2
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{servers.urls[0]}/metrics") as answer,
        ):
            text = await answer.text()
        assert "parlor_server_cluster_peers 2.0" in text
        assert "parlor_server_cluster_connected 1.0" in text
