"""Two ends over a line in virtual time: bytes are handed over, no socket and no clock."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from app.transport.fast_sctp.chunks import Data, PacketWriter, Sack, chunks_of
from app.transport.fast_sctp.inbound import Inbound, Message
from app.transport.fast_sctp.numbers import MASK
from app.transport.fast_sctp.outbound import Outbound
from app.transport.fast_sctp.window import Window

WINDOW = 4 << 20
WRITER = PacketWriter(5000, 5000, 1)


@dataclass
class Line:
    """`rate` in bytes a second (0: endless), `delay` one way in seconds, shares between 0 and 1."""

    delay: float = 0.01
    rate: float = 0.0
    queue: float = 0.2
    loss: float = 0.0
    twice: float = 0.0
    shuffled: float = 0.0
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    free_at: float = 0.0

    def arrivals(self, now: float, size: int) -> list[float]:
        """When copies of what is sent now arrive, if any."""
        start = max(now, self.free_at)
        if self.rate:
            if start - now > self.queue:
                return []
            start += size / self.rate
            self.free_at = start
        if self.rng.random() < self.loss:
            return []
        copies = 2 if self.rng.random() < self.twice else 1
        late = 4 * self.delay if self.rng.random() < self.shuffled else 0.0
        return [start + self.delay + late * self.rng.random() for _ in range(copies)]


class OneWay:
    """A sender and a receiver with a line in each direction."""

    def __init__(self, window: Window, there: Line, back: Line, size: int = 1160) -> None:
        self.now = 1.0
        self.first = MASK - 100
        self.out = Outbound(self.first, size, window, WINDOW, {})
        self.inbound = Inbound(self.first, WINDOW)
        self.got: list[Message] = []
        self.packets = 0
        self._there, self._back = there, back
        self._order = count()
        self._events: list[tuple[float, int, str, bytes]] = []

    def run(self, messages: Iterable[bytes], until: float = 600.0) -> None:
        """Send everything; stop when it is acknowledged. AssertionError when it never is."""
        for message in messages:
            self.out.queue(0, 53, message)
        self._flush()
        while not self.out.idle:
            assert self.now < until, "stalled"
            self._step()

    def next_event(self) -> float:
        """When something will happen next."""
        wake = self.out.wake_at(self.now)
        arrival = self._events[0][0] if self._events else math.inf
        return min(arrival, math.inf if wake is None else max(wake, self.now))

    def _step(self) -> None:
        wake = self.out.wake_at(self.now)
        if self._events and (wake is None or self._events[0][0] <= wake):
            self.now, _, where, body = heapq.heappop(self._events)
            self._arrive(where, body)
        else:
            assert wake is not None, "nothing will ever happen"
            self.now = max(self.now, wake)
            self.out.expired(self.now)
        self._flush()

    def _arrive(self, where: str, body: bytes) -> None:
        for chunk in chunks_of(WRITER.packet(body)):
            if where == "there" and isinstance(chunk, Data):
                self.inbound.receive(chunk)
            elif where == "back" and isinstance(chunk, Sack):
                self.out.sack(chunk, self.now)
        if where == "there":
            self.got += self.inbound.messages()
            self._send("back", self._back, self.inbound.sack())

    def _flush(self) -> None:
        for body in self.out.take(self.now):
            self.packets += 1
            self._send("there", self._there, body)

    def _send(self, where: str, line: Line, body: bytes) -> None:
        for at in line.arrivals(self.now, len(body) + 77):
            heapq.heappush(self._events, (at, next(self._order), where, body))


def run_together(ends: list[OneWay], seconds: float) -> list[int]:
    """Let several pairs, which may share a line, run; return the bytes that each brought over."""
    for end in ends:
        end._flush()
    while (following := min(ends, key=OneWay.next_event)).next_event() < 1.0 + seconds:
        following._step()
    return [sum(len(message.data) for message in end.got) for end in ends]
