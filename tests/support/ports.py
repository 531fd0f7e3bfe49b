"""Ports for programs that have to be told theirs before they start, or that come back to one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom

LOWEST = 12_000
USUAL_END = 32_768
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_chance = SystemRandom()


def end_of_ours() -> int:
    """Return the first port that the system gives to those who ask for any, if that is above ours.

    Between the choice of a port and its use, others ask for any all the time.
    """
    with suppress(OSError):
        first = int(_RANGE.read_text(encoding="ascii").split()[0])
        if first > LOWEST + 1000:
            return first
    return USUAL_END


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port of a local address that nothing uses, neither for TCP nor for UDP."""
    while True:
        port = _chance.randrange(LOWEST, end_of_ours())
        with suppress(OSError), socket.socket() as tcp, _datagrams() as udp:
            tcp.bind((host, port))
            udp.bind((host, port))
            return port


@contextmanager
def deaf_port(host: str = "127.0.0.1") -> Iterator[int]:
    """Yield a port that nobody else can have, and on which nobody listens."""
    with socket.socket() as holder:
        holder.bind((host, 0))
        yield holder.getsockname()[1]


def _datagrams() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
