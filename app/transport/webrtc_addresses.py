"""Which of this machine's addresses a link offers, and what an address says of the way."""

from __future__ import annotations

import ipaddress

import ifaddr

MAX_ADDRESSES = 10
"""Beyond this many, pairing every address with every remote one takes longer than it helps."""

LOOPBACK = ("127.0.0.1", "::1")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def host_addresses() -> list[str]:
    """Return the addresses to bind, IPv4 first.

    IPv4 link-local ones (two machines on one cable) only where there is nothing else, and loopback
    only where there is not even that. IPv6 ones mean nothing without a scope.
    """
    found = [
        ip
        for ip in _all_addresses()
        if not (ip.is_link_local and isinstance(ip, ipaddress.IPv6Address))
    ]
    outward = [str(ip) for ip in found if not ip.is_loopback and not ip.is_link_local]
    cable = [str(ip) for ip in found if ip.is_link_local]
    return outward[:MAX_ADDRESSES] or cable or [str(ip) for ip in found if ip.is_loopback]


def link_addresses() -> list[str]:
    """Return the addresses that links bind.

    They are `host_addresses`; where these do not leave the machine, IPv6 link-local ones with their
    scopes: a socket that is bound to a scope reaches others of it without naming it.
    """
    usual = host_addresses()
    if any(not ipaddress.ip_address(address).is_loopback for address in usual):
        return usual
    return _scoped()[:MAX_ADDRESSES] or usual


def loopback_addresses() -> list[str]:
    """Return this machine's loopback addresses, for programs that stay on it."""
    return [str(address) for address in _all_addresses() if str(address) in LOOPBACK]


def may_probe(address: IpAddress, own: list[str]) -> bool:
    """Say whether a stranger may have us send checks to `address`.

    Loopback is only answered with loopback: otherwise a description could make us knock at the
    doors of programs that trust this machine.
    """
    return not address.is_loopback or any(ipaddress.ip_address(ip).is_loopback for ip in own)


def is_near(address: str) -> bool:
    """Say whether `address` is only meaningful on the network we are on."""
    ip = ipaddress.ip_address(address)
    return ip.is_private or ip.is_loopback or ip.is_link_local


def _scoped() -> list[str]:
    found = [
        (ipaddress.IPv6Address(ip.ip[0].partition("%")[0]), ip.ip[2])
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if not isinstance(ip.ip, str)
    ]
    return [f"{address}%{scope}" for address, scope in found if address.is_link_local and scope]


def _all_addresses() -> list[IpAddress]:
    texts = [
        ip.ip if isinstance(ip.ip, str) else ip.ip[0]
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    ]
    found = {ipaddress.ip_address(text.partition("%")[0]): None for text in texts}
    return sorted(found, key=lambda ip: ip.version)
