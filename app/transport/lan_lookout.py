"""Shows us to other programs of the local network, and them to us, by multicast DNS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.domain.errors import AppError
from app.transport.lan_addresses import LocalNetwork, changed, local_network
from app.transport.lan_sight import Sighting
from app.transport.lan_watch import (
    Announcement,
    ServiceWatch,
    address_rank,
    is_usable,
    start_zeroconf,
)
from app.transport.lan_wire import LABEL_SIZE, PEER_SERVICE

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

MAX_SEEN = 256
VERSION = "1"
KEPT_SECONDS = 300
"""For so long others believe what we have announced, if we end without taking it back."""


class ZeroconfLookout:
    """Implements Lookout. `interfaces` are our addresses to be seen on, by default all."""

    def __init__(self, interfaces: Sequence[str] = ()) -> None:
        self._interfaces = tuple(interfaces)
        self._network = LocalNetwork(())
        self._zeroconf: AsyncZeroconf | None = None
        self._watch = ServiceWatch(PEER_SERVICE, MAX_SEEN, _read, self._tell)
        self._moving: asyncio.Task[None] | None = None
        self._telling: asyncio.Future[None] | None = None
        self._change = asyncio.Event()

    async def announce(self, label: str, port: int) -> None:
        self._network = await asyncio.to_thread(local_network, self._interfaces)
        self._moving = asyncio.create_task(changed(self._network, self._interfaces))
        self._moving.add_done_callback(lambda _: self._tell())
        self._zeroconf = await start_zeroconf(self._interfaces)
        try:
            service = service_info(label, port, self._network.addresses)
            # The label is random: asking first whether somebody has it takes half a second.
            self._telling = asyncio.ensure_future(
                await self._zeroconf.async_register_service(service, cooperating_responders=True)
            )
            self._watch.start(self._zeroconf)
        except (OSError, RuntimeError) as error:
            raise AppError("server-unreachable", {"reason": type(error).__name__}) from error

    def seen(self) -> Mapping[str, Sighting]:
        return {name.partition(".")[0]: found for name, found in self._watch.found.items()}

    async def changed(self) -> None:
        await self._change.wait()
        if self._moving is not None and self._moving.done():
            raise AppError("network-changed")

    def is_near(self, address: str) -> bool:
        return self._network.has(address)

    async def close(self) -> None:
        if self._moving is not None:
            self._moving.cancel()
            await asyncio.gather(self._moving, return_exceptions=True)
        await self._watch.stop()
        zeroconf, self._zeroconf = self._zeroconf, None
        if self._telling is not None:
            self._telling.cancel()  # it is said three times: not once more behind the goodbye
        if zeroconf is not None:
            try:
                await zeroconf.async_unregister_all_services()
            finally:
                await zeroconf.async_close()

    def _tell(self) -> None:
        change, self._change = self._change, asyncio.Event()
        change.set()


def service_info(label: str, port: int, addresses: Sequence[str]) -> AsyncServiceInfo:
    """Return what is announced of us: nothing that tells of the person or the machine."""
    from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415 - loaded by now

    packed = [
        socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
        for address in addresses
    ]
    return AsyncServiceInfo(
        PEER_SERVICE,
        f"{label}.{PEER_SERVICE}",
        port=port,
        addresses=packed,
        properties={"version": VERSION},
        server=f"{label}.local.",
        other_ttl=KEPT_SECONDS,
    )


def _read(announced: Announcement) -> Sighting | None:
    addresses = sorted(filter(is_usable, announced.addresses), key=address_rank)
    version = announced.properties.get(b"version")
    is_ours = version == VERSION.encode() and len(announced.label) == LABEL_SIZE
    if not addresses or not 0 < announced.port < 2**16 or not is_ours:
        return None
    return Sighting(tuple(addresses), announced.port)
