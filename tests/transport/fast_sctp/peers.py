"""Two RTCPeerConnections in one process, each on the path it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcsctptransport import RTCSctpTransport

from app.transport.fast_sctp.installing import Recovery, install, uninstall
from tests.transport.fast_sctp.bad_line import BadLine

STOCK = None
Path = Recovery | None


@dataclass
class End:
    """One peer, its channels by label, and what came in on each."""

    connection: RTCPeerConnection
    path: Path
    channels: dict[str, RTCDataChannel] = field(default_factory=dict)
    got: dict[str, list[bytes | str]] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def adopt(self, channel: RTCDataChannel) -> None:
        """Collect what comes in on a channel."""
        self.channels[channel.label] = channel
        self.got[channel.label] = []

        @channel.on("message")
        def on_message(message: bytes | str) -> None:
            self.got[channel.label].append(message)
            self.arrived.set()

        self.arrived.set()

    async def expect(self, label: str, count: int) -> list[bytes | str]:
        """Wait until a channel is there and brought so many messages."""
        async with asyncio.timeout(60):
            while len(self.got.get(label, ())) < count or label not in self.channels:
                self.arrived.clear()
                await self.arrived.wait()
        return self.got[label]

    async def reaches(self, label: str, state: str) -> None:
        """Wait until a channel is "open" or "closed"."""
        channel, changed = self.channels[label], asyncio.Event()
        for event in ("open", "close"):
            channel.on(event, changed.set)
        async with asyncio.timeout(60):
            while channel.readyState != state:
                changed.clear()
                await changed.wait()

    @property
    def sctp(self) -> RTCSctpTransport:
        assert self.connection.sctp is not None
        return self.connection.sctp


def use(path: Path) -> None:
    """Let what is made next take this path."""
    if path is None:
        uninstall()
    else:
        assert install(path) is None


def new_end(path: Path) -> End:
    use(path)
    end = End(RTCPeerConnection(RTCConfiguration(iceServers=[])), path)
    end.connection.on("datachannel", end.adopt)
    return end


async def signal(one: End, other: End, line: BadLine | None) -> None:
    """Carry offer and answer, past a line between the two if there is one."""
    await one.connection.setLocalDescription(await one.connection.createOffer())
    use(other.path)
    offer = carried(one.connection, line, from_first=True)
    await other.connection.setRemoteDescription(offer)
    await other.connection.setLocalDescription(await other.connection.createAnswer())
    answer = carried(other.connection, line, from_first=False)
    await one.connection.setRemoteDescription(answer)


def carried(
    connection: RTCPeerConnection, line: BadLine | None, *, from_first: bool
) -> RTCSessionDescription:
    local = connection.localDescription
    told = {"type": local.type, "sdp": local.sdp}
    if line is not None:
        told = line.carry(told, from_first=from_first)
    return RTCSessionDescription(**told)


@asynccontextmanager
async def connected(
    one: Path,
    other: Path,
    labels: Sequence[str] = ("bulk",),
    *,
    ordered: bool = True,
    line: BadLine | None = None,
) -> AsyncIterator[tuple[End, End]]:
    """Yield two connected ends; the first one has opened the channels."""
    first, second = new_end(one), new_end(other)
    try:
        use(one)
        for label in labels:
            first.adopt(first.connection.createDataChannel(label, ordered=ordered))
        await signal(first, second, line)
        for label in labels:
            await first.reaches(label, "open")
            await second.expect(label, 0)
        yield first, second
    finally:
        uninstall()
        await first.connection.close()
        await second.connection.close()
