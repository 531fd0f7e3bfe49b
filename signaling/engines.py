"""The engines that join several servers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from signaling.cluster.bus import Bus

ENGINES = {"redis": "redis", "rediss": "redis", "amqp": "aio_pika", "amqps": "aio_pika"}
"""The schemes of a bus's URL, and the module that speaks to the engine."""


def make_bus(url: str, server: bytes) -> Bus:
    """Return the bus that a URL names, for the server of that id."""
    # Lazy: a server alone needs neither library.
    if ENGINES[urlsplit(url).scheme] == "redis":
        from signaling.cluster.redis_bus import RedisBus  # noqa: PLC0415

        return RedisBus(url, server)
    from signaling.cluster.amqp_bus import AmqpBus  # noqa: PLC0415

    return AmqpBus(url, server)
