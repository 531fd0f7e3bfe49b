"""Signaling over the local network alone: opens the session with whoever is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from app.domain.errors import AppError
from app.transport.base import LAN_URL, Authenticator
from app.transport.lan_hosts import LanHosts
from app.transport.lan_sight import Lookout

if TYPE_CHECKING:
    from app.transport.lan_session import LanSession

OPEN_SECONDS = 10.0


class LanTransport:
    """Implements SignalingTransport for the one URL that stands for the network we are on."""

    def __init__(self, lookout: Callable[[], Lookout]) -> None:
        """`lookout` makes a fresh one for each session."""
        self._lookout = lookout
        self.hosts = LanHosts()

    async def open(self, url: str, who: Authenticator) -> LanSession:
        """See SignalingTransport."""
        if url.strip() != LAN_URL:
            raise AppError("bad-url", {"url": url[:200]})
        module = await asyncio.to_thread(import_module, "app.transport.lan_session")
        session: LanSession = module.LanSession(who, self._lookout(), self.hosts)
        opened = False
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await session.start()
            opened = True
        except TimeoutError as error:
            raise AppError("server-unreachable", {"server": LAN_URL}) from error
        finally:
            if not opened:
                await session.close()
        return session
