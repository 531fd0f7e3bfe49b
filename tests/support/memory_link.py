"""Links without a network, for tests of everything above the transport."""

from __future__ import annotations

import asyncio
import os

from app.domain.errors import AppError, LocalProtocolError, RemoteProtocolError
from app.domain.ids import PeerId
from app.transport.base import Datagrams, Lane, Link, LinkTransport, PendingLink
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_inbox import Inbox

MAX_MESSAGE = 16 * 1024
LOW_WATER = 256 * 1024


class MemoryLink(Link):
    """One end of a pair. `send` puts into the other end's inbox at once."""

    def __init__(self, fingerprint: bytes) -> None:
        self._fingerprint = fingerprint
        self._remote_fingerprint = fingerprint
        self._inbox = Inbox()
        self._read = asyncio.Event()
        self._closed = False
        self.remote: MemoryLink = self
        self.lossy = False
        """Whether the unreliable lane loses everything from now on."""
        self.dead = False
        """Whether nothing leaves any more although both ends believe in the link."""
        self.sent: list[tuple[Lane, bytes]] = []

    @property
    def local_fingerprint(self) -> bytes:
        return self._fingerprint

    @property
    def remote_fingerprint(self) -> bytes:
        return self._remote_fingerprint

    @property
    def route(self) -> str:
        return "lan"

    @property
    def address(self) -> str:
        return ""

    @property
    def through(self) -> PeerId | None:
        return None

    @property
    def closed(self) -> bool:
        return self._closed

    def join(self, remote: MemoryLink) -> None:
        self.remote = remote
        self._remote_fingerprint = remote.local_fingerprint

    def pretend(self, remote_fingerprint: bytes) -> None:
        """Show another certificate than the remote end's, as a meddler's would be."""
        self._remote_fingerprint = remote_fingerprint

    def send(self, lane: Lane, message: bytes) -> None:
        if len(message) > MAX_MESSAGE:
            raise LocalProtocolError(f"a message of {len(message)} bytes")
        lost = self.dead or (self.lossy and lane is Lane.UNRELIABLE)
        if self._closed or lost:
            return
        self.sent.append((lane, message))
        self.remote._inbox.put(lane, bytes(message))

    async def drained(self) -> None:
        while not self._closed and self.remote._inbox.size >= LOW_WATER:
            self.remote._read.clear()
            await self.remote._read.wait()

    async def receive(self) -> tuple[Lane, bytes] | None:
        message = await self._inbox.get()
        self._read.set()
        return message

    async def close(self) -> None:
        if self._closed:
            return
        self._inbox.drop()
        self._end()
        if not self.dead:
            self.remote._end()

    def cut(self) -> None:
        """Both ends go silent: nothing arrives, and neither hears that the link is gone."""
        self.dead = self.remote.dead = True

    def _end(self) -> None:
        self._closed = True
        self._inbox.end()
        self._read.set()
        self.remote._read.set()


def memory_link_pair() -> tuple[MemoryLink, MemoryLink]:
    """Return the two ends of an open link."""
    one, other = MemoryLink(os.urandom(32)), MemoryLink(os.urandom(32))
    one.join(other)
    other.join(one)
    return one, other


class MemoryTransport(LinkTransport):
    """Transports that share one `ether` find each other; `reachable` switches that off."""

    def __init__(
        self, ether: dict[bytes, MemoryPendingLink] | None = None, *, open_timeout: float = 1.0
    ) -> None:
        self.ether = {} if ether is None else ether
        self.open_timeout = open_timeout
        self.reachable = True
        self.links: list[MemoryLink] = []

    def pending(self, carried: Datagrams | None = None) -> PendingLink:
        """What a member carries is no short cut in memory: it goes the whole way over that one."""
        if carried is not None:
            return WebRtcTransport(open_timeout=5.0).pending(carried)
        return MemoryPendingLink(self)


class MemoryPendingLink(PendingLink):
    """Descriptions are tokens: "offer:" or "answer:" and 16 random bytes."""

    def __init__(self, transport: MemoryTransport) -> None:
        self._transport = transport
        self._token = os.urandom(16)
        self._role = ""
        self._link = MemoryLink(os.urandom(32))
        self._met = asyncio.Event()
        self._remote: MemoryPendingLink | None = None
        self._closed = False
        self._handed_over = False

    @property
    def ways(self) -> tuple[str, ...]:
        return ("direct",)

    async def offer(self) -> bytes:
        return self._describe("offer")

    async def accept(self, offer: bytes) -> bytes:
        remote = self._read(offer, b"offer:")
        answer = self._describe("answer")
        self._remote = remote
        return answer

    async def complete(self, answer: bytes) -> None:
        if self._role != "offer" or self._remote is not None:
            raise LocalProtocolError("complete() follows offer(), once")
        self._refuse_if_closed()
        self._remote = self._read(answer, b"answer:")
        if self._transport.reachable and not self._remote._closed:
            self._link.join(self._remote._link)
            self._remote._link.join(self._link)
            self._met.set()
            self._remote._met.set()

    async def opened(self) -> Link:
        try:
            async with asyncio.timeout(self._transport.open_timeout):
                await self._met.wait()
                await asyncio.sleep(0)
        except TimeoutError:
            await self.close()
            raise AppError("link-failed", {"reason": "timeout", "stage": "ice"}) from None
        self._refuse_if_closed()
        self._handed_over = True
        self._transport.links.append(self._link)
        return self._link

    async def close(self) -> None:
        if not self._handed_over:
            self._closed = True
            self._met.set()
            if self._link.remote is not self._link:
                await self._link.close()

    def _describe(self, role: str) -> bytes:
        self._refuse_if_closed()
        if self._role:
            raise LocalProtocolError("a pending link is used once")
        self._role = role
        self._transport.ether[self._token] = self
        return f"{role}:".encode() + self._token

    def _read(self, description: bytes, prefix: bytes) -> MemoryPendingLink:
        token = description.removeprefix(prefix)
        found = self._transport.ether.get(token)
        if found is None or token == description:
            raise RemoteProtocolError("bad-description")
        return found

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise AppError("link-failed", {"reason": "closed", "stage": "signaling"})
