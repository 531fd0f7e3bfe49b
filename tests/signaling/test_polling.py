"""Hostile clients that use long polling, where no open connection can be broken off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from signaling.protocol import MAX_PACKET
from signaling.server import SignalingServer
from tests.signaling.people import Person
from tests.signaling.running import running_server


class Poller:
    """Speaks Engine.IO over plain HTTP requests."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = f"{url}/socket.io/?EIO=4&transport=polling"

    async def open(self) -> None:
        async with self._http.get(self._url) as response:
            assert response.status == 200
            opening = json.loads((await response.text())[1:])
        self._url += f"&sid={opening['sid']}"

    async def post(self, body: str) -> int:
        async with self._http.post(self._url, data=body) as response:
            await response.read()
            return response.status

    async def get(self) -> list[str]:
        async with self._http.get(self._url) as response:
            text = await response.text()
            return text.split("\x1e") if response.status == 200 and text else []

    async def greet(self) -> dict[str, object]:
        assert await self.post("40") == 200
        while True:
            for packet in await self.get():
                if packet.startswith('42["challenge"'):
                    return dict(json.loads(packet[2:])[1])

    async def gone(self) -> bool:
        for _ in range(1500):
            if await self.post("3") != 200:
                return True
            await asyncio.sleep(0.02)
        return False


@pytest.fixture
async def running() -> AsyncIterator[tuple[SignalingServer, str]]:
    async with running_server(connections_per_address=3) as running:
        yield running


@pytest.fixture
async def poller(running: tuple[SignalingServer, str]) -> AsyncIterator[Poller]:
    async with aiohttp.ClientSession() as http:
        poller = Poller(http, running[1])
        await poller.open()
        yield poller


@pytest.mark.parametrize("body", ["4x", "42[]", '459999999999-["signal"]', "bAAAA", '44{"x":1}'])
async def test_a_broken_packet_ends_the_session(
    running: tuple[SignalingServer, str], poller: Poller, body: str
) -> None:
    ana = Person()
    proof = ana.auth(await poller.greet())
    assert await poller.post("421" + json.dumps(["auth", proof])) == 200
    assert ana.peer in running[0].hub.registry.peers
    await poller.post(body)
    assert await poller.gone()
    assert ana.peer not in running[0].hub.registry.peers


@pytest.mark.parametrize("body", ["x", "4[" + "[" * 50_000, "\x1e" * 20, "\ud800"[:0] + "9"])
async def test_what_is_no_packet_changes_nothing(poller: Poller, body: str) -> None:
    assert (await poller.greet())["version"] == 1
    assert await poller.post(body) == 200
    assert await poller.post("420" + json.dumps(["join", {}])) == 200
    assert any("not-authenticated" in packet for packet in await poller.get())


async def test_a_body_has_a_limit(poller: Poller) -> None:
    assert await poller.post("4" + "x" * MAX_PACKET) == 400
    assert await poller.gone()


async def test_a_false_proof_is_answered_and_ends_the_session(poller: Poller) -> None:
    proof = Person().auth(await poller.greet(), peer=Person().id)
    await poller.post("420" + json.dumps(["auth", proof]))
    assert any("auth-failed" in packet for packet in await poller.get())
    assert await poller.gone()


async def test_a_session_without_a_word_ends_and_makes_room() -> None:
    limits = running_server(auth_seconds=0.2, connections_per_address=1)
    async with limits as (_, url), aiohttp.ClientSession() as http:
        for _ in range(2):
            poller = Poller(http, url)
            await poller.open()
            assert await poller.gone()


async def test_one_address_has_so_many_sessions(
    running: tuple[SignalingServer, str], poller: Poller
) -> None:
    async with aiohttp.ClientSession() as http:
        others = [Poller(http, running[1]) for _ in range(3)]
        await others[0].open()
        await others[1].open()
        with pytest.raises(AssertionError):
            await others[2].open()
        await poller.post("4x")
        assert await poller.gone()
        await others[2].open()
