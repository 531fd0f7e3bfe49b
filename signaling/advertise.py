"""Announces the server on the local network by multicast DNS."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from signaling.protocol import PROTOCOL_VERSION, SERVICE_TYPE

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

logger = logging.getLogger("signaling.advertise")

MAX_TXT_NAME = 200
RETRY_SECONDS = 15.0
# For so long others believe in a server whose machine has died.
KEPT_SECONDS = 300


class Advertiser:
    """One announced service. Without a network it keeps trying and never raises.

    `addresses` are where the server is reached; `interfaces` are those to announce on, by
    default all. The announced host name is random: it tells nothing of this machine. `after` is
    the one of a server whose place this one takes.
    """

    def __init__(
        self,
        name: str,
        port: int,
        addresses: Sequence[str],
        interfaces: Sequence[str] = (),
        after: str = "",
    ) -> None:
        self._name = name
        self._after = after
        self._port = port
        self._addresses = tuple(addresses)
        self._interfaces = tuple(interfaces)
        self._complained = False
        self._zeroconf: AsyncZeroconf | None = None
        self._telling: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Announce, and go on until cancelled."""
        for delay in itertools.repeat(RETRY_SECONDS):
            if await self._announce():
                break
            await asyncio.sleep(delay)
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Take the announcement back."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if self._telling is not None:
            self._telling.cancel()  # it is said three times: not once more behind the goodbye
        if zeroconf is not None:
            try:
                await zeroconf.async_unregister_all_services()
            finally:
                await zeroconf.async_close()

    async def _announce(self) -> bool:
        # Lazy: the server listens before it pays for this import.
        from zeroconf import Error, InterfaceChoice  # noqa: PLC0415
        from zeroconf.asyncio import AsyncZeroconf  # noqa: PLC0415

        interfaces = list(self._interfaces) or InterfaceChoice.All
        try:
            self._zeroconf = AsyncZeroconf(interfaces=interfaces)
            # The label is random: to ask first whether somebody has it takes half a second.
            self._telling = asyncio.ensure_future(
                await self._zeroconf.async_register_service(
                    self._service(), cooperating_responders=True
                )
            )
        except (OSError, RuntimeError, Error) as error:
            level = logging.DEBUG if self._complained else logging.WARNING
            logger.log(level, "cannot announce the server: %s", type(error).__name__)
            self._complained = True
            await self.close()
            return False
        logger.info("announced on the local network")
        return True

    def _service(self) -> AsyncServiceInfo:
        from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415 - as above

        label = f"parlor-{secrets.token_hex(4)}"
        name = self._name.encode()[:MAX_TXT_NAME].decode(errors="ignore")
        after = {"after": self._after} if self._after else {}
        return AsyncServiceInfo(
            SERVICE_TYPE,
            f"{label}.{SERVICE_TYPE}",
            port=self._port,
            addresses=[_packed(address) for address in self._addresses],
            properties={"version": str(PROTOCOL_VERSION), "name": name, **after},
            server=f"{label}.local.",
            other_ttl=KEPT_SECONDS,
        )


def _packed(address: str) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address)
