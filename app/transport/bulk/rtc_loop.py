"""The one thread in which all WebRTC connections of the worker live."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")

CANCEL_WITHIN = 1.0
"""Seconds for what was cut off to notice."""


class RtcLoop:
    """Starts its thread with the first thing to do. Safe to use from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._turn = threading.Lock()

    def run(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin to carry something out. Raises RuntimeError once it is closed."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def soon(self, act: Callable[[], object]) -> None:
        """Call something on the loop; nothing happens once it is closed."""
        with suppress(RuntimeError):
            self._running().call_soon_threadsafe(act)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._turn:
            if self._loop is None:
                # Reading a socket directly, as the data path does, needs a selector's loop.
                self._loop = asyncio.SelectorEventLoop()
                self._thread.start()
            return self._loop

    def _work(self) -> None:
        loop = self._running()
        loop.run_forever()
        loop.close()

    def close(self, within: float) -> None:
        """Let what was begun end, for at most so many seconds; then cut it off."""
        with self._turn:
            loop = self._loop
        if loop is not None:
            with suppress(TimeoutError):
                self.run(_all_done(within)).result(within + CANCEL_WITHIN)
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join(within)


async def _all_done(within: float) -> None:
    """Wait for everything else, and cancel what takes longer, as a relay does that is gone."""
    me = asyncio.current_task()
    for limit in (within, CANCEL_WITHIN / 2):
        tasks = asyncio.all_tasks() - {me}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=limit)
            for task in late:
                task.cancel()
    if tasks := asyncio.all_tasks() - {me}:
        await asyncio.wait(tasks, timeout=CANCEL_WITHIN / 4)
