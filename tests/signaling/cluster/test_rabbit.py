"""Several servers on a real RabbitMQ, which takes seconds to start: one for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.signaling.cluster import engines_contract as contract
from tests.support.engines import RabbitServer, needs_rabbit, running_rabbit

pytestmark = needs_rabbit


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    with running_rabbit(tmp_path_factory.mktemp("rabbit")) as server:
        yield server


async def test_two_at_different_servers_meet(rabbit: RabbitServer) -> None:
    await contract.two_meet(rabbit.url)
