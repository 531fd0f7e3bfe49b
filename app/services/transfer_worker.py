"""The worker process as the services see it: commands with answers, and who hears the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Protocol

from app.domain.errors import AppError
from app.protocol.worker_messages import (
    Command,
    Discard,
    Failed,
    Notice,
    Prepare,
    Prepared,
    Progress,
    Reading,
    Stop,
    Stopped,
)

log = logging.getLogger(__name__)

DIED = "worker-died"


class Worker(Protocol):
    """`app.transport.bulk.client.WorkerClient` and what stands in for it."""

    async def send(self, command: Command) -> None:
        """Raises AppError("worker-unavailable")."""
        ...

    async def close(self) -> None: ...


Hear = Callable[[Progress], None]
MakeWorker = Callable[[Callable[[Notice], None], Callable[[], None]], Worker]


class WorkerListener(Protocol):
    def noticed(self, notice: Notice) -> None:
        """The worker said something that nobody waits for."""
        ...

    def died(self) -> None:
        """Nothing runs any more; the next command starts another worker."""
        ...


class Workshop:
    """Starts the worker with the first command. `listener` is to be set before that."""

    listener: WorkerListener

    def __init__(self, make: MakeWorker) -> None:
        self._make = make
        self._worker: Worker | None = None
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Notice]] = {}
        self._hearers: dict[int, Hear] = {}
        self._greeted = False
        self._greeting: tuple[Command, ...] = ()

    def number(self) -> int:
        """Return a number for a transfer or a lane, never used before."""
        return next(self._numbers)

    async def greet(self, *words: Command) -> None:
        """Tell the worker this now, if it runs, and each new one first.

        Raises AppError("worker-unavailable").
        """
        self._greeting = words
        for word in words if self._greeted else ():
            await self.send(word)

    async def send(self, command: Command) -> None:
        """Raises AppError("worker-unavailable")."""
        if self._worker is None:
            self._worker = self._make(self._heard, self._died)
        if not self._greeted:
            self._greeted = True
            for word in self._greeting:
                await self._worker.send(word)
        await self._worker.send(command)

    async def prepare(
        self, path: str, manifest: str, on_progress: Hear = lambda _progress: None
    ) -> Prepared:
        """Read a file or folder; `on_progress` is told how far that is, now and then.

        Raises AppError with what the worker says of the file.
        """
        return await self.read(lambda number: Prepare(number, path, manifest), on_progress)

    async def read(self, command: Callable[[int], Reading], on_progress: Hear) -> Prepared:
        """Have something read, once more if the worker dies meanwhile. Raises AppError."""
        try:
            return await self._read(command(self.number()), on_progress)
        except AppError as error:
            if error.code != DIED:
                raise
            return await self._read(command(self.number()), on_progress)

    async def _read(self, command: Reading, on_progress: Hear) -> Prepared:
        self._hearers[command.transfer] = on_progress
        try:
            answer = await self._ask(command)
        except asyncio.CancelledError:
            with suppress(AppError):
                await self.send(Stop(command.transfer))
            raise
        finally:
            del self._hearers[command.transfer]
        if not isinstance(answer, Prepared):
            raise AppError("worker-unavailable")
        return answer

    async def stop(self, number: int, *, delete: bool = False) -> None:
        """Return when a transfer has stopped, or its worker has died."""
        try:
            await self._ask(Stop(number, delete))
        except AppError as error:
            log.info("stopped by itself: %s", error)

    async def discard(self, command: Discard) -> None:
        """Raises AppError with what hinders it."""
        await self._ask(command)

    async def _ask(self, command: Reading | Stop | Discard) -> Notice:
        answer: asyncio.Future[Notice] = asyncio.get_running_loop().create_future()
        self._waiting[command.transfer] = answer
        try:
            await self.send(command)
            return await answer
        finally:
            self._waiting.pop(command.transfer, None)

    def _heard(self, notice: Notice) -> None:
        if isinstance(notice, Progress) and notice.transfer in self._hearers:
            self._hearers[notice.transfer](notice)
            return
        answers = isinstance(notice, Prepared | Stopped | Failed)
        waiting = self._waiting.get(notice.transfer) if answers else None  # type: ignore[union-attr]
        if waiting is None or waiting.done():
            self.listener.noticed(notice)
        elif isinstance(notice, Failed):
            waiting.set_exception(AppError(notice.code, notice.params))
        else:
            waiting.set_result(notice)

    def _died(self) -> None:
        self._greeted = False
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(AppError(DIED))
        self.listener.died()

    async def close(self) -> None:
        """End the worker, if there is one."""
        if self._worker is not None:
            await self._worker.close()
