"""The root of all tasks of a profile: each has an owner, none takes the others down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

CLOSE_LIMIT, CLOSE_PARTS = 4.0, 8

log = logging.getLogger(__name__)


class Background:
    """A task group that is open from `start` to `close`."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._closing = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._root: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether `spawn` may be called."""
        return self._group is not None

    async def start(self) -> None:
        """Open the group."""
        opened = asyncio.Event()
        self._root = asyncio.create_task(self._run(opened))
        await opened.wait()

    async def _run(self, opened: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            self._group = group
            opened.set()
            await self._closing.wait()
            self._group = None
            for task in tuple(self._tasks):
                task.cancel()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` in the group. An error that it does not handle is logged as our bug.

        Raises RuntimeError before `start` and after `close`.
        """
        if self._group is None:
            work.close()
            raise RuntimeError("not running")
        task = self._group.create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before its first step would leave `work` unawaited.
        task.add_done_callback(lambda _: work.close())
        return task

    async def close(self) -> None:
        """Cancel everything and wait, for a bounded time, until it has ended."""
        if self._root is None:
            return
        self._closing.set()
        for _ in range(CLOSE_PARTS):  # a machine that stands still meanwhile uses up one of them
            await asyncio.wait({self._root}, timeout=CLOSE_LIMIT / CLOSE_PARTS)
        if not self._root.done():
            log.error("some tasks did not end in time")
            self._root.cancel()


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("a background task failed")
