"""Proxies that are believed when they say whom they stand for."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Networks:
    """Addresses and networks, written like 10.0.0.0/8 or ::1."""

    def __init__(self, written: Sequence[str]) -> None:
        """Raise ValueError for what is none."""
        self._networks: list[Network] = [ipaddress.ip_network(text) for text in written]

    def __contains__(self, address: object) -> bool:
        try:
            ip = ipaddress.ip_address(str(address))
        except ValueError:
            return False
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return any(ip in network for network in self._networks)
