"""One signaling server: stays connected, in our rooms, listed, and reports who is there."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from app.domain.changes import ServerChanged, ServerState
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ice import IceServer
from app.domain.ids import PeerId
from app.protocol.backoff import ReconnectionPolicy, chance
from app.services.clocks import WallClock
from app.services.feed import Feed
from app.transport.base import (
    LAN_URL,
    Authenticator,
    NameCard,
    PeerJoined,
    PeerLeft,
    Present,
    SignalingSession,
    SignalingTransport,
    SignalReceived,
)

RATE_WAITS = (0.5, 1.0, 2.0)
SHORTEST_LOAN = 30.0
GIVEN_UP = {"bad-url", "server-incompatible", "replaced"}
"""Reasons that trying again cannot mend: two runs of one identity would only fight."""


log = logging.getLogger(__name__)


class SignalingHost(Protocol):
    """Hears what a server says."""

    def rendezvous(self) -> Sequence[bytes]:
        """The server rooms that we want to be in."""
        ...

    def card(self, ahead_ms: int) -> NameCard | None:
        """Our entry in the directory of a server whose clock is this much ahead of our machine's.

        None to be unlisted.
        """
        ...

    def present(self, url: str, room: bytes, present: Present) -> None: ...

    def absent(self, url: str, room: bytes, peer: PeerId) -> None: ...

    def signaled(self, url: str, sender: PeerId, payload: bytes) -> None: ...

    def online(self, url: str) -> None: ...

    def lost(self, url: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SignalingContext:
    """What the clients of all servers have in common."""

    transport: SignalingTransport
    who: Authenticator
    host: SignalingHost
    feed: Feed
    wall: WallClock
    lend: Callable[[str, Sequence[IceServer]], None]
    """Takes the STUN and TURN servers that a server lends."""
    answered: Callable[[float], None] = lambda _ms: None
    """Hears how many milliseconds a server took to answer."""


class SignalingClient:
    def __init__(self, url: str, context: SignalingContext) -> None:
        self.url = url
        self.state = ServerState.OFFLINE
        self.reason: str | None = None
        self.session: SignalingSession | None = None
        self._context = context
        self._host = context.host
        self._ahead_ms = 0
        self._policy = ReconnectionPolicy()
        self._hurry = asyncio.Event()
        self._is_retired = False
        self.left = asyncio.Event()
        """Whether the server's people are forgotten, after the end."""

    def retire(self) -> None:
        """Tell nothing any more: another client takes over."""
        self._is_retired = True

    def try_now(self) -> None:
        """Skip the present wait."""
        self._hurry.set()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        try:
            while True:
                self._hurry.clear()
                self._tell(ServerState.CONNECTING)
                reason = await self._stay()
                if reason in GIVEN_UP:
                    self._tell(ServerState.OFFLINE, reason)
                    return
                wait = self._policy.failed(chance())
                self._tell(ServerState.OFFLINE, reason, wait)
                await self._pause(wait)
        finally:
            await self._close()
            if self.state is not ServerState.OFFLINE:
                self._tell(ServerState.OFFLINE, "disconnected")

    async def _pause(self, wait: float) -> None:
        try:
            async with asyncio.timeout(wait):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _stay(self) -> str:
        """Connect and serve until the connection is lost; return why it ended."""
        borrowing: asyncio.Task[None] | None = None
        try:
            session = await self._context.transport.open(self.url, self._context.who)
            self.session = session
            wall = self._context.wall
            self._ahead_ms = session.server_time_ms - wall.raw_ms()
            if self.url != LAN_URL:  # which has no clock but ours
                wall.learn(self.url, self._ahead_ms)
            await self._settle(session)
            borrowing = asyncio.create_task(self._borrow(session))
            self._policy.succeeded()
            self._tell(ServerState.ONLINE)
            self._host.online(self.url)
            async for event in session.events():
                self._dispatch(event)
        except (AppError, RemoteProtocolError) as error:
            return error.code
        else:
            return "replaced" if session.end_reason == "replaced" else "signaling-lost"
        finally:
            if borrowing is not None:
                borrowing.cancel()
                await asyncio.gather(borrowing, return_exceptions=True)
            await self._close()

    async def _borrow(self, session: SignalingSession) -> None:
        """Borrow STUN and TURN servers, and renew the accounts before they end."""
        with suppress(AppError, RemoteProtocolError):  # the session itself tells if it is lost
            while True:
                lent = await session.lent_ice()
                self._context.lend(self.url, lent.servers)
                if not lent.servers:
                    return
                await asyncio.sleep(max(lent.seconds / 2, SHORTEST_LOAN))

    async def _settle(self, session: SignalingSession) -> None:
        for room in self._host.rendezvous():
            await self._patiently(session, partial(self.enter, room))
        await self._patiently(session, self.publish)

    async def _patiently(
        self, session: SignalingSession, request: Callable[[], Awaitable[None]]
    ) -> None:
        """A room that is full, or a card that is refused, must not keep us out of the others."""
        for wait in RATE_WAITS:
            try:
                return await request()
            except AppError as error:
                if session.end_reason:
                    raise
                log.info("%s: refused: %s", self.url, error)
                if error.code != "rate-limited":
                    return None
                await asyncio.sleep(wait)
        return None

    async def enter(self, room: bytes) -> None:
        """Join a server room, if we are connected. Raises AppError."""
        if self.session is not None:
            began = time.monotonic()
            there = await self.session.join(room)
            self._context.answered((time.monotonic() - began) * 1000)
            for present in there:
                self._host.present(self.url, room, present)

    async def publish(self) -> None:
        """Renew our entry in the directory, if we are connected. Raises AppError."""
        if self.session is None:
            return
        card = self._host.card(self._ahead_ms)
        if card is not None:
            await self.session.publish(card)
        else:
            await self.session.unpublish()

    def _dispatch(self, event: PeerJoined | PeerLeft | SignalReceived) -> None:
        match event:
            case PeerJoined(room, present):
                self._host.present(self.url, room, present)
            case PeerLeft(room, peer):
                self._host.absent(self.url, room, peer)
            case SignalReceived(sender, payload):
                self._host.signaled(self.url, sender, payload)

    async def _close(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            self._host.lost(self.url)
        if self._is_retired:
            self.left.set()
        if session is not None:
            await session.close()

    def _tell(
        self, state: ServerState, reason: str | None = None, retry_in: float | None = None
    ) -> None:
        if (state, reason) == (self.state, self.reason) and retry_in is None:
            return
        if self._is_retired:
            return
        self.state, self.reason = state, reason
        if self.url == LAN_URL:
            return
        self._context.feed.publish(ServerChanged(self.url, state, reason, retry_in))
