from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest

from app.domain.errors import AppError
from app.transport import local_server
from app.transport.local_server import ChildServer
from tests.services.world import until
from tests.support.ports import free_port

HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_server, "PREFERRED_PORT", free_port())
    monkeypatch.setattr(local_server, "START_SECONDS", 60.0)


@pytest.fixture
async def hosted() -> AsyncIterator[ChildServer]:
    server = ChildServer("Ana", host=HERE)
    yield server
    await server.stop()


async def health(url: str) -> int:
    async with aiohttp.ClientSession() as client, client.get(f"{url}/healthz") as response:
        return response.status


async def test_it_listens_until_it_is_stopped(hosted: ChildServer) -> None:
    url, again = await asyncio.gather(hosted.start(), hosted.start())
    assert await hosted.start() == url == again == hosted.url
    assert await health(url) == 200
    await hosted.stop()
    await hosted.stop()
    with pytest.raises(aiohttp.ClientError):
        await health(url)


async def test_a_taken_port_is_no_obstacle(hosted: ChildServer) -> None:
    with socket.socket() as holder:
        holder.bind((HERE, local_server.PREFERRED_PORT))
        holder.listen()
        url = await hosted.start()
    assert not url.endswith(f":{local_server.PREFERRED_PORT}")


async def test_a_child_that_dies_is_started_again(
    hosted: ChildServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "CHECK_EVERY", 0.1)
    await hosted.start()
    first = hosted._process
    assert first is not None
    first.kill()
    await until(lambda: hosted._process not in (None, first), "started again")
    await hosted.stop()


@pytest.mark.parametrize("says", ["", "print('no json')", "print('{}')"])
async def test_a_child_that_cannot_listen_is_named(says: str) -> None:
    server = ChildServer("Ana", (sys.executable, "-c", says))
    with pytest.raises(AppError, match="hosting failed"):
        await server.start()
    assert server.url is None
