"""Carries the hub's decisions out over Socket.IO."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from signaling.frames import TEXT, frame
from signaling.heartbeat import Heartbeats
from signaling.hub import Answer, Moment, SignalingHub
from signaling.limits import Limits
from signaling.lines import PING_INTERVAL, PING_TIMEOUT, Lines
from signaling.outputs import Drop, Emit, Output
from signaling.packets import Patient
from signaling.protocol import NONCE_SIZE, Code, failure
from signaling.shortcut import PING, Shortcut, event_frames
from signaling.tally import Tally

TICK = 1.0

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
        self._max_waiting = limits.outbox_bytes
        self._shortcuts: dict[str, Shortcut] = {}
        self._behind: asyncio.Queue[Emit] = asyncio.Queue()
        self._heartbeats = Heartbeats(PING_INTERVAL, PING_TIMEOUT, self._ping, self._give_up)
        self.tally = Tally()
        self.lines = Lines(limits, origins)
        self.sio = self.lines.sio
        self.sio.on("connect", self._on_connect)
        self.sio.on("disconnect", self._on_disconnect)
        self.sio.on("*", self._on_event)

    async def run(self) -> None:
        """Keep time until cancelled."""
        await asyncio.gather(self._tick(), self._emit_behind())

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

    async def _on_connect(self, sid: str, environ: dict[str, Any], _auth: object = None) -> None:
        self.tally.opened += 1
        self._shorten(sid, environ)
        nonce = secrets.token_bytes(NONCE_SIZE)
        for challenge in self._hub.connected(sid, nonce, self._clock()):
            # The long way, behind the packet that says that the connection stands.
            await self.sio.emit(challenge.event, challenge.data, to=list(challenge.to))

    async def _on_disconnect(self, sid: str, _reason: object = None) -> None:
        self._shortcuts.pop(sid, None)
        self._heartbeats.forget(sid)
        await self._perform(self._hub.disconnected(sid))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            now = self._clock()
            self._heartbeats.tick(now.seconds)
            await self._perform(self._hub.tick(now))

    async def _emit_behind(self) -> None:
        while True:
            output = await self._behind.get()
            await self.sio.emit(output.event, output.data, to=list(output.to))

    async def _on_event(self, event: str, sid: str, *args: object) -> dict[str, Any]:
        answer = self._answer(sid, event, args)
        await self._perform(answer.outputs)
        return answer.ack

    def _shorten(self, sid: str, environ: dict[str, Any]) -> None:
        """Let a WebSocket's events come to us on the short way from now on."""
        protocol = environ["asgi.scope"].get("parlor.protocol")
        if protocol is None:
            return

        def serve(event: str, args: Sequence[object]) -> dict[str, Any]:
            answer = self._answer(sid, event, args)
            for late in self._perform_now(answer.outputs):
                self._behind.put_nowait(late)
            return answer.ack

        engine = self.sio.eio.sockets[self.sio.manager.eio_sid_from_sid(sid, "/")]
        engine.server = Patient(self.sio.eio)  # from here on the asking is ours
        self._heartbeats.heard(sid, self._clock().seconds)

        def pong() -> None:
            engine.last_ping = None  # the library has asked once
            self._heartbeats.heard(sid, self._clock().seconds)

        def left() -> None:
            self._heartbeats.forget(sid)
            engine.server = self.sio.eio
            engine.last_ping = time.time()
            engine.schedule_ping()

        shortcut = Shortcut(protocol.transport, serve, pong, self._max_waiting, left)
        self._shortcuts[sid] = protocol.shortcut = shortcut

    def _answer(self, sid: str, event: str, args: Sequence[object]) -> Answer:
        began = time.perf_counter()
        try:
            answer = self._hub.received(sid, event, args, self._clock())
        except Exception as error:  # noqa: BLE001 - the client gets an answer, the log the place
            self.tally.failures += 1
            logger.error("a request failed: %s", _place(error))  # noqa: TRY400 - see _place
            return Answer(failure(Code.INTERNAL, "the server made a mistake"))
        self._count(event, answer.ack, time.perf_counter() - began)
        return answer

    def _count(self, event: str, ack: dict[str, Any], seconds: float) -> None:
        name = event if event in self._hub.requests else "other"
        self.tally.requests[name] += 1
        self.tally.seconds.add(seconds)
        if not ack["ok"]:
            self.tally.refusals[str(ack["error"]["code"])] += 1
        elif name == "auth":
            self.tally.authenticated += 1

    async def _perform(self, outputs: Sequence[Output]) -> None:
        for late in self._perform_now(outputs):
            await self.sio.emit(late.event, late.data, to=list(late.to))

    def _perform_now(self, outputs: Sequence[Output]) -> list[Emit]:
        """Do all that can be done at once; return what goes the long way."""
        late: list[Emit] = []
        for output in () if self._stopped else outputs:
            if isinstance(output, Emit):
                self._count_relayed(output)
                if rest := self._emit(output):
                    late.append(Emit(rest, output.event, output.data))
            else:
                self._drop(output)
        return late

    def _emit(self, output: Emit) -> tuple[str, ...]:
        """Send to those with a shortcut; return the others."""
        frames = event_frames(output.event, output.data)
        rest = []
        for sid in output.to:
            shortcut = self._shortcuts.get(sid)
            if shortcut is None:
                rest.append(sid)
            else:
                shortcut.write(frames)
        return tuple(rest)

    def _ping(self, sid: str) -> None:
        self._shortcuts[sid].write(frame(TEXT, PING))

    def _give_up(self, sid: str) -> None:
        self.lines.broken(self.sio.manager.eio_sid_from_sid(sid, "/"))

    def _drop(self, drop: Drop) -> None:
        self.tally.dropped += 1
        logger.info("connection %.4s dropped: %s", drop.sid, drop.reason)
        if drop.sid in self._shortcuts:
            self._shortcuts[drop.sid].ended = True
        self.lines.drop(drop.sid)

    def _count_relayed(self, output: Emit) -> None:
        if output.event == "signal":
            self.tally.relayed += 1
            self.tally.relayed_bytes += len(output.data["payload"])


def _place(error: Exception) -> str:
    """Name an error without its text, which may quote what a client sent."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno} of {frame.filename}"
