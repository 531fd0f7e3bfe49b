"""A line between two real programs that is slow, short of room, lossy, repeating and reordering.

It is a relay on loopback in real time, and stands in for `tc netem`, which not every kernel has:
each end is told of the relay in the place of the other end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.transport.fast_sctp.virtual_line import Line

CANDIDATE = re.compile(
    r"a=candidate:(\S+ 1 udp \S+) (127\.0\.0\.1|\d+\.\d+\.\d+\.\d+) (\d+) typ host.*"
)
Address = tuple[str, int]


class Side(asyncio.DatagramProtocol):
    """The relay as one end sees it: takes what that end sends, and sends it what comes to it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.other: Side | None = None
        self.address: Address | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        del addr
        loop = asyncio.get_running_loop()
        for at in self.line.arrivals(loop.time(), len(data) + 28):
            loop.call_at(at, self._hand_on, data)

    def _hand_on(self, data: bytes) -> None:
        other = self.other
        if other is not None and other.address is not None and not other.transport.is_closing():
            other.transport.sendto(data, other.address)

    @property
    def port(self) -> int:
        port: int = self.transport.get_extra_info("sockname")[1]
        return port


class BadLine:
    """Two sides; each description that is carried must go through `carry`."""

    def __init__(self, first: Side, second: Side) -> None:
        first.other, second.other = second, first
        self._sides = first, second

    def carry(self, description: dict[str, Any], *, from_first: bool) -> dict[str, Any]:
        """Learn where an end is, and return its description with the relay in its place."""
        here, there = self._sides if from_first else reversed(self._sides)
        lines = description["sdp"].split("\r\n")
        found = [match for line in lines if (match := CANDIDATE.fullmatch(line))]
        assert found, description
        here.address = found[0][2], int(found[0][3])
        told = f"a=candidate:{found[0][1]} 127.0.0.1 {there.port} typ host"
        kept = [line for line in lines if not line.startswith("a=candidate:")]
        place = next(n for n, line in enumerate(kept) if line.startswith("a=ice-ufrag:"))
        kept.insert(place, told)
        return {**description, "sdp": "\r\n".join(kept)}


@asynccontextmanager
async def bad_line(there: Line, back: Line) -> AsyncIterator[BadLine]:
    """Yield a line with these properties in its two directions."""
    loop = asyncio.get_running_loop()
    sides = [
        (await loop.create_datagram_endpoint(lambda line=line: Side(line), ("127.0.0.1", 0)))[1]  # type: ignore[misc]
        for line in (there, back)
    ]
    try:
        yield BadLine(*sides)
    finally:
        for side in sides:
            side.transport.close()
