"""A real TURN server on this machine: Debian's coturn, with a user of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.transport.webrtc_addresses import host_addresses
from tests.support.ports import free_port

TURNSERVER = shutil.which("turnserver")
needs_turn = pytest.mark.skipif(
    TURNSERVER is None and os.environ.get("CI") != "true", reason="coturn is not installed"
)
START_WITHIN = 40.0
USUAL_PORT = 3478
USER, PASSWORD, REALM = "parlor", "a secret of the tests", "parlor.test"
ALLOCATED = re.compile(r"session (\d+):.*ALLOCATE processed, success")
_BINDING = bytes.fromhex("000100002112a442")
"""A STUN binding request, but for its twelve random bytes."""


@dataclass(frozen=True)
class TurnServer:
    """One that runs, and what one has to know to use it."""

    host: str
    port: int
    log: Path
    username: str = USER
    credential: str = PASSWORD
    secret: str = ""
    """What it shares with whoever makes accounts, in place of a user of its own."""

    @property
    def url(self) -> str:
        return f"turn:{self.host}:{self.port}?transport=udp"

    @property
    def allocations(self) -> int:
        """How many relayed addresses it has given out so far; one asked for twice counts once."""
        return len(set(ALLOCATED.findall(self.log.read_text())))


@contextmanager
def running_turn(
    folder: Path, host: str | None = None, prefix: Sequence[str] = (), secret: str = ""
) -> Iterator[TurnServer]:
    """Run one at an address of this machine until the end of the block; it writes to `folder`.

    It relays over the same address, and lets nobody but its one user do so, or with `secret` those
    whose accounts were made with it. `prefix` is a command that runs the one after it on another
    host, where `host` is.
    """
    assert TURNSERVER is not None, "coturn is not installed"
    host = host or host_addresses()[0]
    port = USUAL_PORT if prefix else free_port(host)
    server = TurnServer(host, port, folder / "turn.log", secret=secret)
    users = ("--use-auth-secret", "--static-auth-secret", secret)
    if not secret:
        users = ("--lt-cred-mech", "--user", f"{USER}:{PASSWORD}")
    command = [
        *prefix,
        TURNSERVER,
        *("-n", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers", *users),
        *("--verbose", "--simple-log", "--log-file", str(server.log), "--no-stdout-log"),
        *("--listening-ip", host, "--relay-ip", host, "--listening-port", str(server.port)),
        *("--realm", REALM),
        *("--userdb", str(folder / "turn.db"), "--pidfile", str(folder / "turn.pid")),
    ]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            if prefix:
                _wait_for_word(server, process)
            else:
                _wait_for(server, process)
            yield server
        finally:
            process.kill()


def _wait_for_word(server: TurnServer, process: subprocess.Popen[bytes]) -> None:
    """Wait for one that cannot be reached from here."""
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if server.log.exists() and "UDP listener opened" in server.log.read_text():
            return
        time.sleep(0.02)
    raise AssertionError("coturn does not start")


def _wait_for(server: TurnServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError):
                probe.sendto(_BINDING + os.urandom(12), (server.host, server.port))
                if probe.recv(2048):
                    return
    raise AssertionError(f"coturn does not answer: {server.log.read_text()[-2000:]}")
