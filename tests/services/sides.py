"""One side of two supervisors who look for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.protocol.signals import Answer, Detour, Offer, Signal, Want
from app.services.attempts import Attempt
from app.services.link_negotiation import LinkNegotiation
from app.services.peer_supervisor import PeerSupervisor
from app.transport.base import Datagrams, Link
from tests.support.memory_link import MemoryTransport
from tests.support.pipes import Pipe, pipe

SMALL, LARGE = PeerId(bytes(32)), PeerId(bytes([1]) * 32)
HELPER, OTHER_HELPER = PeerId(bytes([7]) * 32), PeerId(bytes([8]) * 32)


class Side:
    """Implements SupervisorHost, and is what the tests look at."""

    def __init__(self, me: PeerId, other: PeerId, transport: MemoryTransport) -> None:
        self._me = me
        self.other: Side = self
        self.relayed: list[Signal] = []
        self.failures: list[str] = []
        self.attempts = 0
        self.helpers: list[PeerId] = []
        self.pipes: dict[tuple[PeerId, bytes], tuple[Pipe, Pipe]] = {}
        self.deaf: set[PeerId] = set()
        self.gone: set[PeerId] = set()
        self.transport = transport
        self.tries: list[Attempt] = []
        self.over: list[PeerId | None] = []
        self.lose: Callable[[Signal], bool] = lambda _signal: False
        self.trouble: Exception | None = None
        self.link: Link | None = None
        self.up = asyncio.Event()
        self.supervisor = PeerSupervisor(LinkNegotiation(other, transport, self), self)

    @property
    def me(self) -> PeerId:
        return self._me

    def carriers(self, peer: PeerId) -> list[PeerId]:
        assert peer == self.other.me
        return self.helpers

    def carried(self, peer: PeerId, carrier: PeerId, session: bytes) -> Datagrams:
        """Give both ends that name a session the two ends of one pipe."""
        assert peer == self.other.me
        if carrier in self.gone:
            raise AppError("unreachable", {"reason": "no-carrier"})
        one, other = self.pipes.setdefault((carrier, session), pipe(carrier))
        return one if self.me == SMALL else other

    def tried(self, peer: PeerId, attempt: Attempt) -> None:
        assert peer == self.other.me
        self.tries.append(attempt)

    async def send_signal(self, peer: PeerId, signal: Signal, over: PeerId | None = None) -> None:
        assert peer == self.other.me
        self.over.append(over)
        self.relayed.append(signal)
        lost = over in self.deaf or self.lose(signal)
        if not lost and isinstance(signal, Offer | Answer | Want | Detour):
            self.other.supervisor.signaled(signal)

    def connecting(self, peer: PeerId) -> None:
        assert peer == self.other.me
        self.attempts += 1

    async def serve(self, peer: PeerId, link: Link) -> None:
        assert peer == self.other.me
        try:
            if self.trouble is not None:
                raise self.trouble
            self.link = link
            self.up.set()
            while await link.receive() is not None:
                pass
        finally:
            if self.link in (None, link):
                self.up.clear()
            await link.close()

    def failed(self, peer: PeerId, code: str) -> None:
        assert peer == self.other.me
        self.failures.append(code)
