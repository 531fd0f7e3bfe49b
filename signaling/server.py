"""Puts the server together and runs it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from signaling.addresses import LOOPBACK, lan_addresses, reachable_url
from signaling.advertise import Advertiser
from signaling.config import ServerConfig
from signaling.edge import SocketEdge, system_moment
from signaling.engines import make_bus
from signaling.gate import ConnectionGate
from signaling.http import HttpSide
from signaling.hub import Moment, SignalingHub
from signaling.net import QuietServer, Tls, listen, server_config
from signaling.networks import Networks
from signaling.protocol import SERVER_SIZE
from signaling.snapshot import Snapshots
from signaling.socketio_library import socketio
from signaling.turn import TurnAccounts

if TYPE_CHECKING:
    from signaling.cluster.company import Company
    from signaling.cluster.member import Member

logger = logging.getLogger("signaling.server")

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
# Withdrawing the announcement must not hold up the end.
WITHDRAW_SECONDS = 0.5


class SignalingServer:
    """One server on one socket. `run` serves until `stop` is called from its loop."""

    def __init__(
        self,
        config: ServerConfig,
        interfaces: Sequence[str] = (),
        clock: Callable[[], Moment] = system_moment,
    ) -> None:
        limits = config.limits
        self._config = config
        self._interfaces = interfaces
        turn = TurnAccounts(config.ice_urls, config.turn_secret, config.turn_seconds)
        server = secrets.token_bytes(SERVER_SIZE)
        company = self._company(server) if config.bus else None
        self._hub = SignalingHub(limits, server, turn, company)
        self._edge = SocketEdge(self._hub, limits, config.origins, clock)
        self._member = self._joining(company) if company is not None else None
        snapshots = Snapshots(self._hub, self._edge.tally, lambda: len(self._edge.lines))
        self._http = HttpSide(snapshots, config.admin_token, config.origins)
        # A client holds one connection, and a second one for a moment while it asks by HTTP.
        gate = ConnectionGate(
            2 * limits.connections,
            2 * limits.connections_per_address,
            Networks(config.trusted_proxies),
        )
        tls = Tls(config.tls_certificate, config.tls_key)
        self._server = QuietServer(server_config(self._app(), gate, tls))
        self._stop = asyncio.Event()

    def _app(self) -> Any:
        asgi: Any = socketio.ASGIApp
        app = asgi(self._edge.sio, self._http.app)
        proxies = self._config.trusted_proxies
        return ProxyHeadersMiddleware(app, list(proxies)) if proxies else app

    def _company(self, server: bytes) -> Company:
        # Lazy, like what _joining imports: most servers are alone.
        from signaling.cluster.company import Company  # noqa: PLC0415
        from signaling.cluster.records import Counts  # noqa: PLC0415

        def counts() -> Counts:
            relayed = self._edge.tally.relayed
            return Counts(len(self._edge.lines), len(self._hub.registry.peers), relayed)

        return Company(server, counts)

    def _joining(self, company: Company) -> Member:
        from signaling.cluster.member import Member  # noqa: PLC0415

        url, server = self._config.bus, company.server
        return Member(company, lambda: make_bus(url, server), self._edge.heard)

    @property
    def hub(self) -> SignalingHub:
        """The state, for counting."""
        return self._hub

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stop.set()

    async def run(self, listening: Callable[[str], None]) -> None:
        """Serve; calls `listening` with the URL once it listens. Raises OSError if it cannot."""
        listener = listen(self._config.host, self._config.port)
        with contextlib.closing(listener):
            port = listener.getsockname()[1]
            serving = asyncio.create_task(self._server.serve(sockets=[listener]))
            await self._server.ready.wait()
            listening(reachable_url(self._config.host, port, lan_addresses(), self._scheme))
            await self._serve_until_stopped(port)
            self._server.should_exit = True
            await serving

    async def _serve_until_stopped(self, port: int) -> None:
        config = self._config
        advertiser = Advertiser(
            config.name, port, self._addresses(), self._interfaces, config.after
        )
        tasks = [asyncio.create_task(self._edge.run())]
        if self._member is not None:
            tasks.append(asyncio.create_task(self._member.run()))
        if config.advertise and self._advertisable():
            tasks.append(asyncio.create_task(advertiser.run()))
        try:
            await self._stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            logger.info("stopping")
            self._http.stop()
            await self._edge.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(advertiser.close(), WITHDRAW_SECONDS)

    @property
    def _scheme(self) -> str:
        return "https" if self._config.tls_certificate else "http"

    def _advertisable(self) -> bool:
        if self._config.tls_certificate:
            return False  # what is announced is an address, for which no certificate holds
        host = self._config.host
        return bool(self._interfaces) or host in ANY_ADDRESS or not _is_loopback(host)

    def _addresses(self) -> list[str]:
        host = self._config.host
        if host not in ANY_ADDRESS:
            return [_resolved(host)]
        addresses = [a for a in lan_addresses() if host == "::" or ":" not in a]
        return addresses or [LOOPBACK]


def _resolved(host: str) -> str:
    address: str = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]  # type: ignore[assignment]
    return address


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(_resolved(host)).is_loopback
