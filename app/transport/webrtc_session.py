"""One link's stack: ICE under DTLS under SCTP under two channels, built up and torn down."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiortc import RTCDataChannel, RTCDataChannelParameters, RTCSctpCapabilities

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId
from app.transport.base import Lane
from app.transport.webrtc_description import Description, Role
from app.transport.webrtc_dtls import LinkCertificate, LinkDtls
from app.transport.webrtc_ice import Way
from app.transport.webrtc_inbox import Inbox
from app.transport.webrtc_sctp import MAX_MESSAGE, STREAMS, LinkSctp

SCTP_PORT = 5000
LOW_WATER = 256 * 1024
LINGER = 0.25
CLOSE_LIMIT = 2.0


def link_failed(reason: str, stage: str) -> AppError:
    return AppError("link-failed", {"reason": reason, "stage": stage})


class Session:
    """Owns sockets, keys and tasks of one link from the first candidate to the last packet."""

    def __init__(self, role: Role, way: Way) -> None:
        self.role = role
        self.stage = "signaling"
        self.inbox = Inbox()
        self.ended = asyncio.Event()
        self._opened = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._certificate = LinkCertificate.generateCertificate()
        self._ice = way
        self._dtls = LinkDtls(self._ice, self._certificate)
        self._dtls.on("statechange", self._dtls_changed)
        self._sctp = LinkSctp(self._dtls, self.inbox, self._opened.set, self.end)
        self._channels = {lane: _channel(self._sctp, number) for number, lane in STREAMS.items()}
        for channel in self._channels.values():
            channel.once("close", self.end)

    @property
    def local_fingerprint(self) -> bytes:
        return self._certificate.fingerprint

    @property
    def remote_fingerprint(self) -> bytes:
        return self._dtls.remote_fingerprint

    @property
    def route(self) -> str:
        return self._ice.route

    @property
    def address(self) -> str:
        return self._ice.address

    @property
    def through(self) -> PeerId | None:
        return self._ice.through

    @property
    def ways(self) -> tuple[str, ...]:
        return self._ice.ways

    async def describe(self) -> Description:
        """Gather our candidates."""
        await self._ice.gather_candidates()
        ice = self._ice
        return Description(
            1,
            self.role,
            ice.local_username,
            ice.local_password,
            self.local_fingerprint,
            ice.lines(),
        )

    async def connect(self, remote: Description) -> None:
        """Bring all layers up. Raises AppError("link-failed") with reason and stage."""
        self.stage = "ice"
        try:
            await self._ice.meet(remote)
        except ConnectionError as error:
            raise link_failed("ice-failed", self.stage) from error
        self.stage = "dtls"
        if not await self._dtls.handshake(remote.fingerprint):
            raise link_failed("dtls-failed", self.stage)
        self.stage = "sctp"
        await self._sctp.start(RTCSctpCapabilities(maxMessageSize=MAX_MESSAGE), SCTP_PORT)
        await self._either(self._opened, self.ended)
        if not self._opened.is_set():
            raise link_failed("closed", self.stage)
        self.stage = "open"

    def send(self, lane: Lane, message: bytes) -> None:
        channel = self._channels[lane]
        stale = lane is Lane.UNRELIABLE and channel.bufferedAmount > LOW_WATER
        if channel.readyState == "open" and not self.ended.is_set() and not stale:
            channel.send(message)

    async def drained(self) -> None:
        channel = self._channels[Lane.RELIABLE]
        while channel.bufferedAmount >= LOW_WATER and not self.ended.is_set():
            low = asyncio.Event()
            channel.once("bufferedamountlow", low.set)
            await self._either(low, self.ended)

    def end(self, failure: RemoteProtocolError | None = None) -> None:
        """Note that nothing more will come, and give everything back."""
        if self.ended.is_set():
            return
        self.ended.set()
        self.inbox.end(failure)
        task = asyncio.current_task()
        if task is None or not task.cancelling():  # a loop that shuts down takes no new tasks
            self._start_closing(linger=False)

    async def close(self) -> None:
        """Send what is queued, for a moment, then give everything back."""
        self.inbox.drop()
        task = self._start_closing(linger=not self.ended.is_set())
        await asyncio.shield(task)

    def _start_closing(self, *, linger: bool) -> asyncio.Task[None]:
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._shut(linger=linger))
        return self._closing

    async def _shut(self, *, linger: bool) -> None:
        if linger and self.stage == "open":
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sctp.flushed(), LINGER)
        self.ended.set()
        await self._sctp.stop()
        await self._dtls.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ice.close(), CLOSE_LIMIT)

    def _dtls_changed(self) -> None:
        if self._dtls.state == "closed":
            self.end()

    @staticmethod
    async def _either(first: asyncio.Event, second: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (first, second)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _channel(sctp: LinkSctp, number: int) -> RTCDataChannel:
    reliable = STREAMS[number] is Lane.RELIABLE
    channel = RTCDataChannel(
        sctp,
        RTCDataChannelParameters(
            label="chat" if reliable else "live",
            ordered=reliable,
            maxRetransmits=None if reliable else 0,
            negotiated=True,
            id=number,
        ),
    )
    channel.bufferedAmountLowThreshold = LOW_WATER - 1
    return channel
