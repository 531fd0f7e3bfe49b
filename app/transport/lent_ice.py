"""STUN and TURN servers as a signaling server tells them: checked before anybody uses them."""

from __future__ import annotations

from app.domain.errors import AppError
from app.domain.ice import IceServer, check_ice_servers
from app.transport.base import LentIce
from signaling.protocol import IceServers


def read_lent(told: IceServers) -> LentIce:
    """Return what can be used of it: all, or nothing if something is wrong with it."""
    servers = [IceServer(one.url, one.username, one.credential) for one in told.servers]
    try:
        return LentIce(check_ice_servers(servers), told.seconds)
    except AppError:
        return LentIce()
