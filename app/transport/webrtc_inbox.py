"""What arrived on a link and was not asked for yet."""

from __future__ import annotations

import asyncio
from collections import deque

from app.domain.errors import RemoteProtocolError
from app.transport.base import Lane

MAX_INBOX = 1024 * 1024
"""Above this many bytes waiting, the reliable lane stops and the unreliable one drops."""

OVERHEAD = 128
"""What a waiting message costs beside its bytes, so that empty ones are bounded too."""


class Inbox:
    """A bounded queue for one reader, which ends, with or without a complaint."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Lane, bytes]] = deque()
        self._size = 0
        self._ended = False
        self._failure: RemoteProtocolError | None = None
        self._news = asyncio.Event()

    @property
    def size(self) -> int:
        """Bytes waiting, with their overhead."""
        return self._size

    @property
    def full(self) -> bool:
        return self._size >= MAX_INBOX

    def put(self, lane: Lane, message: bytes) -> None:
        if self._ended or (self.full and lane is Lane.UNRELIABLE):
            return
        self._waiting.append((lane, message))
        self._size += len(message) + OVERHEAD
        self._news.set()

    def end(self, failure: RemoteProtocolError | None = None) -> None:
        """Take no more. What waits is still handed out, then `failure` once, then None."""
        if not self._ended:
            self._ended = True
            self._failure = failure
        self._news.set()

    def drop(self) -> None:
        """Forget what waits and what was complained of."""
        self._waiting.clear()
        self._size = 0
        self._failure = None
        self.end()

    async def get(self) -> tuple[Lane, bytes] | None:
        """Return the next message, or None at the end. Raises the failure it ended with, once."""
        while not self._waiting:
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            if self._ended:
                return None
            self._news.clear()
            await self._news.wait()
        lane, message = self._waiting.popleft()
        self._size -= len(message) + OVERHEAD
        return lane, message
