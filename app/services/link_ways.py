"""The ways that lead to a peer before there is a link: for signals, and over members."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from app.crypto.identity import Identity
from app.domain.errors import AppError
from app.domain.ids import PeerId, to_text
from app.protocol.signals import Signal, seal_signal
from app.services.attempts import Attempt, Attempts
from app.transport.base import Datagrams


class Bypass(Protocol):
    """Members as ways to others."""

    def carriers(self, peer: PeerId) -> Sequence[PeerId]:
        """Those who may carry a link to `peer`, the best first."""
        ...

    def begin(self, peer: PeerId, carrier: PeerId, number: bytes) -> Datagrams:
        """Raises AppError("unreachable")."""
        ...

    async def send_over(self, carrier: PeerId, peer: PeerId, payload: bytes) -> None:
        """Raises AppError("unreachable")."""
        ...


class LinkWays:
    """Implements `NegotiationHost`. Without a `bypass` no member is a way."""

    def __init__(
        self, identity: Identity, relay: Callable[[PeerId, bytes], Awaitable[None]]
    ) -> None:
        self._identity = identity
        self._relay = relay
        self.bypass: Bypass | None = None
        self.attempts = Attempts()

    async def send_signal(self, peer: PeerId, signal: Signal, over: PeerId | None = None) -> None:
        payload = seal_signal(self._identity, peer, signal)
        if over is not None and self.bypass is not None:
            await self.bypass.send_over(over, peer, payload)
        else:
            await self._relay(peer, payload)

    def carriers(self, peer: PeerId) -> Sequence[PeerId]:
        return self.bypass.carriers(peer) if self.bypass is not None else ()

    def carried(self, peer: PeerId, carrier: PeerId, session: bytes) -> Datagrams:
        if self.bypass is None:
            raise AppError("unreachable", {"peer": to_text(peer), "reason": "no-carrier"})
        return self.bypass.begin(peer, carrier, session)

    def tried(self, peer: PeerId, attempt: Attempt) -> None:
        self.attempts.note(peer, attempt)
