"""Several servers on a real Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signaling.cluster import engines_contract as contract
from tests.support.engines import RedisServer, needs_redis, running_redis

pytestmark = needs_redis


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with running_redis(tmp_path) as server:
        yield server


async def test_two_at_different_servers_meet(redis: RedisServer) -> None:
    await contract.two_meet(redis.url)
