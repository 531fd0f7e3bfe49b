"""Which addresses are of the local network: ours to announce, others' to talk to."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ifaddr

LOOK_EVERY = 3.0
ASLEEP_SECONDS = 15.0
_CONTAINER_NETWORKS = ("docker", "br-", "veth", "virbr", "vbox", "vmnet")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpInterface = ipaddress.IPv4Interface | ipaddress.IPv6Interface


@dataclass(frozen=True, slots=True)
class LocalNetwork:
    """The networks that this machine is on. Loopback counts only where there is nothing else."""

    interfaces: tuple[IpInterface, ...]

    @property
    def addresses(self) -> list[str]:
        """Our addresses, IPv4 first."""
        return [str(one.ip) for one in sorted(self.interfaces, key=lambda one: one.version)]

    def has(self, text: str) -> bool:
        """Tell whether an address (an IPv6 one perhaps with a scope) is on one of them."""
        address = read_address(text)
        if address is None or address.is_multicast or address.is_unspecified:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.is_link_local:
            return "%" in text
        return any(address in one.network for one in self.interfaces)


def local_network(only: Sequence[str] = ()) -> LocalNetwork:
    """Return the networks we are on; with `only` those of these addresses of ours."""
    found = list(_interfaces())
    if only:
        return LocalNetwork(tuple(one for one in found if str(one.ip) in only))
    outward = tuple(one for one in found if not one.is_loopback)
    return LocalNetwork(outward or tuple(found))


async def changed(before: LocalNetwork, only: Sequence[str] = ()) -> None:
    """Return once this machine is on other networks than `before`, or has been asleep."""
    for delay in itertools.repeat(LOOK_EVERY):
        looked = time.time()
        await asyncio.sleep(delay)
        slept = time.time() - looked > delay + ASLEEP_SECONDS
        if slept or await asyncio.to_thread(local_network, only) != before:
            return


def read_address(text: str) -> IpAddress | None:
    """Return an address without its scope, an IPv4 one that is written as IPv6 as what it is."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _interfaces() -> Iterable[IpInterface]:
    for adapter in ifaddr.get_adapters():
        if not adapter.name.startswith(_CONTAINER_NETWORKS):
            for ip in adapter.ips:
                text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
                yield ipaddress.ip_interface(f"{text.partition('%')[0]}/{ip.network_prefix}")
