"""Which addresses of this machine others can reach."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

import ifaddr

LOOPBACK = "127.0.0.1"
_CONTAINER_NETWORKS = ("docker", "br-", "veth", "virbr", "vbox", "vmnet")


def lan_addresses() -> list[str]:
    """Return this machine's addresses on local networks, the likeliest first, IPv4 before IPv6."""
    found = [
        (
            adapter.name.startswith(_CONTAINER_NETWORKS),
            ip.ip if isinstance(ip.ip, str) else ip.ip[0],
        )
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    ]
    return ranked(found)


def ranked(found: Iterable[tuple[bool, str]]) -> list[str]:
    """Order (is of a virtual network, address) pairs by how reachable they are.

    Loopback and link-local addresses are left out.
    """
    usable = [(virtual, ipaddress.ip_address(text.partition("%")[0])) for virtual, text in found]
    kept = [(v, ip) for v, ip in usable if not (ip.is_loopback or ip.is_link_local)]
    kept.sort(key=lambda entry: (entry[0], entry[1].version))
    return [str(ip) for _, ip in kept]


def reachable_url(host: str, port: int, addresses: Sequence[str], scheme: str = "http") -> str:
    """Return the URL under which a server bound to `host` is reached.

    `addresses` are this machine's, used when `host` stands for all of them.
    """
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        wanted = [a for a in addresses if host == "::" or ":" not in a]
        host = wanted[0] if wanted else LOOPBACK
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
