"""A connection to another program of the local network: secret, proved, paced, bounded."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from app.crypto.channel import HELLO_SIZE, SEAL_SIZE, Channel, Opening
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import lan_wire as wire
from app.transport.base import Authenticator

PROOF_SECONDS = 5.0
SILENCE_SECONDS = 15.0
WRITE_SECONDS = 5.0
MAX_WAITING = 1 << 20
"""Bytes that wait for a reader before it counts as gone."""
PACE, BURST = 50.0, 512.0
"""Messages a second that are read, each 4 KiB of one counting as one more."""
_LENGTH_SIZE = 4


@dataclass(frozen=True, slots=True)
class Self:
    """Who we are on this network: the person, this session's label and when it began (Unix ns)."""

    who: Authenticator
    label: str
    since: int


class Pace:
    """Tells for how long to leave a stranger's words unread."""

    def __init__(self, now: float) -> None:
        self._credit = BURST
        self._seen = now

    def wait(self, size: int, now: float) -> float:
        """Return the seconds to wait after a message of `size` bytes."""
        self._credit = min(BURST, self._credit + (now - self._seen) * PACE) - 1 - size / 4096
        self._seen = now
        return max(0.0, -self._credit / PACE)


class LanLine:
    """Made by `proved`; whoever has it closes it. For one reader."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        channel: Channel,
        *,
        leads: bool,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._pace = Pace(time.monotonic())
        self.channel = channel
        self.leads = leads
        self.remote: wire.Proof
        self.began = time.monotonic()

    @property
    def peer(self) -> PeerId:
        return PeerId(self.remote.peer)

    def send(self, message: wire.Message) -> None:
        """Queue a message; a reader that does not keep up is given up."""
        if self._writer.is_closing():
            return
        sealed = self.channel.seal(wire.encoded(message))
        self._writer.write(len(sealed).to_bytes(_LENGTH_SIZE, "big") + sealed)
        if self._writer.transport.get_write_buffer_size() > MAX_WAITING:
            self.cut()

    async def drained(self) -> None:
        """Wait until what was sent is on its way, or the line is over."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(WRITE_SECONDS):
                await self._writer.drain()

    async def receive(self) -> wire.Message | None:
        """Return the next message, None once the line is over.

        Raises RemoteProtocolError for anything that is none.
        """
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                raw = await self.frame(wire.MAX_FRAME)
        except (OSError, EOFError, TimeoutError):
            return None
        await asyncio.sleep(self._pace.wait(len(raw), time.monotonic()))
        return wire.decoded(raw)

    async def frame(self, limit: int) -> bytes:
        """Return the next frame's content. Raises RemoteProtocolError, OSError or EOFError."""
        size = int.from_bytes(await self._reader.readexactly(_LENGTH_SIZE), "big")
        if not SEAL_SIZE <= size <= limit + SEAL_SIZE:
            raise RemoteProtocolError("frame-too-large")
        return self.channel.open(await self._reader.readexactly(size))

    def cut(self) -> None:
        """End it at once."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Send what is queued for a moment, then end it."""
        await self.drained()
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(WRITE_SECONDS):
                await self._writer.wait_closed()


async def proved(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, me: Self, *, leads: bool
) -> LanLine:
    """Agree on a channel and prove who both are; who has connected leads, and proves first.

    On failure the connection is ended. Raises RemoteProtocolError, OSError, EOFError or
    TimeoutError.
    """
    done = False
    try:
        async with asyncio.timeout(PROOF_SECONDS):
            line = await _opened(reader, writer, leads=leads)
            await _prove(line, me)
        done = True
    finally:
        if not done:
            writer.transport.abort()
    return line


async def _opened(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, leads: bool
) -> LanLine:
    opening = Opening(leads=leads)
    greeting = wire.GREETING + opening.hello
    if leads:
        writer.write(greeting)
    if await reader.readexactly(len(wire.GREETING)) != wire.GREETING:
        raise RemoteProtocolError("bad-message", "not Parlor")
    channel = opening.meet(await reader.readexactly(HELLO_SIZE))
    if not leads:
        writer.write(greeting)
    return LanLine(reader, writer, channel, leads=leads)


async def _prove(line: LanLine, me: Self) -> None:
    ours = wire.proof(me.who, line.channel.binding, me.label, me.since, leads=line.leads)
    if line.leads:
        line.send(ours)
    theirs = wire.decoded(await line.frame(wire.MAX_PROOF))
    if not isinstance(theirs, wire.Proof):
        raise RemoteProtocolError("bad-proof", "something else came first")
    wire.check(theirs, line.channel.binding, leads=not line.leads)
    line.remote = theirs
    if not line.leads:
        line.send(ours)
