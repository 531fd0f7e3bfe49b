"""Whole reads from a lane. What ends in the middle is `ConnectionError`, like any other end."""

from __future__ import annotations

from typing import Protocol


class Stream(Protocol):
    """What a lane is to those who read and write it: blocking, one reader, one writer."""

    def recv_into(self, buffer: memoryview, /) -> int: ...

    def sendall(self, data: bytes | memoryview, /) -> None: ...


class LaneStream(Stream, Protocol):
    """What a lane works on. `abort` may be called from any thread, `close` when none uses it."""

    def finish(self) -> None:
        """Say that nothing more is sent; what was sent arrives."""
        ...

    def abort(self) -> None:
        """End both ways at once, for whoever reads or writes too."""
        ...

    def close(self) -> None: ...


def read_into(stream: Stream, buffer: memoryview) -> None:
    """Fill `buffer`. Raises ConnectionError at the end of the stream, OSError."""
    filled = 0
    while filled < len(buffer):
        received = stream.recv_into(buffer[filled:])
        if not received:
            raise ConnectionResetError("the lane has ended")
        filled += received


def read_exactly(stream: Stream, size: int) -> bytes:
    """Return the next `size` bytes. Raises ConnectionError at the end of the stream, OSError."""
    raw = bytearray(size)
    read_into(stream, memoryview(raw))
    return bytes(raw)
