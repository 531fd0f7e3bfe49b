"""The signaling in memory keeps the same contract as the real one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.support.memory_signaling import MemoryServer, MemorySignaling
from tests.transport.contract.signaling import SignalingContract

URL = "http://memory:1"


class TestContract(SignalingContract):
    @pytest.fixture
    def server(self) -> MemoryServer:
        return MemoryServer(rooms_per_peer=self.rooms_per_peer)

    @pytest.fixture
    def url(self) -> str:
        return URL

    @pytest.fixture
    def transport(self, server: MemoryServer) -> MemorySignaling:
        return MemorySignaling({URL: server})

    @pytest.fixture
    def stop_server(self, server: MemoryServer) -> Callable[[], Awaitable[None]]:
        async def stop() -> None:
            server.stop()

        return stop
