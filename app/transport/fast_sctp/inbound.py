"""The receiving half of an association: what arrived, in what order it counts, what to answer.

Fragments of one message have consecutive numbers (RFC 9260 6.9), and a sender numbers the messages
of a stream in their order. So taking everything strictly in the order of numbers puts messages
together with one list, needs no memory for a stream, and an unordered message merely comes later.
"""

from __future__ import annotations

from typing import NamedTuple

from app.domain.errors import RemoteProtocolError
from app.transport.fast_sctp.chunks import (
    FIRST,
    LAST,
    MAX_DUPLICATES,
    MAX_GAPS,
    Data,
    sack_chunk,
)
from app.transport.fast_sctp.numbers import MASK, Ranges, unwrap

MAX_MESSAGE = 256 * 1024
"""Bytes, as aiortc announces in its session description."""

MAX_FRAGMENTS = 4096
OVERHEAD = 256
"""What keeping a fragment costs beside its bytes."""

MAX_AHEAD = 0xFFFF
"""A gap block cannot name a number further away."""


class Message(NamedTuple):
    """A whole message of a stream; `protocol` is its payload protocol identifier."""

    stream: int
    protocol: int
    data: bytes


class Assembler:
    """Puts together the one message whose fragments are arriving."""

    __slots__ = ("_held", "_parts", "_stream")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._stream = 0
        self._held = 0

    def feed(self, chunk: Data) -> Message | None:
        """Take the next fragment. Raises RemoteProtocolError over a message too large."""
        if chunk.flags & FIRST:
            if chunk.flags & LAST:
                self.skip()
                return Message(chunk.stream, chunk.protocol, chunk.payload)
            self._parts, self._held, self._stream = [], 0, chunk.stream
        elif not self._parts or chunk.stream != self._stream:
            return None
        self._parts.append(chunk.payload)
        self._held += len(chunk.payload)
        if self._held > MAX_MESSAGE or len(self._parts) > MAX_FRAGMENTS:
            raise RemoteProtocolError("message-too-large")
        if not chunk.flags & LAST:
            return None
        message = Message(chunk.stream, chunk.protocol, b"".join(self._parts))
        self.skip()
        return message

    def skip(self) -> None:
        """Give up the message that was begun."""
        self._parts, self._held = [], 0


class Inbound:
    """Takes DATA chunks in any order; `window` is how many bytes may wait behind a gap."""

    def __init__(self, initial: int, window: int) -> None:
        self._expected = initial
        self.window = window
        self._assembler = Assembler()
        self._ahead: dict[int, Data] = {}
        self._ranges = Ranges()
        self._held = 0
        self._duplicates: list[int] = []
        self.backlog = 0
        """Bytes of messages that nobody has taken yet: that much less may come."""
        self._ready: list[Message] = []
        self.owed = 0
        """Chunks that were not acknowledged yet."""

    @property
    def cumulative(self) -> int:
        """The number up to which everything has arrived, in 32 bits."""
        return (self._expected - 1) & MASK

    @property
    def held(self) -> int:
        """Bytes that wait behind a gap, with what keeping them costs."""
        return self._held

    def receive(self, chunk: Data) -> None:
        """Take one chunk."""
        self.owed += 1
        if self.backlog >= self.window:
            return
        if chunk.tsn == self._expected & MASK and not self._ahead:
            self._take(chunk)
        else:
            self._receive_around_gap(chunk)

    def messages(self) -> list[Message]:
        """Return the messages completed since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def forward(self, cumulative: int) -> None:
        """Stop waiting for what the sender gave up, everything up to `cumulative`."""
        self.owed += 1
        last = unwrap(cumulative, self._expected)
        while self._ahead and (first := next(iter(self._ranges))[0]) <= last:
            self._jump(first)
            self._take_waiting()
        if self._expected <= last:
            self._jump(last + 1)
            self._take_waiting()

    @property
    def room(self) -> int:
        """How many bytes more may come."""
        return max(0, self.window - self._held - self.backlog)

    def sack(self) -> bytes:
        """Return the acknowledgement of everything so far."""
        self.owed = 0
        base = self._expected - 1
        gaps = [(first - base, last - base) for first, last in self._ranges][:MAX_GAPS]
        duplicates, self._duplicates = self._duplicates, []
        return sack_chunk(base & MASK, self.room, gaps, duplicates)

    def _take(self, chunk: Data) -> None:
        self._expected += 1
        message = self._assembler.feed(chunk)
        if message is not None:
            self._ready.append(message)

    def _receive_around_gap(self, chunk: Data) -> None:
        tsn = unwrap(chunk.tsn, self._expected)
        if tsn == self._expected:
            self._take(chunk)
            self._take_waiting()
        elif tsn < self._expected or tsn in self._ahead:
            if len(self._duplicates) < MAX_DUPLICATES:
                self._duplicates.append(chunk.tsn)
        elif tsn - self._expected < MAX_AHEAD and self._held < self.window:
            self._ahead[tsn] = chunk
            self._held += len(chunk.payload) + OVERHEAD
            self._ranges.add(tsn, tsn)

    def _take_waiting(self) -> None:
        while (waiting := self._ahead.pop(self._expected, None)) is not None:
            self._held -= len(waiting.payload) + OVERHEAD
            self._take(waiting)
        self._ranges.forget(self._expected - 1)

    def _jump(self, expected: int) -> None:
        if expected != self._expected:
            self._assembler.skip()
            self._expected = expected
