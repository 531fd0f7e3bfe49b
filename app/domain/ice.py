"""Servers that help two machines meet: STUN tells addresses, TURN relays what cannot meet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.errors import AppError

MAX_SERVERS = 8
MAX_URL = 300
MAX_SECRET = 512
MAX_PORT = 65535

_URL = re.compile(
    r"(?P<scheme>stun|turns?):"
    r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)


@dataclass(frozen=True, slots=True)
class IceServer:
    """`stun:host:port`, `turn:host:port?transport=udp` or `turns:host:port`; the last two need a
    name and a credential, which is never shown."""

    url: str
    username: str = ""
    credential: str = field(default="", repr=False)

    @property
    def is_relay(self) -> bool:
        return self.url.startswith("turn")


@dataclass(frozen=True, slots=True)
class IcePlace:
    """Where such a server is: `host` without brackets, `transport` "udp" or "tcp"."""

    host: str
    port: int
    transport: str
    tls: bool


def ice_place(url: str) -> IcePlace:
    """Raises AppError("bad-ice-server")."""
    match = _URL.fullmatch(url)
    if match is None:
        raise AppError("bad-ice-server", {"url": url[:MAX_URL]})
    tls = match["scheme"] == "turns"
    port = int(match["port"] or (5349 if tls else 3478))
    transport = match["transport"] or ("tcp" if tls else "udp")
    return IcePlace(match["host"].strip("[]"), port, transport, tls)


def check_ice_servers(servers: Sequence[IceServer]) -> tuple[IceServer, ...]:
    """Return them if they can be used.

    Raises AppError("too-many-ice-servers" | "bad-ice-server" | "ice-server-login").
    """
    if len(servers) > MAX_SERVERS:
        raise AppError("too-many-ice-servers", {"limit": MAX_SERVERS})
    for server in servers:
        _check(server)
    return tuple(servers)


def _check(server: IceServer) -> None:
    match = _URL.fullmatch(server.url) if len(server.url) <= MAX_URL else None
    if match is None or not 1 <= int(match["port"] or 1) <= MAX_PORT or not _fits(match):
        raise AppError("bad-ice-server", {"url": server.url[:MAX_URL]})
    login = (server.username, server.credential)
    longest = max(map(len, login))
    if longest > MAX_SECRET or (all(login) if server.is_relay else not any(login)) is False:
        raise AppError("ice-server-login", {"url": server.url})


def _fits(match: re.Match[str]) -> bool:
    """Tell whether a transport is one that such a server has."""
    allowed = {"stun": (None,), "turn": (None, "udp", "tcp"), "turns": (None, "tcp")}
    return match["transport"] in allowed[match["scheme"]]
