"""Tries out what the local network and this machine let through."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from contextlib import ExitStack, suppress

MULTICAST = ("224.0.0.251", 5353)
LIMIT = 1.5
TRIES = 3
_QUESTION = b"\x06parlor\x04_tcp\x05local\x00\x00\x0c\x00\x01"
"""PTR of a name that nobody answers to."""


async def multicast_returns(addresses: list[str], limit: float = LIMIT) -> bool:
    """Tell whether a question to all by multicast DNS comes back from one of our addresses."""
    loop = asyncio.get_running_loop()
    mark = os.urandom(2)
    packet = mark + b"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" + _QUESTION
    with ExitStack() as sockets:
        try:
            ear = sockets.enter_context(_ear(addresses))
        except OSError:
            return False
        mouths = [sockets.enter_context(mouth) for mouth in map(_mouth, addresses) if mouth]
        for _ in range(TRIES):
            sent = [_send(mouth, packet) for mouth in mouths]
            if not any(sent):
                return False
            try:
                async with asyncio.timeout(limit / TRIES):
                    while (await loop.sock_recv(ear, 2048))[:2] != mark:
                        pass
            except TimeoutError:
                continue
            else:
                return True
    return False


def _ear(addresses: list[str]) -> socket.socket:
    """Return a socket that hears what is said to all on these addresses' networks."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        ear.setblocking(False)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        ear.bind(("", MULTICAST[1]))
        for address in addresses:
            group = socket.inet_aton(MULTICAST[0]) + socket.inet_aton(address)
            with suppress(OSError):  # a network without multicast is none that counts
                ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    except OSError:
        ear.close()
        raise
    return ear


def _mouth(address: str) -> socket.socket | None:
    """Return a socket that speaks to all on an address's network, None if there is no way."""
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        mouth.setblocking(False)
        mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("b", 1))
        mouth.bind((address, 0))
    except OSError:
        mouth.close()
        return None
    return mouth


def _send(mouth: socket.socket, packet: bytes) -> bool:
    try:
        mouth.sendto(packet, MULTICAST)
    except OSError:
        return False
    return True


def may_listen(addresses: list[str]) -> bool:
    """Tell whether ports for links (UDP) and for files (TCP) can be had at our addresses."""
    return bool(addresses) and all(
        _binds(address, kind)
        for address in addresses
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    )


def _binds(address: str, kind: socket.SocketKind) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
