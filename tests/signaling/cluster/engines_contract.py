"""What every engine has to do, with real servers on it: test modules bring the engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from signaling.config import ServerConfig
from signaling.protocol import to_text
from signaling.server import SignalingServer
from tests.signaling.people import Person
from tests.signaling.running import RawClient, configured_server

ROOM = to_text(b"r" * 32)
WAIT = 15.0
TOKEN = "a token for tests only"


async def until(what: str, met: object) -> None:
    """Wait until a condition holds, asked again and again."""
    assert callable(met)
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
