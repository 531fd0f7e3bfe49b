"""Signaling with no server: the contract, and strangers who do not keep the rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from app.transport.base import LAN_URL
from app.transport.lan_direct import LanTransport
from tests.support.memory_lookout import Street
from tests.transport.contract.signaling import SignalingContract


@pytest.fixture
async def street() -> Street:
    return Street()


class TestLan(SignalingContract):
    @pytest.fixture
    def transport(self, street: Street) -> LanTransport:
        return LanTransport(street.lookout)

    @pytest.fixture
    def url(self) -> str:
        return LAN_URL

    @pytest.fixture
    def stop_server(self, street: Street) -> Callable[[], Awaitable[None]]:
        return street.vanish
