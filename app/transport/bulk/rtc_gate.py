"""Meeting over WebRTC: a description each, then a token over the channel that it leads to."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Coroutine
from functools import partial
from typing import NamedTuple

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.bulk_frames import TOKEN_SIZE, FrameHeader, Kind
from app.protocol.worker_messages import ConnectLane, LaneReady, OpenLane
from app.transport.bulk.gate import Report
from app.transport.bulk.rtc_inbox import RtcInbox
from app.transport.bulk.rtc_loop import RtcLoop
from app.transport.bulk.rtc_path import RtcPath
from app.transport.bulk.rtc_room import RtcRoom
from app.transport.bulk.rtc_servers import Places, places
from app.transport.bulk.rtc_session import RtcSession
from app.transport.bulk.rtc_stream import RtcStream
from app.transport.bulk.tls_lane import take_token
from app.transport.webrtc_description import Description, Role, decode, encode

MEET_WITHIN = 10.0
"""Seconds from the first check to an open channel, and from there to the token."""


class Hall(NamedTuple):
    """What all gates share."""

    loop: RtcLoop
    room: RtcRoom


class RtcGate:
    """See `Gate`. Connections are made and used on the loop."""

    def __init__(self, command: OpenLane, hall: Hall, path: RtcPath, report: Report) -> None:
        """Raises RemoteProtocolError("bad-description") over the offer."""
        self._command = command
        self._loop = hall.loop
        self._path = path
        self._report = report
        self._offer = decode(command.offer, "offer") if command.offer else None
        self._session: RtcSession | None = None
        self._inbox = RtcInbox(hall.room, partial(self._loop.soon, self._reopen))
        self._over = False

    def open(self) -> None:
        self._loop.run(self._reported(self._describe()))

    def connect(self, command: ConnectLane) -> None:
        if len(command.token) != TOKEN_SIZE:
            raise RemoteProtocolError("bad-token", f"{len(command.token)} bytes")
        remote = self._offer or decode(command.description, "answer")
        self._loop.run(self._reported(self._meet(remote, command.token)))

    def cancel(self) -> None:
        self._over = True
        self._loop.soon(self._leave)

    async def _reported(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (AppError, RemoteProtocolError) as error:
            self._fail(error.code)
        except Exception as error:  # noqa: BLE001 - whatever aiortc makes of a stranger's bytes
            sys.stderr.write(f"a lane over WebRTC: {error!r}\n")
            self._fail("no-webrtc-way")

    async def _describe(self) -> None:
        for place in places(self._command.way, self._command.servers, self._offer):
            session = self._new_session(place)
            ours = await session.describe()
            if ours.candidates:
                ready = LaneReady(self._command.lane, 0, b"", encode(ours))
                self._report.ready(ready)
                return
            await session.close()
        raise AppError("no-relay" if self._command.way == "relay" else "no-webrtc-way")

    def _new_session(self, place: Places) -> RtcSession:
        if self._over:
            raise AppError("stopped")
        role: Role = "answer" if self._offer else "offer"
        session = RtcSession(role, self._path, self._inbox, place.addresses, place.options)
        self._session = session
        return session

    async def _meet(self, remote: Description, token: bytes) -> None:
        session = self._session
        if session is None or self._over:
            raise AppError("stopped")
        try:
            async with asyncio.timeout(MEET_WITHIN):
                await session.connect(remote)
        except TimeoutError as error:
            raise AppError("no-webrtc-way") from error
        stream = RtcStream(self._loop, session, self._inbox)
        threading.Thread(target=self._greet, args=(stream, token), daemon=True).start()

    def _greet(self, stream: RtcStream, token: bytes) -> None:
        stream.read_within = MEET_WITHIN
        try:
            stream.sendall(FrameHeader(Kind.TOKEN, TOKEN_SIZE).encode() + token)
            take_token(stream, token)
        except OSError:
            self._fail("no-webrtc-way")
        except RemoteProtocolError as error:
            self._fail(error.code)
        else:
            stream.read_within = None
            self._report.met(stream)

    def _fail(self, code: str) -> None:
        self.cancel()
        self._report.failed(code)

    # -- on the loop

    def _reopen(self) -> None:
        if self._session is not None:
            self._session.reopen()

    def _leave(self) -> None:
        if self._session is not None:
            self._session.close()
