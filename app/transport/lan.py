"""Finds signaling servers on the local network by multicast DNS."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.domain.errors import AppError
from app.transport.base import FoundServer
from app.transport.lan_addresses import changed, local_network
from app.transport.lan_watch import (
    Announcement,
    ServiceWatch,
    address_rank,
    is_usable,
    start_zeroconf,
)
from signaling.protocol import SERVICE_TYPE, good_name

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10.0
# Anybody on the network may announce: more than this is an attack, not a network.
MAX_SERVERS = 64
MAX_LABEL = 63
NAMELESS = "Parlor"


class ZeroconfDiscovery:
    """Implements LanDiscovery. Without a network it finds nothing and keeps trying.

    `interfaces` are the addresses to look on, by default all. On another network it starts anew.
    """

    def __init__(self, interfaces: Sequence[str] = ()) -> None:
        self._interfaces = tuple(interfaces)
        self._zeroconf: AsyncZeroconf | None = None
        self._watch = ServiceWatch(SERVICE_TYPE, MAX_SERVERS, _read, self._tell)
        self._told: Sequence[FoundServer] = ()
        self._change = asyncio.Event()
        self._running = asyncio.get_running_loop().create_task(self._run())

    def servers(self) -> Sequence[FoundServer]:
        return tuple({found.url: found for found in self._watch.found.values()}.values())

    async def changed(self) -> None:
        await self._change.wait()

    async def close(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self._shut()

    async def _run(self) -> None:
        for delay in itertools.repeat(RETRY_SECONDS):
            network = local_network(self._interfaces)
            if await self._browse():
                await changed(network, self._interfaces)
                await self._shut()
                self._watch.found.clear()
                self._tell()
            else:
                await asyncio.sleep(delay)

    async def _browse(self) -> bool:
        try:
            self._zeroconf = await start_zeroconf(self._interfaces)
            self._watch.start(self._zeroconf)
        except (AppError, OSError, RuntimeError) as error:
            logger.info("the local network cannot be watched: %s", error)
            await self._shut()
            return False
        return True

    async def _shut(self) -> None:
        await self._watch.stop()
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            await zeroconf.async_close()

    def _tell(self) -> None:
        servers = self.servers()
        if servers != self._told:
            self._told = servers
            change, self._change = self._change, asyncio.Event()
            change.set()


def _read(announced: Announcement) -> FoundServer | None:
    found = found_server(announced.addresses, announced.port, announced.properties)
    if found is None or len(announced.label) > MAX_LABEL:
        return None
    after = _text(announced.properties, b"after")[:MAX_LABEL]
    return FoundServer(found.url, found.name, announced.label, after)


def found_server(
    addresses: Sequence[str], port: int | None, properties: Mapping[bytes, bytes | None]
) -> FoundServer | None:
    """Return the server that an announcement tells of, or None if it tells nonsense.

    `addresses` are texts, IPv6 ones with a scope where they need one.
    """
    usable = sorted(filter(is_usable, addresses), key=address_rank)
    if not usable or not port or not 0 < port < 2**16:
        return None
    host = usable[0]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    name = _text(properties, b"name")
    return FoundServer(url, name if good_name(name) else NAMELESS)


def _text(properties: Mapping[bytes, bytes | None], key: bytes) -> str:
    try:
        return (properties.get(key) or b"").decode()
    except UnicodeDecodeError:
        return ""
