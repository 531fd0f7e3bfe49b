"""Servers, people near by, links: what front ends ask of the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.domain.ids import PeerId
from app.domain.views import PersonView
from app.services.api import LanChoices, LinkView, ServerView
from app.services.connection_manager import ConnectionManager, LinkReport
from app.services.hosting_keeper import HostingKeeper
from app.services.ice_keeper import IceKeeper
from app.services.publisher import Publisher
from app.services.server_urls import canonical, connectable
from app.services.signaling_hub import SignalingHub

DIRECTORY_LIMIT = 50


class NetworkService:
    """Implements `api.Network`."""

    def __init__(
        self,
        hub: SignalingHub,
        manager: ConnectionManager,
        publisher: Publisher,
        hosting: HostingKeeper,
        ice: IceKeeper,
    ) -> None:
        self._hub = hub
        self._manager = manager
        self._publisher = publisher
        self.ice = ice
        self.hosting = hosting
        self.near_by = hosting.near_by
        self.on_found: Callable[[PeerId, str], None] = lambda _peer, _name: None

    async def load(self) -> None:
        """Take up what was chosen."""
        await self.ice.load()

    def ice_servers(self) -> Sequence[IceServer]:
        return self.ice.chosen

    async def set_ice_servers(self, servers: Sequence[IceServer]) -> None:
        """Raises AppError("too-many-ice-servers" | "bad-ice-server" | "ice-server-login")."""
        await self.ice.choose(servers)

    def meets_near_by(self) -> bool:
        return self._hub.is_near_by

    def lan(self) -> LanChoices:
        return self.near_by.choices

    async def set_lan(self, choices: LanChoices) -> None:
        await self.near_by.choose(choices)

    async def connect(self, url: str) -> None:
        """Raises AppError("bad-server-url" | "not-implemented")."""
        kept = connectable(url)
        self.hosting.chosen(kept)
        self._hub.connect(kept)

    async def disconnect(self, url: str) -> None:
        """Raises AppError("bad-server-url" | "unknown-server")."""
        await self._hub.disconnect(canonical(url))
        self.hosting.left()

    def try_now(self) -> None:
        self._hub.try_now()
        self._manager.try_now()

    def servers(self) -> Sequence[ServerView]:
        hosted = self.near_by.local.url
        return [
            ServerView(client.url, client.state, client.reason, client.url == hosted)
            for client in self._hub.clients.values()
        ]

    def links(self) -> Sequence[LinkView]:
        return [_link_view(report) for report in self._manager.reports.values()]

    async def directory(self, query: str) -> Sequence[PersonView]:
        """Raises AppError("no-server") while no server is online."""
        if not self._hub.is_online:
            raise AppError("no-server")
        cards = await self._hub.search(query, DIRECTORY_LIMIT)
        for card in cards:
            self._publisher.names.hear(card.peer, card.name)
            self.on_found(card.peer, card.name)
        return [PersonView(card.peer, card.name, online=True) for card in cards]

    async def host(self) -> str:
        """Raises AppError("hosting-failed")."""
        return await self.hosting.host()

    async def stop_hosting(self) -> None:
        await self.hosting.stop()


def _link_view(report: LinkReport) -> LinkView:
    live = report.live
    if live is None:
        return LinkView(
            report.peer, report.state, None, None, 0.0, report.since_ms, reason=report.reason
        )
    return LinkView(
        peer=report.peer,
        state=report.state,
        route=live.route,
        rtt_ms=live.rtt_ms,
        loss=live.loss,
        since_ms=report.since_ms,
        jitter_ms=live.meter.jitter_ms,
        loss_in=live.meter.loss_in,
        rate_in=live.meter.rate_in,
        rate_out=live.meter.rate_out,
        uptime_s=live.uptime_s,
        quality=live.quality,
        through=live.through,
    )
