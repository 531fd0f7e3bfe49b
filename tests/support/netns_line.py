"""The program that joins network namespaces: a switch whose lines are slow, lossy or cut.

Stands in for `tc netem`, which not every kernel has. It opens one TAP device for each name that is
given and hands frames on between them. Commands come as JSON lines on standard input.

Run: python -m tests.support.netns_line DEVICE...
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import random
import selectors
import struct
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

TUNSETIFF = 0x400454CA
TAP_WITHOUT_HEADER = 0x0002 | 0x1000
FRAME = 2048
LONGEST_WAIT = 0.1
"""Seconds that a frame waits for its turn on a line of limited rate before it is dropped."""
PROTOCOLS = {6: "tcp", 17: "udp"}
AT_ONCE = 64
"""Frames read from one host before the others have their turn."""


@dataclass(slots=True)
class Uplink:
    """What becomes of a host's frames. `delay` in seconds, `rate` in bytes a second, 0: any."""

    loss: float = 0.0
    delay: float = 0.0
    rate: float = 0.0
    cut: bool = False
    given: int = 0
    """Bytes of this host's frames that were handed on."""
    dropped: int = 0
    """Frames that were not."""
    _free_at: float = 0.0

    def arrival(self, now: float, size: int, chance: float) -> float | None:
        """Return when a frame is handed on, None if it is lost; `chance` is from [0, 1)."""
        free_at = max(self._free_at, now)
        if self.cut or chance < self.loss or free_at - now > LONGEST_WAIT:
            self.dropped += 1
            return None
        if self.rate:
            free_at += size / self.rate
        self._free_at = free_at
        self.given += size
        return free_at + self.delay


@dataclass(slots=True)
class Switch:
    """Ports are numbers; host n has the MAC address that `mac` gives. No devices in here."""

    uplinks: list[Uplink]
    refused: set[tuple[frozenset[int], str]] = field(default_factory=set)
    chances: random.Random = field(default_factory=lambda: random.Random(1))

    def take(self, port: int, frame: bytes, now: float) -> tuple[float, list[int]]:
        """Return when and to which ports a frame is handed on."""
        targets = [to for to in self._targets(port, frame) if not self._refuses(port, to, frame)]
        uplink = self.uplinks[port]
        at = uplink.arrival(now, len(frame), self.chances.random()) if targets else None
        return (at, targets) if at is not None else (now, [])

    def is_open(self, port: int) -> bool:
        return not self.uplinks[port].cut

    def _targets(self, port: int, frame: bytes) -> Iterable[int]:
        if frame[0] & 1:
            return (to for to in range(len(self.uplinks)) if to != port)
        to = frame[5] - 1
        return (to,) if 0 <= to < len(self.uplinks) and to != port else ()

    def _refuses(self, port: int, to: int, frame: bytes) -> bool:
        is_ip = frame[12:14] == b"\x08\x00"
        protocol = PROTOCOLS.get(frame[23], "") if is_ip and len(frame) > 23 else ""
        return (frozenset((port, to)), protocol) in self.refused


def mac(port: int) -> str:
    return f"02:00:00:00:00:{port + 1:02x}"


def open_tap(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), TAP_WITHOUT_HEADER))
    return device


class Program:
    """Reads devices and commands in turn; ends with its input."""

    def __init__(self, names: list[str]) -> None:
        self._devices = [open_tap(name) for name in names]
        self._switch = Switch([Uplink() for _ in names])
        self._due: list[tuple[float, int, bytes, list[int]]] = []
        self._order = count()
        self._selector = selectors.DefaultSelector()
        for port, device in enumerate(self._devices):
            self._selector.register(device, selectors.EVENT_READ, port)
        self._selector.register(sys.stdin, selectors.EVENT_READ, None)

    def run(self) -> None:
        say({"event": "ready"})
        while True:
            pause = max(self._due[0][0] - time.monotonic(), 0) if self._due else None
            for key, _ in self._selector.select(pause):
                if key.data is not None:
                    self._receive(key.data)
                elif not self._obey(sys.stdin.readline()):
                    return
            self._hand_on()

    def _receive(self, port: int) -> None:
        for _ in range(AT_ONCE):
            try:
                frame = os.read(self._devices[port], FRAME)
            except OSError:
                return
            at, targets = self._switch.take(port, frame, time.monotonic())
            if targets:
                heapq.heappush(self._due, (at, next(self._order), frame, targets))

    def _hand_on(self) -> None:
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            *_, frame, targets = heapq.heappop(self._due)
            for port in targets:
                if self._switch.is_open(port):
                    self._write(port, frame)

    def _write(self, port: int, frame: bytes) -> None:
        try:
            os.write(self._devices[port], frame)
        except OSError:
            self._switch.uplinks[port].dropped += 1

    def _obey(self, line: str) -> bool:
        """Carry out one command; False at the end of the input."""
        if not line:
            return False
        say({"event": "did", **self._carried_out(json.loads(line))})
        return True

    def _carried_out(self, command: dict[str, Any]) -> dict[str, Any]:
        uplinks = self._switch.uplinks
        match command:
            case {"set": port, **values}:
                for name, value in values.items():
                    setattr(uplinks[port], name, value)
            case {"between": ports, "protocol": protocol, "refuse": refuse}:
                rule = frozenset(ports), protocol
                (self._switch.refused.add if refuse else self._switch.refused.discard)(rule)
        return {"given": [u.given for u in uplinks], "dropped": [u.dropped for u in uplinks]}


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Program(sys.argv[1:]).run()
