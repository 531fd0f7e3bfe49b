"""Watches one type of service that is announced on the local network by multicast DNS."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from app.domain.errors import AppError

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

RESOLVE_MS = 3000
MAX_RESOLVING = 64

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Announcement:
    """What somebody says of a service: where it is and what it adds.

    `label` is the first part of its name, addresses are texts, IPv6 ones with their scope.
    """

    label: str
    addresses: Sequence[str]
    port: int
    properties: Mapping[bytes, bytes | None]


async def start_zeroconf(interfaces: Sequence[str]) -> AsyncZeroconf:
    """Speak multicast DNS on these addresses of ours, by default on all there are.

    Raises AppError("server-unreachable") without a network.
    """
    # Lazy, and beside the loop: a window answers while this import is paid for.
    await asyncio.to_thread(import_module, "zeroconf.asyncio")
    from zeroconf import Error, InterfaceChoice, IPVersion  # noqa: PLC0415
    from zeroconf.asyncio import AsyncZeroconf  # noqa: PLC0415

    chosen = list(interfaces) or InterfaceChoice.All
    versions = (None,) if interfaces else (IPVersion.All, IPVersion.V4Only)
    reason = ""
    for version in versions:
        try:
            return AsyncZeroconf(interfaces=chosen, ip_version=version)
        except (OSError, RuntimeError, Error) as error:
            reason = type(error).__name__
    raise AppError("server-unreachable", {"reason": reason})


class ServiceWatch(Generic[Found]):
    """`found` is what there is now, by name; `read` makes it of an announcement, or None.

    `changed` is called whenever `found` has. At most `limit` are known: anybody may announce.
    """

    def __init__(
        self,
        service_type: str,
        limit: int,
        read: Callable[[Announcement], Found | None],
        changed: Callable[[], None],
    ) -> None:
        self._type = service_type
        self._limit = limit
        self._read = read
        self._changed = changed
        self._browser: AsyncServiceBrowser | None = None
        self._resolving: dict[str, asyncio.Task[None]] = {}
        self.found: dict[str, Found] = {}

    def start(self, zeroconf: AsyncZeroconf) -> None:
        """Raises OSError, RuntimeError or zeroconf's errors."""
        from zeroconf.asyncio import AsyncServiceBrowser  # noqa: PLC0415 - loaded by now

        self._browser = AsyncServiceBrowser(
            zeroconf.zeroconf, self._type, handlers=[self._on_change]
        )

    async def stop(self) -> None:
        """Watch no longer; what was found stays known until `start` has something newer."""
        tasks = tuple(self._resolving.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.async_cancel()

    def set(self, name: str, found: Found | None) -> None:
        """Note what stands under a name now."""
        before = dict(self.found)
        self.found.pop(name, None)
        if found is not None and len(self.found) < self._limit:
            self.found[name] = found
        if self.found != before:
            self._changed()

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
            self.set(name, None)
        elif len(self._resolving) < MAX_RESOLVING:
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
            label = name.removesuffix(f".{service_type}")
            self.set(
                name, self._read(Announcement(label, addresses, info.port or 0, info.properties))
            )


def address_rank(text: str) -> tuple[bool, bool, int]:
    """Order addresses by how likely they are to be reached."""
    address = ipaddress.ip_address(text)
    return (address.is_loopback, address.is_link_local, address.version)


def is_usable(text: str) -> bool:
    """Tell whether a text is an address that something can be reached at."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or address.is_reserved)
