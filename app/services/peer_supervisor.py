"""Keeps one peer linked: negotiates, runs the link, backs off, tries again.

    our id < theirs: we offer.   otherwise: we wait for the offer and ask for it with Want.

    stage      the peer's Offer or Want   a new instance, says a server
    --------   ------------------------   -----------------------------
    IDLE       try now                    try now
    SEEKING    take it                    address it
    BOUND      begin anew                 begin anew
    LIVE       begin anew                 stay: the peer itself will say so, sealed

What the peer says is sealed, so it has lost the session we are bound to; a server may lie. While a
member carries the link, an Offer over the network is a better way, which is tried beside it.

Ways are tried in order: over the network (where ICE prefers direct ones to TURN), then over
members. For a while after the network was in vain they come first, and it is tried beside them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from enum import Enum, auto
from typing import Protocol

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId
from app.protocol.backoff import ReconnectionPolicy, chance
from app.protocol.signals import Answer, Detour, Offer, Want
from app.services.link_negotiation import LinkNegotiation, reason_of
from app.transport.base import Link

MAX_CARRIERS = 2
"""So many members are tried in a row."""
HEAD_START = 5.0
"""Seconds that the network is tried where a member can carry: then it is tried again beside."""
IN_VAIN = 120.0
"""Seconds for which members come before a network that was in vain."""
BETTER_AFTER, BETTER_AT_LAST = 15.0, 240.0
"""Seconds between two looks for a better way than a member; doubled each time."""
SIGNALING = {"no-answer", "no-offer", "unreachable"}
"""Reasons that say nothing of the network between the two."""

log = logging.getLogger(__name__)


class _Stage(Enum):
    IDLE = auto()
    SEEKING = auto()
    LIVE = auto()


class SupervisorHost(Protocol):
    """What a supervisor needs of the connection manager."""

    @property
    def me(self) -> PeerId: ...

    def connecting(self, peer: PeerId) -> None: ...

    async def serve(self, peer: PeerId, link: Link) -> None:
        """Authenticate and run the link until it ends.

        Ends one that was there before, once this one is authenticated.
        """
        ...

    def failed(self, peer: PeerId, code: str) -> None: ...


class PeerSupervisor:
    def __init__(self, negotiation: LinkNegotiation, host: SupervisorHost) -> None:
        self.peer = negotiation.peer
        self._host = host
        self._offers = host.me < self.peer
        self._negotiation = negotiation
        self._policy = ReconnectionPolicy()
        self._wanted = asyncio.Event()
        self._hurry = asyncio.Event()
        self._stage = _Stage.IDLE
        self._carried = False
        self._vain: Counter[PeerId | None] = Counter()
        self._vain_until = float("-inf")
        self._work: asyncio.Task[None] | None = None

    @property
    def instance(self) -> bytes:
        """The run of the peer's program that we speak to."""
        return self._negotiation.instance

    def reachable(self, instance: bytes) -> None:
        """A server says that the peer is there, as this run of its program."""
        if instance != self.instance:
            self._negotiation.instance = instance
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
        """Skip the present wait, and begin with the network again."""
        self._vain.clear()
        self._vain_until = float("-inf")
        self._hurry.set()

    def signaled(self, signal: Offer | Answer | Want | Detour) -> None:
        """A signal of this peer arrived."""
        leads = isinstance(signal, Offer | Detour)
        if leads == self._offers and not isinstance(signal, Answer):
            return
        is_better = self._stage is _Stage.LIVE and self._carried and isinstance(signal, Offer)
        if isinstance(signal, Want) and self._negotiation.meeting:
            self._vain_until = _steady() + IN_VAIN  # it has given up what we still try
        if not isinstance(signal, Answer) and not is_better:
            self._begin_anew()
            self._hurry.set()
        self._negotiation.hear(signal)

    def _begin_anew(self) -> None:
        bound = self._negotiation.bound.is_set()
        if self._work is not None and (bound or self._stage is _Stage.LIVE):
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
                await self._pause(self._policy.failed(chance()))
            except Exception:
                # Our own mistake on one link must not end the way to this peer for good.
                log.exception("a link failed")
                self._host.failed(self.peer, "internal-error")
                await self._pause(self._policy.failed(chance()))

    async def _attempt(self) -> None:
        self._stage = _Stage.SEEKING
        self._negotiation.bound.clear()
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
        link = await (self._lead() if self._offers else self._follow())
        self._stage = _Stage.LIVE
        await self._keep(link)

    async def _follow(self) -> Link:
        return await self._negotiation.follow(await self._negotiation.offered())

    async def _lead(self) -> Link:
        """Try the ways in order. Raises what the last one says."""
        failure = AppError("link-failed", {"reason": "unreachable"})
        for carrier in self._ways():
            self._vain[carrier] += 1
            try:
                link = await self._negotiation.lead(carrier, self._patience(carrier))
            except AppError as error:
                failure = error
                if carrier is None and reason_of(error) not in SIGNALING:
                    self._vain_until = _steady() + IN_VAIN
            else:
                del self._vain[carrier]
                return link
        raise failure

    def _patience(self, carrier: PeerId | None) -> float | None:
        """Return how long a way is tried before the next one: the network may be so later too."""
        return HEAD_START if carrier is None and self._negotiation.carriers() else None

    def _ways(self) -> Iterator[PeerId | None]:
        """Yield None for the network, or who carries."""
        last = _steady() < self._vain_until
        if not last:
            yield None
        carriers = sorted(self._negotiation.carriers(), key=self._vain.__getitem__)
        yield from carriers[:MAX_CARRIERS]
        if last:
            yield None

    async def _keep(self, link: Link) -> None:
        """Serve a link, and a better one that is found meanwhile, until the last has ended."""
        serving = asyncio.ensure_future(self._host.serve(self.peer, link))
        tasks = {serving}
        try:
            while (better := await self._better_than(link, serving)) is not None:
                following = asyncio.ensure_future(self._host.serve(self.peer, better))
                tasks.add(following)
                await asyncio.wait({serving, following}, return_when=asyncio.FIRST_COMPLETED)
                if serving.done():
                    link, serving = better, following
            await serving
        finally:
            self._carried = False
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _better_than(self, link: Link, serving: asyncio.Task[None]) -> Link | None:
        """Look for a way without a member; None if this link needs none, or has ended."""
        self._carried = link.through is not None
        if not self._carried:
            return None
        looking = asyncio.ensure_future(self._look_for_better())
        try:
            await asyncio.wait({serving, looking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not looking.done():
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)
        return None if looking.cancelled() else looking.result()

    async def _look_for_better(self) -> Link:
        wait = BETTER_AFTER
        while True:
            try:
                if not self._offers:
                    return await self._negotiation.follow(await self._negotiation.next_offer())
                await asyncio.sleep(BETTER_AFTER / 3)
                self._hurry.clear()
                await self._pause(wait)
                return await self._negotiation.lead()
            except (AppError, RemoteProtocolError) as error:
                log.info("no better way: %s", error)
                wait = min(wait * 2, BETTER_AT_LAST)


def _steady() -> float:
    return asyncio.get_running_loop().time()
