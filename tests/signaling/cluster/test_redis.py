"""Several servers on a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from signaling.cluster.bus import Kept, Post
from signaling.cluster.records import Entry
from signaling.cluster.redis_bus import RedisBus
from signaling.config import ServerConfig
from tests.signaling.cluster import engines_contract as contract
from tests.signaling.people import Person
from tests.signaling.running import RawClient, configured_server
from tests.signaling.test_program import LOCAL, program, url_of
from tests.support.engines import RedisServer, needs_redis, running_redis

pytestmark = needs_redis


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with running_redis(tmp_path) as server:
        yield server


async def test_two_at_different_servers_meet(redis: RedisServer) -> None:
    await contract.two_meet(redis.url)


async def test_it_may_restart_empty(redis: RedisServer) -> None:
    await contract.the_engine_restarts(redis.url, redis.kill, redis.start)


async def test_all_servers_are_counted(redis: RedisServer) -> None:
    await contract.all_servers_are_counted(redis.url)


async def test_nonsense_is_ignored(redis: RedisServer) -> None:
    async def say(frame: bytes) -> None:
        async with Redis.from_url(redis.url) as speaker:
            await speaker.publish("parlor:1:all", frame)
            await speaker.publish("parlor:1:to:" + "00" * 32, frame)

    await contract.nonsense_is_ignored(redis.url, say)


async def test_what_is_kept_may_be_nonsense(redis: RedisServer) -> None:
    server = b"s" * 32
    bus = RedisBus(redis.url, server)
    await bus.open()
    try:
        assert await bus.fetch(server) is None
        entry = Entry(b"p" * 32, b"i" * 16, 1)
        await bus.send(Post([], Kept(server, 7, {entry.peer: entry, b"q" * 32: entry})))
        await bus.send(Post([], Kept(server, 8, {b"q" * 32: None})))
        assert await bus.fetch(server) == Kept(server, 8, {entry.peer: entry})
        await bus.send(Post([], Kept(server, 9, {}, anew=True)))
        assert await bus.fetch(server) == Kept(server, 9)
        async with Redis.from_url(redis.url) as speaker:
            await speaker.hset(f"parlor:1:server:{server.hex()}", b"p" * 32, b"nonsense")
            assert await bus.fetch(server) is None
            assert await speaker.pttl(f"parlor:1:server:{server.hex()}") > 0
    finally:
        await bus.close()


async def test_a_killed_server_is_missed_and_its_lease_ends(redis: RedisServer) -> None:
    async with contract.cluster(redis.url, 1) as servers:
        here = await servers.client(0)
        await here.enter(Person(), contract.ROOM)
        async with program(*LOCAL, "--bus", redis.url) as process, AsyncExitStack() as stack:
            there = await stack.enter_async_context(RawClient(await url_of(process)))
            bob = await there.enter(Person(), contract.ROOM)
            assert (await here.next_event())[1]["peer"] == bob.id
            process.kill()
            await process.wait()
            event, left = await here.next_event()
            assert (event, left["peer"]) == ("left", bob.id)
        async with Redis.from_url(redis.url) as reader:
            for _ in range(1000):
                if len(kept := await reader.keys("parlor:1:server:*")) == 1:
                    break
                await asyncio.sleep(0.02)
            assert len(kept) == 1


async def test_a_server_starts_without_the_engine(redis: RedisServer) -> None:
    redis.kill()
    config = ServerConfig(host="127.0.0.1", port=0, advertise=False, bus=redis.url)
    async with configured_server(config) as (_, url), RawClient(url) as client:
        await client.enter(Person(), contract.ROOM)
        assert await contract.ready(url) == "bus-away"
        redis.start()
        await contract.becomes(url, "ready")
