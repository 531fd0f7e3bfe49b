"""Servers, people near by, links: what front ends ask of the network."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.domain.ids import PeerId
from app.domain.views import PersonView
from app.protocol.server_hint import Reader, read_server, write_server
from app.services.api import LanChoices, LinkView, ServerView
from app.services.connection_manager import ConnectionManager, LinkReport
from app.services.ice_keeper import IceKeeper
from app.services.near_by import NearBy
from app.services.publisher import Publisher
from app.services.signaling_hub import SignalingHub
from app.transport.base import FoundServer, LanDiscovery

DIRECTORY_LIMIT = 50

log = logging.getLogger(__name__)


class NetworkService:
    """Implements `api.Network`."""

    def __init__(
        self,
        hub: SignalingHub,
        manager: ConnectionManager,
        publisher: Publisher,
        near_by: NearBy,
        ice: IceKeeper,
    ) -> None:
        self._hub = hub
        self._manager = manager
        self._publisher = publisher
        self._local = near_by.local
        self.ice = ice
        self.near_by = near_by
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
        self._hub.connect(connectable(url))

    async def disconnect(self, url: str) -> None:
        """Raises AppError("bad-server-url" | "unknown-server")."""
        await self._hub.disconnect(canonical(url))

    def try_now(self) -> None:
        self._hub.try_now()
        self._manager.try_now()

    def servers(self) -> Sequence[ServerView]:
        hosted = self._local.url
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
        url = canonical(await self._local.start())
        self._hub.connect(url)
        return url

    async def stop_hosting(self) -> None:
        url = self._local.url
        await self._local.stop()
        if url is not None and url in self._hub.clients:
            await self._hub.disconnect(url)

    async def follow(self, discovery: LanDiscovery) -> None:
        """Connect to the servers of the local network as they appear, until cancelled."""
        while True:
            for found in discovery.servers():
                self._meet(found)
            await discovery.changed()

    def _meet(self, found: FoundServer) -> None:
        try:
            url = connectable(found.url)
        except AppError as error:
            log.info("%s announces itself as %r", found.name, error)
            return
        if url not in self._hub.clients:
            self._hub.connect(url)


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


def connectable(url: str) -> str:
    """Return the URL of a server that this version can speak to, in the form that is kept.

    Raises AppError("bad-server-url").
    """
    kept = canonical(url)
    scheme, _, place = kept.partition("://")
    if scheme in ("http", "https") and "/" in place:
        raise AppError("bad-server-url", {"url": kept})
    return kept


def canonical(url: str) -> str:
    """Return a server's URL in the one form that is kept. Raises AppError("bad-server-url")."""
    if not url:
        raise AppError("bad-server-url", {"url": url})
    return read_server(Reader(write_server(url)))
