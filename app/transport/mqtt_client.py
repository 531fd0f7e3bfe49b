"""Signaling over MQTT: opens sessions with a broker."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from app.domain.errors import AppError
from app.transport.base import Authenticator
from app.transport.mqtt_address import broker_address

if TYPE_CHECKING:
    from app.transport.mqtt_session import MqttSession

OPEN_SECONDS = 10.0


class MqttTransport:
    """Implements SignalingTransport for mqtt:// and mqtts:// brokers (MQTT 5)."""

    def __init__(self, open_seconds: float = OPEN_SECONDS) -> None:
        self._open_seconds = open_seconds

    async def open(self, url: str, who: Authenticator) -> MqttSession:
        """See SignalingTransport."""
        address = broker_address(url)
        # Hardly anybody has a broker, and the library takes a tenth of a second to load.
        module = await asyncio.to_thread(import_module, "app.transport.mqtt_session")
        session: MqttSession = module.MqttSession(who)
        opened = False
        try:
            async with asyncio.timeout(self._open_seconds):
                await session.start(address)
            opened = True
        except TimeoutError as error:
            raise AppError("server-unreachable", {"server": address.host}) from error
        finally:
            if not opened:
                await session.close()
        return session
