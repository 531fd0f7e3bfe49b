"""Finds signaling servers on the local network by multicast DNS."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import logging
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from app.transport.base import FoundServer
from signaling.protocol import SERVICE_TYPE, good_name

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10.0
RESOLVE_MS = 3000
# Anybody on the network may announce: more than this is an attack, not a network.
MAX_SERVERS = 64
NAMELESS = "Parlor"


class ZeroconfDiscovery:
    """Implements LanDiscovery. Without a network it finds nothing and keeps trying.

    `interfaces` are the addresses to look on, by default all.
    """

    def __init__(self, interfaces: Sequence[str] = ()) -> None:
        self._interfaces = tuple(interfaces)
        self._found: dict[str, FoundServer] = {}
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._resolving: dict[str, asyncio.Task[None]] = {}
        self._change = asyncio.Event()
        self._starting = asyncio.get_running_loop().create_task(self._start())

    def servers(self) -> Sequence[FoundServer]:
        return tuple({found.url: found for found in self._found.values()}.values())

    async def changed(self) -> None:
        await self._change.wait()

    async def close(self) -> None:
        tasks = [self._starting, *self._resolving.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._shut()

    async def _start(self) -> None:
        for delay in itertools.repeat(RETRY_SECONDS):
            if await self._browse():
                break
            await asyncio.sleep(delay)

    async def _browse(self) -> bool:
        # Lazy, and beside the loop: a window answers while this import is paid for.
        await asyncio.to_thread(import_module, "zeroconf.asyncio")
        from zeroconf import Error, InterfaceChoice  # noqa: PLC0415
        from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf  # noqa: PLC0415

        interfaces = list(self._interfaces) or InterfaceChoice.All
        try:
            self._zeroconf = AsyncZeroconf(interfaces=interfaces)
            self._browser = AsyncServiceBrowser(
                self._zeroconf.zeroconf, SERVICE_TYPE, handlers=[self._on_change]
            )
        except (OSError, RuntimeError, Error) as error:
            logger.info("the local network cannot be watched: %s", type(error).__name__)
            await self._shut()
            return False
        return True

    async def _shut(self) -> None:
        browser, self._browser = self._browser, None
        zeroconf, self._zeroconf = self._zeroconf, None
        if browser is not None:
            await browser.async_cancel()
        if zeroconf is not None:
            await zeroconf.async_close()

    def _on_change(
        self,
        zeroconf: Zeroconf,
        service_type: str,
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        earlier = self._resolving.pop(name, None)
        if earlier is not None:
            earlier.cancel()
        if state_change.name == "Removed":
            self._set(name, None)
        elif len(self._resolving) < MAX_SERVERS:
            resolving = asyncio.get_running_loop().create_task(
                self._resolve(zeroconf, service_type, name)
            )
            self._resolving[name] = resolving
            resolving.add_done_callback(lambda task: self._resolved(name, task))

    def _resolved(self, name: str, task: asyncio.Task[None]) -> None:
        if self._resolving.get(name) is task:
            del self._resolving[name]

    async def _resolve(self, zeroconf: Zeroconf, service_type: str, name: str) -> None:
        from zeroconf import BadTypeInNameException, IPVersion  # noqa: PLC0415 - as above
        from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415

        try:
            info = AsyncServiceInfo(service_type, name)
            answered = await info.async_request(zeroconf, RESOLVE_MS)
        except (BadTypeInNameException, OSError, RuntimeError):
            return
        if answered:
            addresses = info.parsed_scoped_addresses(IPVersion.All)
            self._set(name, found_server(addresses, info.port, info.properties))

    def _set(self, name: str, server: FoundServer | None) -> None:
        before = self.servers()
        self._found.pop(name, None)
        if server is not None and len(self._found) < MAX_SERVERS:
            self._found[name] = server
        if self.servers() != before:
            change, self._change = self._change, asyncio.Event()
            change.set()


def found_server(
    addresses: Sequence[str], port: int | None, properties: Mapping[bytes, bytes | None]
) -> FoundServer | None:
    """Return the server that an announcement tells of, or None if it tells nonsense.

    `addresses` are texts, IPv6 ones with a scope where they need one.
    """
    usable = sorted(filter(_reachable, addresses), key=_rank)
    if not usable or not port or not 0 < port < 2**16:
        return None
    host = usable[0]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    try:
        name = (properties.get(b"name") or b"").decode()
    except UnicodeDecodeError:
        name = ""
    return FoundServer(url, name if good_name(name) else NAMELESS)


def _reachable(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or address.is_reserved)


def _rank(text: str) -> tuple[bool, bool, int]:
    address = ipaddress.ip_address(text)
    return (address.is_loopback, address.is_link_local, address.version)
