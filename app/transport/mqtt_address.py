"""Where a broker is, read from a URL, and what it says for us if we vanish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.errors import AppError

_PREFIX = re.compile(r"[A-Za-z0-9._~/-]{0,100}")
PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker is; `prefix` stands before all our topics there, "" or with a slash."""

    host: str
    port: int
    tls: bool
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us if we vanish; retained."""

    topic: str
    payload: bytes


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
