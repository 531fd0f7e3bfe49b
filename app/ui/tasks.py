"""The owner of the window's tasks: every task that a click starts has one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

ErrorHandler = Callable[[Exception], None]


def log_error(error: Exception) -> None:
    """The handler for when there is nobody to show an error to."""
    log.error("a task failed", exc_info=error)


class TaskOwner:
    """Starts tasks on the running loop, reports what they raise, cancels them when closed."""

    def __init__(self, on_error: ErrorHandler = log_error) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[None] | None:
        """Run `work`; its result is dropped, its error goes to the handler.

        After `close` nothing is started: `work` is disposed of and None returned.
        """
        if self._closed:
            work.close()
            return None
        task = asyncio.get_running_loop().create_task(self._run(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before its first step would leave `work` unawaited.
        task.add_done_callback(lambda _: work.close())
        return task

    async def _run(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - handed on, whatever it is
            self._on_error(error)

    def cancel(self) -> None:
        """Cancel what runs; new work may be spawned afterwards."""
        for task in tuple(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Cancel what runs, wait until it has ended, and start nothing more."""
        self._closed = True
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
