"""Homes behind routers that translate addresses, as most people have them.

Needs what `tests.support.netns` needs, and Debian's nftables.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

from tests.support.netns import Host, impossible, ip, lacking, namespace

Kind = Literal["cone", "symmetric"]
"""A cone keeps a sender's port, so that a hole can be punched; the other takes a new one for each
destination (RFC 4787: endpoint-independent and address-and-port-dependent mapping)."""
OPTIONS: dict[Kind, str] = {"cone": "persistent", "symmetric": "fully-random"}
LAN = "192.168.77"

needs_routers = pytest.mark.skipif(
    bool(impossible())
    or (bool(lacking() or not shutil.which("nft")) and os.environ.get("CI") != "true"),
    reason=lacking() or "needs nft",
)


@contextmanager
def home(router: Host, kind: Kind) -> Iterator[Host]:
    """Turn a host into a router, and yield the one host of the network behind it.

    Nothing gets in from outside but answers to what was sent out. What comes uncalled is dropped
    without a word, as routers at home do: an answer of the router itself would take up the port
    that the host's own packet is about to keep.
    """
    with namespace() as inside:
        ends = ("lan0", "netns", router.namespace, "type", "veth", "peer", "name", "eth0")
        ip("link", "add", *ends, "netns", inside)
        _address(router.namespace, "lan0", f"{LAN}.1")
        _address(inside, "eth0", f"{LAN}.2")
        ip("-n", inside, "route", "add", "default", "via", f"{LAN}.1")
        _run(router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        _run(router, "nft", RULES.format(options=OPTIONS[kind]))
        yield Host(router.port, inside, f"{LAN}.2")


RULES = """
table ip home {{
    chain out {{
        type nat hook postrouting priority 100;
        oifname "eth0" masquerade {options}
    }}
    chain in {{
        type filter hook input priority 0;
        iifname "eth0" ct state new drop
    }}
}}
"""


def _address(name: str, device: str, address: str) -> None:
    ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
    ip("-n", name, "link", "set", device, "up")


def _run(host: Host, *command: str) -> None:
    subprocess.run([*host.prefix, *command], check=True, capture_output=True, timeout=30)
