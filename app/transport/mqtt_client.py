"""Signaling over MQTT: opens sessions with a broker."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from app.domain.errors import AppError
from app.transport.base import Authenticator
from app.transport.mqtt_broker import BrokerAddress
from app.transport.mqtt_session import MqttSession

OPEN_SECONDS = 10.0
_PREFIX = re.compile(r"[A-Za-z0-9._~/-]{0,100}")
PORTS = {"mqtt": 1883, "mqtts": 8883}


class MqttTransport:
    """Implements SignalingTransport for mqtt:// and mqtts:// brokers (MQTT 5)."""

    def __init__(self, open_seconds: float = OPEN_SECONDS) -> None:
        self._open_seconds = open_seconds

    async def open(self, url: str, who: Authenticator) -> MqttSession:
        """See SignalingTransport."""
        address = broker_address(url)
        session = MqttSession(who)
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


def broker_address(url: str) -> BrokerAddress:
    """Read `mqtt[s]://HOST[:PORT][/PREFIX]`. Raises AppError("bad-url")."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise AppError("bad-url", {"url": url[:200]}) from error
    path = parts.path.strip("/")
    extra = parts.username or parts.query or parts.fragment or not _PREFIX.fullmatch(path)
    if parts.scheme not in PORTS or not parts.hostname or port == 0 or extra:
        raise AppError("bad-url", {"url": url[:200]})
    prefix = f"{path}/" if path else ""
    return BrokerAddress(
        parts.hostname, port or PORTS[parts.scheme], parts.scheme == "mqtts", prefix
    )
