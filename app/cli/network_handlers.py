"""Carries out requests about how machines meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.cli import network_requests as ask
from app.domain.ice import IceServer
from app.services.api import Network

Answer = dict[str, Any]


class NetworkHandlers:
    """One method for each request; `table` finds it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.IceServers: self._ice_servers,
        }

    async def _ice_servers(self, request: ask.IceServers) -> Answer:
        if request.servers is not None:
            chosen = [IceServer(one.url, one.username, one.credential) for one in request.servers]
            await self._network.set_ice_servers(chosen)
        known = self._network.ice_servers()
        return {"servers": [{"url": one.url, "username": one.username} for one in known]}
