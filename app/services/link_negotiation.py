"""Makes one link after another to a peer: says and hears what is needed, and notes how it went."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId
from app.protocol.signals import SESSION_SIZE, Answer, Detour, Offer, Signal, Want
from app.services.attempts import Attempt
from app.transport.base import Datagrams, Link, LinkTransport, PendingLink

OFFER_TIMEOUT = 15.0
ANSWER_TIMEOUT = 8.0
FIRST_WANT_AFTER = 1.0
WANT_EVERY = 2.0
MAX_SIGNALS = 32


class NegotiationHost(Protocol):
    """What has to be known and done to come to a link."""

    async def send_signal(self, peer: PeerId, signal: Signal, over: PeerId | None = None) -> None:
        """Send it by the best way, or over a member. Raises AppError("unreachable")."""
        ...

    def carriers(self, peer: PeerId) -> Sequence[PeerId]:
        """Members that may carry a link to `peer`, the best first."""
        ...

    def carried(self, peer: PeerId, carrier: PeerId, session: bytes) -> Datagrams:
        """Begin to use a member as a way. Raises AppError("unreachable")."""
        ...

    def tried(self, peer: PeerId, attempt: Attempt) -> None: ...


class LinkNegotiation:
    """For one peer. `instance` is the run of its program that signals are meant for."""

    def __init__(self, peer: PeerId, transport: LinkTransport, host: NegotiationHost) -> None:
        self.peer = peer
        self._transport = transport
        self._host = host
        self._inbox: asyncio.Queue[Offer | Answer | Detour | Want] = asyncio.Queue(MAX_SIGNALS)
        self.instance = b""
        self.bound = asyncio.Event()
        """Whether something was said that belongs to one session."""
        self.meeting = False
        """Whether both have said all there is to say, and look for each other."""

    def carriers(self) -> Sequence[PeerId]:
        """Return members to whom `lead` may be asked, the best first."""
        return self._host.carriers(self.peer)

    def hear(self, signal: Offer | Answer | Detour | Want) -> None:
        if not self._inbox.full():
            self._inbox.put_nowait(signal)

    async def lead(self, carrier: PeerId | None = None, patience: float | None = None) -> Link:
        """Offer a link, over the network or over a member.

        `patience` is how many seconds the two may take to meet, if less than the transport lets.

        Raises AppError("link-failed" | "unreachable") or RemoteProtocolError.
        """
        session = os.urandom(SESSION_SIZE)
        carried = self._host.carried(self.peer, carrier, session) if carrier else None
        pending = self._transport.pending(carried)
        return await self._noted(pending, carrier, self._offer(pending, session, carrier, patience))

    async def follow(self, offer: Offer | Detour) -> Link:
        """Take an offer. Raises as `lead` does."""
        carrier = PeerId(offer.carrier) if isinstance(offer, Detour) else None
        carried = self._host.carried(self.peer, carrier, offer.session) if carrier else None
        pending = self._transport.pending(carried)
        return await self._noted(pending, carrier, self._answer(pending, offer, carrier))

    async def offered(self) -> Offer | Detour:
        """Wait for the peer's offer, and ask for it. Raises AppError("link-failed")."""
        async with _deadline(OFFER_TIMEOUT, "no-offer"):
            wait = FIRST_WANT_AFTER
            while True:
                try:
                    async with asyncio.timeout(wait):
                        return await self.next_offer()
                except TimeoutError:
                    want = Want(os.urandom(SESSION_SIZE), self.instance)
                    await self._host.send_signal(self.peer, want)
                    wait = WANT_EVERY

    async def next_offer(self) -> Offer | Detour:
        """Wait for an offer of the peer's; the last one counts."""
        while True:
            signal = await self._inbox.get()
            if isinstance(signal, Offer | Detour) and self._inbox.empty():
                return signal

    async def _offer(
        self,
        pending: PendingLink,
        session: bytes,
        carrier: PeerId | None,
        patience: float | None,
    ) -> Link:
        while not self._inbox.empty():
            self._inbox.get_nowait()
        description = await pending.offer()
        self.bound.set()
        signal: Signal = Offer(session, self.instance, description)
        if carrier is not None:
            signal = Detour(session, self.instance, carrier, description)
        await self._host.send_signal(self.peer, signal, carrier)
        async with _deadline(ANSWER_TIMEOUT, "no-answer"):
            while True:
                answer = await self._inbox.get()
                if isinstance(answer, Answer) and answer.session == session:
                    break
        await pending.complete(answer.description)
        self.meeting = True
        async with _deadline(patience, "timeout", "ice"):
            return await pending.opened()

    async def _answer(
        self, pending: PendingLink, offer: Offer | Detour, carrier: PeerId | None
    ) -> Link:
        self.bound.set()
        description = await pending.accept(offer.description)
        answer = Answer(offer.session, self.instance, description)
        await self._host.send_signal(self.peer, answer, carrier)
        return await pending.opened()

    async def _noted(
        self, pending: PendingLink, carrier: PeerId | None, work: Awaitable[Link]
    ) -> Link:
        began_ms, began = time.time_ns() // 1_000_000, time.monotonic()

        def note(way: str, outcome: str = "", stage: str = "") -> None:
            took_ms = round((time.monotonic() - began) * 1000)
            attempt = Attempt(way, began_ms, took_ms, outcome, stage, carrier)
            self._host.tried(self.peer, attempt)

        try:
            link = await work
        except (AppError, RemoteProtocolError) as error:
            for way in pending.ways or ("member" if carrier else "direct",):
                note(way, reason_of(error), stage_of(error))
            raise
        finally:
            self.meeting = False
            await pending.close()
        if carrier is None and link.route == "relay":
            note("direct", "ice-failed", "ice")
            note("turn")
        else:
            note("member" if carrier else "direct")
        return link


def reason_of(error: AppError | RemoteProtocolError) -> str:
    """Return why a link ended or was not made, as it is reported."""
    reason = error.params.get("reason") if isinstance(error, AppError) else None
    return str(reason or error.code)


def stage_of(error: AppError | RemoteProtocolError) -> str:
    """Return how far an attempt got."""
    stage = error.params.get("stage") if isinstance(error, AppError) else None
    return str(stage or "signaling")


@asynccontextmanager
async def _deadline(
    seconds: float | None, reason: str, stage: str = "signaling"
) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise AppError("link-failed", {"reason": reason, "stage": stage}) from error
