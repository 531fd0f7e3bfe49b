"""Carries the hub's decisions out over Socket.IO."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from signaling.hub import Moment, SignalingHub
from signaling.limits import Limits
from signaling.lines import Lines
from signaling.outputs import Emit, Output
from signaling.protocol import NONCE_SIZE, Code, failure
from signaling.tally import Tally

logger = logging.getLogger("signaling.edge")


def system_moment() -> Moment:
    """Return now."""
    return Moment(time.monotonic(), time.time_ns() // 1_000_000)


class SocketEdge:
    """Hands what clients send to the hub, and does what the hub says."""

    def __init__(
        self,
        hub: SignalingHub,
        limits: Limits,
        origins: Sequence[str] = (),
        clock: Callable[[], Moment] = system_moment,
    ) -> None:
        self._hub = hub
        self._clock = clock
        self._stopped = False
        self.tally = Tally()
        self.lines = Lines(limits, origins)
        self.sio = self.lines.sio
        self.sio.on("connect", self._on_connect)
        self.sio.on("disconnect", self._on_disconnect)
        self.sio.on("*", self._on_event)

    async def run(self) -> None:
        """Keep time until cancelled."""
        while True:
            await asyncio.sleep(1)
            await self._perform(self._hub.tick(self._clock()))

    async def heard(self, frame: bytes) -> None:
        """Take in what another server says."""
        try:
            outputs = self._hub.heard(frame, self._clock())
        except Exception as error:  # noqa: BLE001 - the other servers must not end this one
            self.tally.failures += 1
            logger.error("a frame of the bus failed: %s", _place(error))  # noqa: TRY400 - see _place
            return
        await self._perform(outputs)

    async def stop(self) -> None:
        """Say goodbye and close every connection."""
        await self._perform(self._hub.stopping())
        self._stopped = True
        await self.lines.stop()

    async def _on_connect(self, sid: str, _environ: object, _auth: object = None) -> None:
        self.tally.opened += 1
        nonce = secrets.token_bytes(NONCE_SIZE)
        await self._perform(self._hub.connected(sid, nonce, self._clock()))

    async def _on_disconnect(self, sid: str, _reason: object = None) -> None:
        await self._perform(self._hub.disconnected(sid))

    async def _on_event(self, event: str, sid: str, *args: object) -> dict[str, Any]:
        began = time.perf_counter()
        try:
            answer = self._hub.received(sid, event, args, self._clock())
        except Exception as error:  # noqa: BLE001 - the client gets an answer, the log the place
            self.tally.failures += 1
            logger.error("a request failed: %s", _place(error))  # noqa: TRY400 - see _place
            return failure(Code.INTERNAL, "the server made a mistake")
        self._count(event, answer.ack, time.perf_counter() - began)
        await self._perform(answer.outputs)
        return answer.ack

    def _count(self, event: str, ack: dict[str, Any], seconds: float) -> None:
        name = event if event in self._hub.requests else "other"
        self.tally.requests[name] += 1
        self.tally.seconds.add(seconds)
        if not ack["ok"]:
            self.tally.refusals[str(ack["error"]["code"])] += 1
        elif name == "auth":
            self.tally.authenticated += 1

    async def _perform(self, outputs: Sequence[Output]) -> None:
        if self._stopped:
            return
        for output in outputs:
            if isinstance(output, Emit):
                self._count_relayed(output)
                await self.sio.emit(output.event, output.data, to=list(output.to))
            else:
                self.tally.dropped += 1
                logger.info("connection %.4s dropped: %s", output.sid, output.reason)
                self.lines.drop(output.sid)

    def _count_relayed(self, output: Emit) -> None:
        if output.event == "signal":
            self.tally.relayed += 1
            self.tally.relayed_bytes += len(output.data["payload"])


def _place(error: Exception) -> str:
    """Name an error without its text, which may quote what a client sent."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno} of {frame.filename}"
