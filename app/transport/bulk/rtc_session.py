"""One WebRTC connection that carries nothing but one lane: ICE under DTLS under SCTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiortc import RTCDataChannel, RTCDataChannelParameters, RTCSctpCapabilities

from app.domain.errors import AppError, RemoteProtocolError
from app.transport.bulk.rtc_ice import LaneIce
from app.transport.bulk.rtc_inbox import RtcInbox
from app.transport.bulk.rtc_path import MESSAGE, STREAM, RtcPath
from app.transport.webrtc_description import Description, Role
from app.transport.webrtc_dtls import LinkCertificate
from app.transport.webrtc_ice import AddressSource

SCTP_PORT = 5000
LINGER = 0.25
CLOSE_LIMIT = 2.0


class RtcSession:
    """Owns sockets, keys and tasks of one lane. Everything is called on its loop.

    What comes goes to `inbox`, which ends with the session.
    """

    def __init__(
        self,
        role: Role,
        path: RtcPath,
        inbox: RtcInbox,
        addresses: AddressSource,
        options: Mapping[str, Any],
    ) -> None:
        self.role = role
        self.ended = asyncio.Event()
        self._inbox = inbox
        inbox.room.enter()
        self._opened = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._certificate = LinkCertificate.generateCertificate()
        self._ice = LaneIce(
            controlling=role == "offer",
            addresses=addresses,
            options=options,
            heard=self._was_heard,
        )
        self._dtls = path.dtls(self._ice, self._certificate)
        self._dtls.on("statechange", self._dtls_changed)
        self._sctp = path.sctp(self._dtls, inbox, self._opened.set, self.end)
        parameters = RTCDataChannelParameters(label="lane", negotiated=True, id=STREAM)
        self.channel = RTCDataChannel(self._sctp, parameters)

    async def describe(self) -> Description:
        """Gather our candidates, for two seconds at most."""
        await self._ice.gather_candidates()
        ice = self._ice
        return Description(
            1,
            self.role,
            ice.local_username,
            ice.local_password,
            self._certificate.fingerprint,
            ice.lines(),
        )

    async def connect(self, remote: Description) -> None:
        """Bring all layers up, to whom proves the fingerprint. Raises AppError("no-webrtc-way")."""
        try:
            await self._ice.meet(remote)
        except ConnectionError as error:
            raise AppError("no-webrtc-way", {"reason": "ice"}) from error
        if not await self._dtls.handshake(remote.fingerprint):
            raise AppError("no-webrtc-way", {"reason": "dtls"})
        await self._sctp.start(RTCSctpCapabilities(maxMessageSize=MESSAGE), SCTP_PORT)
        waits = [asyncio.ensure_future(event.wait()) for event in (self._opened, self.ended)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not self._opened.is_set():
            raise AppError("no-webrtc-way", {"reason": "sctp"})

    def reopen(self) -> None:
        """The reader has made room."""
        self._sctp.reopen()

    def end(self, failure: RemoteProtocolError | None = None) -> None:
        """Note that nothing more will come, and give everything back."""
        if not self.ended.is_set():
            self.ended.set()
            self._inbox.end(failure)
            self.close()

    def close(self) -> asyncio.Task[None]:
        """Send what is queued, for a moment, then give everything back."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._shut())
        return self._closing

    async def _shut(self) -> None:
        if self._opened.is_set() and not self.ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sctp.flushed(), LINGER)
        self.ended.set()
        self._inbox.end()
        await self._sctp.stop()
        await self._dtls.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ice.close(), CLOSE_LIMIT)
        self._inbox.room.leave()

    def _was_heard(self) -> bool:
        return self._sctp.was_heard()

    def _dtls_changed(self) -> None:
        if self._dtls.state == "closed":
            self.end()
