"""`Link` and `PendingLink` over one WebRTC session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.domain.errors import AppError, LocalProtocolError
from app.domain.ids import PeerId
from app.transport.base import Lane, Link, PendingLink
from app.transport.webrtc_description import Description, Role, decode, encode
from app.transport.webrtc_sctp import MAX_MESSAGE
from app.transport.webrtc_session import Session, link_failed

CANCEL_AGAIN = 0.1

SessionFactory = Callable[[Role], Session]


class WebRtcLink(Link):
    """An open session. Made by `WebRtcPendingLink.opened` only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._remote_fingerprint = session.remote_fingerprint
        self._route = session.route
        self._address = session.address
        self._through = session.through

    @property
    def local_fingerprint(self) -> bytes:
        return self._session.local_fingerprint

    @property
    def remote_fingerprint(self) -> bytes:
        return self._remote_fingerprint

    @property
    def route(self) -> str:
        return self._route

    @property
    def address(self) -> str:
        return self._address

    @property
    def through(self) -> PeerId | None:
        return self._through

    def send(self, lane: Lane, message: bytes) -> None:
        if len(message) > MAX_MESSAGE:
            raise LocalProtocolError(f"a message of {len(message)} bytes")
        self._session.send(lane, message)

    async def drained(self) -> None:
        await self._session.drained()

    async def receive(self) -> tuple[Lane, bytes] | None:
        return await self._session.inbox.get()

    async def close(self) -> None:
        await self._session.close()


class WebRtcPendingLink(PendingLink):
    """A session that is being negotiated, in the role that its first call gives it."""

    def __init__(self, new_session: SessionFactory, open_timeout: float) -> None:
        self._new_session = new_session
        self._open_timeout = open_timeout
        self._session: Session | None = None
        self._gathering: asyncio.Task[Description] | None = None
        self._connecting: asyncio.Task[AppError | None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._described = asyncio.Event()
        self._handed_over = False

    @property
    def ways(self) -> tuple[str, ...]:
        return self._session.ways if self._session else ()

    async def offer(self) -> bytes:
        return await self._describe(self._begin("offer"))

    async def accept(self, offer: bytes) -> bytes:
        remote = decode(offer, "offer")
        session = self._begin("answer")
        answer = await self._describe(session)
        self._connect(session, remote)
        return answer

    async def complete(self, answer: bytes) -> None:
        session = self._session
        if session is None or session.role != "offer" or self._connecting:
            raise LocalProtocolError("complete() follows offer(), once")
        self._connect(session, decode(answer, "answer"))

    async def opened(self) -> Link:
        try:
            async with asyncio.timeout(self._open_timeout):
                failure = await self._outcome()
        except TimeoutError:
            failure = link_failed("timeout", self._stage)
        if failure is not None or self._session is None:
            await self.close()
            raise failure or link_failed("closed", self._stage)
        self._handed_over = True
        return WebRtcLink(self._session)

    async def close(self) -> None:
        if self._handed_over:
            return
        if self._closing is None:
            self._closing = asyncio.create_task(self._shut())
        await asyncio.shield(self._closing)

    @property
    def _stage(self) -> str:
        return self._session.stage if self._session else "signaling"

    def _begin(self, role: Role) -> Session:
        self._refuse_if_closed()
        if self._session is not None:
            raise LocalProtocolError("a pending link is used once")
        self._session = self._new_session(role)
        return self._session

    async def _describe(self, session: Session) -> bytes:
        """Gather in a task of its own: sockets that are half made cannot be cancelled."""
        self._gathering = asyncio.create_task(session.describe())
        description = await asyncio.shield(self._gathering)
        self._refuse_if_closed()
        return encode(description)

    def _connect(self, session: Session, remote: Description) -> None:
        self._refuse_if_closed()
        self._connecting = asyncio.create_task(_failure(session, remote))
        self._described.set()

    def _refuse_if_closed(self) -> None:
        if self._closing is not None:
            raise link_failed("closed", self._stage)

    async def _outcome(self) -> AppError | None:
        await self._described.wait()
        if self._connecting is not None:
            await asyncio.wait([self._connecting])
        if self._connecting is None or self._connecting.cancelled():
            return link_failed("closed", self._stage)
        return self._connecting.result()

    async def _shut(self) -> None:
        self._described.set()
        tasks = {task for task in (self._gathering, self._connecting) if task is not None}
        while tasks:
            # Python 3.11's wait_for, which aiortc uses, may swallow one that comes with a datagram.
            if self._connecting is not None:
                self._connecting.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=CANCEL_AGAIN)
        if self._session is not None:
            await self._session.close()


async def _failure(session: Session, remote: Description) -> AppError | None:
    try:
        await session.connect(remote)
    except AppError as error:
        return error
    return None
