"""Signaling over Socket.IO: opens sessions with a bundled server."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp

from app.domain.errors import AppError
from app.transport.base import Authenticator
from app.transport.socketio_session import SocketIOSession

OPEN_SECONDS = 10.0
CARRIERS = ("websocket", "polling")


class SocketIOTransport:
    """Implements SignalingTransport for http:// and https:// servers."""

    def __init__(self, open_seconds: float = OPEN_SECONDS) -> None:
        self._open_seconds = open_seconds

    async def open(self, url: str, who: Authenticator) -> SocketIOSession:
        """Connect and authenticate; long polling where WebSockets do not get through."""
        server = checked_url(url)
        try:
            async with asyncio.timeout(self._open_seconds):
                return await self._first_that_works(server, who)
        except TimeoutError as error:
            raise AppError("server-unreachable", {"server": server}) from error

    async def _first_that_works(self, server: str, who: Authenticator) -> SocketIOSession:
        try:
            return await self._open_by(CARRIERS[0], server, who)
        except AppError as error:
            if error.code != "server-unreachable":
                raise
        return await self._open_by(CARRIERS[1], server, who)

    async def _open_by(self, carrier: str, server: str, who: Authenticator) -> SocketIOSession:
        session = SocketIOSession(aiohttp.ClientSession(), who)
        opened = False
        try:
            await session.start(server, carrier)
            opened = True
        finally:
            if not opened:
                await session.close()
        return session


def checked_url(url: str) -> str:
    """Return scheme, host and port of a server's URL. Raises AppError("bad-url")."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise AppError("bad-url", {"url": url[:200]}) from error
    host = parts.hostname
    extra = parts.username or parts.query or parts.fragment or parts.path not in ("", "/")
    if parts.scheme not in ("http", "https") or not host or port == 0 or extra:
        raise AppError("bad-url", {"url": url[:200]})
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
