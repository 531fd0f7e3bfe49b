"""Carries out requests about how machines meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
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
            ask.Host: self._host,
            ask.StopHosting: self._stop_hosting,
            ask.Lan: self._lan,
        }

    async def _ice_servers(self, request: ask.IceServers) -> Answer:
        if request.servers is not None:
            chosen = [IceServer(one.url, one.username, one.credential) for one in request.servers]
            await self._network.set_ice_servers(chosen)
        known = self._network.ice_servers()
        return {"servers": [{"url": one.url, "username": one.username} for one in known]}

    async def _host(self, _: ask.Host) -> Answer:
        return {"server": await self._network.host()}

    async def _stop_hosting(self, _: ask.StopHosting) -> Answer:
        await self._network.stop_hosting()
        return {}

    async def _lan(self, request: ask.Lan) -> Answer:
        chosen = self._network.lan()
        given = {"direct": request.direct, "may_host": request.may_host}
        changes = {name: value for name, value in given.items() if value is not None}
        if changes:
            chosen = replace(chosen, **changes)
            await self._network.set_lan(chosen)
        hosted = [server.url for server in self._network.servers() if server.hosted]
        return {**asdict(chosen), "hosting": hosted[0] if hosted else None}
