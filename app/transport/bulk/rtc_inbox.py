"""Bytes on their way from the loop to the thread that reads a lane."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from app.domain.errors import RemoteProtocolError
from app.transport.base import Lane
from app.transport.bulk.rtc_room import RtcRoom

OVERHEAD = 256
"""What a waiting message costs beside its bytes."""


class RtcInbox:
    """A queue for one reader, which ends, with or without a complaint; full with its share.

    `on_room` is called, by the reader, when half of it is free again after it was more than that.
    """

    def __init__(self, room: RtcRoom, on_room: Callable[[], None]) -> None:
        self.room = room
        self.size = 0
        """Bytes waiting, with their overhead."""
        self._on_room = on_room
        self._waiting: deque[bytes] = deque()
        self._begun = memoryview(b"")
        self._is_tight = False
        self._ended = False
        self._failure: RemoteProtocolError | None = None
        self._news = threading.Condition()

    @property
    def full(self) -> bool:
        return self.size >= self.room.inward

    def put(self, lane: Lane, message: bytes) -> None:
        """Take a message; an empty one says that no more will come."""
        del lane
        if not message:
            self.end()
            return
        with self._news:
            if self._ended:
                return
            self._waiting.append(message)
            self.size += len(message) + OVERHEAD
            self._news.notify()

    def end(self, failure: RemoteProtocolError | None = None) -> None:
        """Take no more. What waits is still handed out, then `failure` if there is one."""
        with self._news:
            if not self._ended:
                self._ended = True
                self._failure = failure
            self._news.notify_all()

    def drop(self) -> None:
        """Forget what waits, and end."""
        with self._news:
            self._waiting.clear()
            self._begun = memoryview(b"")
            self.size = 0
            self._ended = True
            self._news.notify_all()

    def recv_into(self, buffer: memoryview, within: float | None) -> int:
        """Return how many bytes came, 0 at the end; `within` is in seconds.

        Raises TimeoutError, and RemoteProtocolError for what it ended with.
        """
        with self._news:
            if not self._begun and not self._next(within):
                return 0
            size = min(len(buffer), len(self._begun))
            buffer[:size] = self._begun[:size]
            self._begun = self._begun[size:]
            was_tight, self._is_tight = self._is_tight, self.size > self.room.inward // 2
            has_room = was_tight and not self._is_tight
        if has_room:
            self._on_room()
        return size

    def _next(self, within: float | None) -> bool:
        if not self._news.wait_for(lambda: self._waiting or self._ended, within):
            raise TimeoutError("the other side says nothing")
        if not self._waiting:
            if self._failure is not None:
                raise self._failure
            return False
        self._is_tight = self._is_tight or self.size > self.room.inward // 2
        self._begun = memoryview(self._waiting.popleft())
        self.size -= len(self._begun) + OVERHEAD
        return True
