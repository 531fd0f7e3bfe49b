"""Opens a session with a server of any kind that we can speak to, by its URL."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.errors import AppError
from app.transport.base import Authenticator, SignalingSession, SignalingTransport


class AnySignaling:
    """Implements SignalingTransport; `transports` are the ones for each scheme."""

    def __init__(self, transports: Mapping[str, SignalingTransport]) -> None:
        self._transports = transports

    async def open(self, url: str, who: Authenticator) -> SignalingSession:
        """See SignalingTransport."""
        transport = self._transports.get(url.strip().partition("://")[0].lower())
        if transport is None:
            raise AppError("bad-url", {"url": url[:200]})
        return await transport.open(url, who)
