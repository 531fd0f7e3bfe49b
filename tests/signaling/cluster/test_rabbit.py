"""Several servers on a real RabbitMQ, which takes seconds to start: one for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import aio_pika
import pytest

from signaling.cluster.amqp_bus import EXCHANGE
from tests.signaling.cluster import engines_contract as contract
from tests.support.engines import RabbitServer, needs_rabbit, running_rabbit

pytestmark = needs_rabbit


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    with running_rabbit(tmp_path_factory.mktemp("rabbit")) as server:
        yield server


async def test_two_at_different_servers_meet(rabbit: RabbitServer) -> None:
    await contract.two_meet(rabbit.url)


async def test_all_servers_are_counted(rabbit: RabbitServer) -> None:
    await contract.all_servers_are_counted(rabbit.url)


async def test_nonsense_is_ignored(rabbit: RabbitServer) -> None:
    async def say(frame: bytes) -> None:
        connection = await aio_pika.connect(rabbit.url)
        async with connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(EXCHANGE)
            await exchange.publish(aio_pika.Message(frame), "")

    await contract.nonsense_is_ignored(rabbit.url, say)


async def test_it_may_restart(rabbit: RabbitServer) -> None:
    await contract.the_engine_restarts(rabbit.url, rabbit.kill, rabbit.start)
