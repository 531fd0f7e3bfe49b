"""What changes, as it changes: server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from signaling.admin import problem

INTERVAL = 1.0
"""Seconds between two looks at the counts."""
MAX_WATCHERS = 32


class LiveEvents:
    """A stream for each watcher: the event `stats` every second."""

    def __init__(self, stats: Callable[[], dict[str, Any]], interval: float = INTERVAL) -> None:
        self._stats = stats
        self._interval = interval
        self._stopping = asyncio.Event()
        self._watchers = 0

    def stop(self) -> None:
        """End every stream, with the event `stopping`."""
        self._stopping.set()

    async def page(self, _request: Request) -> Response:
        """Answer a watcher."""
        if self._watchers >= MAX_WATCHERS:
            return problem(503, "too-many-watchers", "as many watch as may")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(), 200, headers, "text/event-stream")

    async def _stream(self) -> AsyncIterator[bytes]:
        self._watchers += 1
        try:
            async for event in self._events():
                yield event
        finally:
            self._watchers -= 1

    async def _events(self) -> AsyncIterator[bytes]:
        while not self._stopping.is_set():
            yield _event("stats", self._stats())
            await self._pause()
        yield _event("stopping", {})

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), self._interval)
        except TimeoutError:
            return


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
