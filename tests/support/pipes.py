"""Datagrams that somebody carries, in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.domain.ids import PeerId
from app.transport.base import Datagrams

CARRIER = PeerId(bytes([7]) * 32)


class Pipe(Datagrams):
    """One end; what is sent comes out at `other`, unless `keep` says no."""

    def __init__(self, through: PeerId) -> None:
        self._through = through
        self.other: Pipe = self
        self.keep: Callable[[bytes], bool] = lambda _datagram: True
        self.sent: list[bytes] = []
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    @property
    def through(self) -> PeerId:
        return self._through

    def send(self, datagram: bytes) -> None:
        self.sent.append(datagram)
        if self.keep(datagram):
            self.other._queue.put_nowait(datagram)

    def inject(self, datagram: bytes) -> None:
        self._queue.put_nowait(datagram)

    async def receive(self) -> bytes:
        datagram = await self._queue.get()
        if datagram is None:
            self.close()
            raise ConnectionError
        return datagram

    def close(self) -> None:
        self._queue.put_nowait(None)


def pipe(through: PeerId = CARRIER) -> tuple[Pipe, Pipe]:
    """Return the two ends of one."""
    one, other = Pipe(through), Pipe(through)
    one.other, other.other = other, one
    return one, other
