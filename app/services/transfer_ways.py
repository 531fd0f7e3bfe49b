"""Which addresses two peers tell each other for a lane, and which of them are tried."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from app.protocol.transfer_frames import MAX_ADDRESSES


def offered(own: Iterable[str], port: int) -> list[tuple[str, int]]:
    """Return where we listen, as it is told."""
    return [(address, port) for address in own][:MAX_ADDRESSES]


def usable(theirs: Sequence[tuple[str, int]], own: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return what of a peer's addresses is tried.

    Loopback only if the peer is on this machine, as one more address that we have in common shows,
    or if both have nothing else: a stranger is not to lead us to what listens here.
    """
    ours = set(own)
    mine = {one for one in ours if not _is_loopback(one)}
    names = {host for host, _ in theirs if not _is_loopback(host)}
    near = bool(names & mine) or not (names or mine)
    return tuple(
        (host, port) for host, port in theirs if _is_host(host) and (near or not _is_loopback(host))
    )


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_host(host: str) -> bool:
    if not _is_address(host):
        return False
    ip = ipaddress.ip_address(host)
    mapped = isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None
    return not (mapped or ip.is_multicast or ip.is_unspecified or "%" in host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
