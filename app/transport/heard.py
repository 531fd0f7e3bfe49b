"""What a signaling session has heard and nobody has read yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from app.domain.errors import AppError
from app.transport.base import SignalingEvent

MAX_BEHIND = 10_000
"""So many events may wait for their reader."""


class Heard:
    """Keeps events until they are read. `reason` is why the session ended, "" while it lasts."""

    def __init__(self) -> None:
        self.reason = ""
        self._events: asyncio.Queue[SignalingEvent | None] = asyncio.Queue(MAX_BEHIND + 1)

    @property
    def is_empty(self) -> bool:
        return self._events.empty()

    def take(self, events: Iterable[SignalingEvent]) -> bool:
        """Keep what was heard before the end; tell whether too much waits to go on."""
        for event in events:
            if self.reason or self._events.full():
                break
            self._events.put_nowait(event)
        return self._events.full()

    def end(self, reason: str) -> bool:
        """Let the reader come to an end after what is kept; False if it had ended before.

        What is kept is dropped where it was too much.
        """
        if self.reason:
            return False
        self.reason = reason
        if self._events.full():
            self._events = asyncio.Queue(1)
        self._events.put_nowait(None)
        return True

    def check(self) -> None:
        """Raises AppError("signaling-lost") once the session has ended."""
        if self.reason:
            raise AppError("signaling-lost", {"reason": self.reason})

    async def events(self) -> AsyncIterator[SignalingEvent]:
        """Yield what is heard until the end; for one reader."""
        while not (self.reason and self._events.empty()):
            event = await self._events.get()
            if event is None:
                return
            yield event
