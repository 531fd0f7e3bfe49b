"""Hosts in network namespaces of their own, joined by lines that can be as bad as wanted.

Needs Linux, root, Debian's iproute2 and /dev/net/tun; `lacking` says what is not there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.e2e.programs import Program
from tests.support.netns_line import mac

LONE = "10.77.1.1"
"""An address for a host that is alone: relays do not relay to loopback."""
_numbers = count()


def impossible() -> str:
    """Return what this machine lacks that nobody can install, or nothing."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "needs root, for network namespaces"
    return "" if Path("/dev/net/tun").exists() else "needs /dev/net/tun"


def lacking() -> str:
    """Return why there can be no such hosts here, or nothing."""
    missing = [name for name in ("ip", "nsenter") if shutil.which(name) is None]
    return impossible() or (f"needs {' and '.join(missing)}" if missing else "")


needs_hosts = pytest.mark.skipif(
    bool(impossible()) or (bool(lacking()) and os.environ.get("CI") != "true"),
    reason=lacking() or "never",
)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30)


@contextmanager
def namespace(address: str = "") -> Iterator[str]:
    """Yield the name of a namespace with nothing but loopback, which may have one more address."""
    name = f"parlor-{os.getpid()}-{next(_numbers)}"
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        if address:
            ip("-n", name, "addr", "add", f"{address}/32", "dev", "lo")
        yield name
    finally:
        ip("netns", "del", name)


def prefix(name: str) -> tuple[str, ...]:
    """Return the command that runs the one after it in a namespace."""
    return ("nsenter", f"--net=/run/netns/{name}", "--")


def carried(pid: int, device: str = "lo") -> int:
    """Return the bytes that a device of a process's namespace has sent so far."""
    for line in Path(f"/proc/{pid}/net/dev").read_text("ascii").splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() == device:
            return int(numbers.split()[8])
    raise LookupError(device)


@dataclass(slots=True)
class Host:
    """A machine in the tests' own network. `prefix` runs a program there."""

    port: int
    namespace: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return prefix(self.namespace)

    def move_to(self, address: str) -> None:
        """Change its address, as in another network: nothing of the old one is left."""
        ip("-n", self.namespace, "addr", "flush", "dev", "eth0")
        ip("-n", self.namespace, "addr", "add", f"{address}/24", "dev", "eth0")
        ip("-n", self.namespace, "route", "add", "default", "dev", "eth0")
        self.address = address

    def use_ipv6(self, *, only: bool) -> None:
        """Give it an address of the other family, besides its own or in its place."""
        if only:
            ip("-n", self.namespace, "addr", "flush", "dev", "eth0")
        self.address = f"fd77::{self.port + 1}"
        ip("-n", self.namespace, "addr", "add", f"{self.address}/64", "dev", "eth0", "nodad")


class Network:
    """Use as a context manager. `hosts` are joined by one switch."""

    def __init__(self, folder: Path, hosts: int) -> None:
        self._folder = folder
        self._count = hosts
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            taps = [f"parl{os.getpid()}-{next(_numbers)}"[-15:] for _ in range(self._count)]
            errors = self._folder / "line.stderr"
            self._line = Program("tests.support.netns_line", taps, errors)
            stack.callback(self._end_line)
            self._line.event("ready")
            self.hosts = [self._host(stack, port, tap) for port, tap in enumerate(taps)]
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _host(self, stack: ExitStack, port: int, tap: str) -> Host:
        name = stack.enter_context(namespace())
        ip("link", "set", tap, "address", mac(port), "netns", name, "name", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        host = Host(port, name, "")
        host.move_to(f"10.77.0.{port + 1}")
        return host

    def _end_line(self) -> None:
        assert self._line.process.stdin is not None
        self._line.process.stdin.close()
        assert self._line.end() == 0, self._line.story()
        assert not self._line.complaints(), self._line.story()

    def _order(self, **command: Any) -> dict[str, Any]:
        mark = self._line.mark()
        self._line.send_line(json.dumps(command).encode())
        return self._line.event("did", mark)

    def set(self, host: Host, **how: float | bool) -> None:
        """Change what becomes of what a host sends; the names are those of `Uplink`."""
        self._order(set=host.port, **how)

    def refuse(self, one: Host, other: Host, protocol: str, *, refuse: bool = True) -> None:
        """Let nothing of a protocol, "tcp" or "udp", pass between two hosts, or let it again."""
        self._order(between=[one.port, other.port], protocol=protocol, refuse=refuse)

    def given(self, host: Host) -> int:
        """Return the bytes that a host has sent and that were handed on."""
        return int(self._order()["given"][host.port])

    def dropped(self, host: Host) -> int:
        """Return how many frames of a host were not handed on."""
        return int(self._order()["dropped"][host.port])
