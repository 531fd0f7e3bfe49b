"""Gathers the feed's changes and hands them on once for each turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from app.domain.changes import Change
from app.services.feed import Feed


class FeedPump:
    """Between the feed and the window, so that a burst costs one repaint."""

    def __init__(self, feed: Feed, deliver: Callable[[Sequence[Change]], None]) -> None:
        self._deliver = deliver
        self._waiting: list[Change] = []
        self._unsubscribe = feed.subscribe(self._take)

    def close(self) -> None:
        """Hear nothing more; what waits is dropped."""
        self._unsubscribe()
        self._waiting.clear()

    def _take(self, change: Change) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(change)

    def _flush(self) -> None:
        changes, self._waiting = self._waiting, []
        if changes:
            self._deliver(changes)
