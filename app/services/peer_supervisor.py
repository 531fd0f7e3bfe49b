"""Keeps one peer linked: negotiates, runs the link, backs off, tries again.

    our id < theirs: we offer.   otherwise: we wait for the offer and ask for it with Want.

    stage      the peer's Offer or Want   a new instance, says a server
    --------   ------------------------   -----------------------------
    IDLE       try now                    try now
    SEEKING    take it                    address it
    BOUND      begin anew                 begin anew
    LIVE       begin anew                 stay: the peer itself will say so, sealed

What the peer says is sealed, so it has lost the session we are bound to; a server may lie.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import Protocol

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId
from app.protocol.backoff import ReconnectionPolicy
from app.protocol.signals import SESSION_SIZE, Answer, Offer, Signal, Want
from app.transport.base import Link, LinkTransport, PendingLink

OFFER_TIMEOUT = 15.0
ANSWER_TIMEOUT = 8.0
FIRST_WANT_AFTER = 1.0
WANT_EVERY = 2.0
MAX_SIGNALS = 32

log = logging.getLogger(__name__)


class _Stage(Enum):
    IDLE = auto()
    SEEKING = auto()
    BOUND = auto()
    LIVE = auto()


class SupervisorHost(Protocol):
    """What a supervisor needs of the connection manager."""

    @property
    def me(self) -> PeerId: ...

    async def send_signal(self, peer: PeerId, signal: Signal) -> None:
        """Raises AppError("unreachable")."""
        ...

    def connecting(self, peer: PeerId) -> None: ...

    async def serve(self, peer: PeerId, link: Link) -> None:
        """Authenticate and run the link until it ends."""
        ...

    def failed(self, peer: PeerId, code: str) -> None: ...


class PeerSupervisor:
    def __init__(self, peer: PeerId, transport: LinkTransport, host: SupervisorHost) -> None:
        self.peer = peer
        self.instance = b""
        self._transport = transport
        self._host = host
        self._offers = host.me < peer
        self._inbox: asyncio.Queue[Offer | Answer | Want] = asyncio.Queue(MAX_SIGNALS)
        self._policy = ReconnectionPolicy()
        self._wanted = asyncio.Event()
        self._hurry = asyncio.Event()
        self._stage = _Stage.IDLE
        self._work: asyncio.Task[None] | None = None

    def reachable(self, instance: bytes) -> None:
        """A server says that the peer is there, as this run of its program."""
        if instance != self.instance:
            self.instance = instance
            if self._stage is not _Stage.LIVE:
                self._begin_anew()
        self._wanted.set()
        self._hurry.set()

    def unreachable(self) -> None:
        """No server says so any more; a link that is up stays."""
        self._wanted.clear()

    @property
    def is_idle(self) -> bool:
        """Whether the peer is neither linked nor looked for."""
        return self._stage is _Stage.IDLE and not self._wanted.is_set()

    def try_now(self) -> None:
        self._hurry.set()

    def signaled(self, signal: Offer | Answer | Want) -> None:
        """A signal of this peer arrived."""
        if isinstance(signal, Offer) == self._offers and not isinstance(signal, Answer):
            return
        if not isinstance(signal, Answer):
            self._begin_anew()
            self._hurry.set()
        if not self._inbox.full():
            self._inbox.put_nowait(signal)

    def _begin_anew(self) -> None:
        if self._work is not None and self._stage in (_Stage.BOUND, _Stage.LIVE):
            self._work.cancel()

    async def run(self) -> None:
        """Keep the peer linked while it is reachable, until cancelled."""
        while True:
            await self._wanted.wait()
            self._hurry.clear()
            try:
                await self._attempt()
            except (AppError, RemoteProtocolError) as error:
                self._note_failure(error)
                await self._pause(self._policy.failed(random.random()))  # noqa: S311 - jitter
            except Exception:
                # Our own mistake on one link must not end the way to this peer for good.
                log.exception("a link failed")
                self._host.failed(self.peer, "internal-error")
                await self._pause(self._policy.failed(random.random()))  # noqa: S311 - jitter

    async def _attempt(self) -> None:
        self._stage = _Stage.SEEKING
        self._work = work = asyncio.ensure_future(self._link())
        try:
            await asyncio.wait({work})
        finally:
            self._stage = _Stage.IDLE
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        if not work.cancelled():
            work.result()
            self._policy.succeeded()

    def _note_failure(self, error: AppError | RemoteProtocolError) -> None:
        log.info("no link: %s", error)
        self._host.failed(self.peer, reason_of(error))

    async def _pause(self, wait: float) -> None:
        try:
            async with asyncio.timeout(wait):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _link(self) -> None:
        self._host.connecting(self.peer)
        pending = self._transport.pending()
        try:
            await (self._offer(pending) if self._offers else self._answer(pending))
            link = await pending.opened()
            self._stage = _Stage.LIVE
            await self._host.serve(self.peer, link)
        finally:
            await pending.close()

    async def _offer(self, pending: PendingLink) -> None:
        session = os.urandom(SESSION_SIZE)
        while not self._inbox.empty():
            self._inbox.get_nowait()
        description = await pending.offer()
        self._stage = _Stage.BOUND
        await self._host.send_signal(self.peer, Offer(session, self.instance, description))
        async with _deadline(ANSWER_TIMEOUT, "no-answer"):
            while True:
                signal = await self._inbox.get()
                if isinstance(signal, Answer) and signal.session == session:
                    break
        await pending.complete(signal.description)

    async def _answer(self, pending: PendingLink) -> None:
        offer = await self._await_offer()
        self._stage = _Stage.BOUND
        description = await pending.accept(offer.description)
        answer = Answer(offer.session, self.instance, description)
        await self._host.send_signal(self.peer, answer)

    async def _await_offer(self) -> Offer:
        async with _deadline(OFFER_TIMEOUT, "no-offer"):
            wait = FIRST_WANT_AFTER
            while True:
                try:
                    async with asyncio.timeout(wait):
                        signal = await self._inbox.get()
                except TimeoutError:
                    want = Want(os.urandom(SESSION_SIZE), self.instance)
                    await self._host.send_signal(self.peer, want)
                    wait = WANT_EVERY
                    continue
                if isinstance(signal, Offer) and self._inbox.empty():
                    return signal


def reason_of(error: AppError | RemoteProtocolError) -> str:
    """Return why a link ended or was not made, as it is reported."""
    reason = error.params.get("reason") if isinstance(error, AppError) else None
    return str(reason or error.code)


@asynccontextmanager
async def _deadline(seconds: float, reason: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise AppError("link-failed", {"reason": reason}) from error
