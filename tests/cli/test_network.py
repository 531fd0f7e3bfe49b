"""Requests about how machines meet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

import pytest

from app.cli.network_handlers import NetworkHandlers
from app.cli.requests import BadRequestError, parse_request
from app.domain.errors import AppError
from app.domain.ice import IceServer, check_ice_servers
from app.services.api import Network


class Chosen:
    """Stands for the network."""

    def __init__(self) -> None:
        self.servers: tuple[IceServer, ...] = ()

    def ice_servers(self) -> Sequence[IceServer]:
        return self.servers

    async def set_ice_servers(self, servers: Sequence[IceServer]) -> None:
        self.servers = check_ice_servers(servers)


async def answer(network: Chosen, **fields: object) -> dict[str, Any]:
    request = parse_request(json.dumps({"id": 1, "do": "ice_servers", **fields}).encode())
    return await NetworkHandlers(cast("Network", network)).table[type(request)](request)


async def test_servers_are_set_and_told_without_credentials() -> None:
    network = Chosen()
    assert await answer(network) == {"servers": []}
    turn = {"url": "turn:host:1", "username": "ana", "credential": "secret"}
    told = await answer(network, servers=[{"url": "stun:host"}, turn])
    assert told == {
        "servers": [
            {"url": "stun:host", "username": ""},
            {"url": "turn:host:1", "username": "ana"},
        ]
    }
    assert network.servers[1].credential == "secret"
    assert await answer(network) == told
    assert await answer(network, servers=[]) == {"servers": []}


@pytest.mark.parametrize(
    ("server", "code"),
    [({"url": "ftp:host"}, "bad-ice-server"), ({"url": "turn:host"}, "ice-server-login")],
)
async def test_what_is_no_server_is_refused(server: dict[str, str], code: str) -> None:
    network = Chosen()
    with pytest.raises(AppError) as caught:
        await answer(network, servers=[server])
    assert caught.value.code == code
    assert network.servers == ()


async def test_what_is_not_understood_does_not_come_back() -> None:
    with pytest.raises(BadRequestError) as caught:
        await answer(Chosen(), servers=[{"url": "turn:host", "credential": 5, "username": "x"}])
    assert caught.value.error.code == "bad-request"
    with pytest.raises(BadRequestError) as caught:
        await answer(Chosen(), servers=[{"url": "turn:host", "credential": "x" * 600}])
    assert "xxx" not in str(caught.value.error.params)
