"""Bounds that all lanes share: bytes a second each way, and the memory for pieces."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.domain.manifest import PIECE_SIZE
from app.protocol.bulk_frames import HEADER

SLICE = 32 * 1024
"""Bytes moved at a time while a cap holds."""
UNCAPPED_SLICE = 64 * 1024
LEAST = 16 * 1024
"""Bytes a second; a lower cap would look like a lane that has stalled."""
BURST_SECONDS = 0.25
BUFFER_SIZE = HEADER.size + PIECE_SIZE
BUFFERS = 20
"""Pieces in memory at once, each way."""


class Cap:
    """Bytes a second over all who take from it; 0 for no limit."""

    def __init__(self, largest: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`largest` is how many bytes to move at a time while there is no cap."""
        self._largest = largest
        self._clock = clock
        self._rate = 0
        self._free_at = 0.0
        """When all that was taken so far will have been paid for."""
        self._lock = threading.Lock()

    @property
    def slice(self) -> int:
        """How many bytes to move before the next `take`."""
        return SLICE if self._rate else self._largest

    def set(self, rate: int) -> None:
        with self._lock:
            self._rate = max(rate, LEAST) if rate > 0 else 0
            self._free_at = self._clock()

    def take(self, size: int) -> float:
        """Count `size` bytes and return how many seconds to wait before moving more."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._clock()
            begun = max(self._free_at, now - BURST_SECONDS)
            self._free_at = begun + size / self._rate
            return max(self._free_at - now, 0.0)


class Buffers:
    """Room for pieces, lent to whoever moves one; who finds none free waits."""

    def __init__(self, count: int = BUFFERS) -> None:
        self._free: list[bytearray] = []
        self._left = threading.Semaphore(count)

    def borrow(self) -> bytearray:
        """Wait for a free one; it is to be given back."""
        self._left.acquire()
        try:
            return self._free.pop()
        except IndexError:
            return bytearray(BUFFER_SIZE)

    def give_back(self, buffer: bytearray) -> None:
        self._free.append(buffer)
        self._left.release()

    @contextmanager
    def lent(self) -> Iterator[memoryview]:
        buffer = self.borrow()
        try:
            yield memoryview(buffer)
        finally:
            self.give_back(buffer)


class Limits:
    """What every lane of the worker shares."""

    def __init__(self) -> None:
        self.up = Cap(BUFFER_SIZE)
        self.down = Cap(UNCAPPED_SLICE)
        self.outgoing = Buffers()
        self.incoming = Buffers()
