"""The one connection, the one thread that owns it, and commits shared by many writes."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from app.domain.errors import AppError
from app.storage.connection import open_connection
from app.storage.failures import app_error, translated
from app.storage.folder_lock import FolderLock

LOCK_NAME = "parlor.lock"
MAX_GROUP = 512
MAX_GROUP_SECONDS = 0.025

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _Write:
    run: Callable[[], Any]
    future: asyncio.Future[Any]


class _Outcome(NamedTuple):
    write: _Write
    result: Any
    error: Exception | None = None


class Database:
    """An open database. `read` and `write` run functions on its thread.

    Inside such a function `execute`, `executemany` and `orm` may be used, nowhere else.
    """

    def __init__(
        self, folder: Path, orm: Any, executor: ThreadPoolExecutor, lock: FolderLock
    ) -> None:
        """Use `Database.open`."""
        self.orm = orm
        self.before_commit: list[Callable[[], None]] = []
        self.generation = 0
        self._folder = folder
        self._connection = orm.connection()
        self._executor = executor
        self._lock = lock
        self._loop = asyncio.get_running_loop()
        self._pending: deque[_Write] = deque()
        self._guard = threading.Lock()
        self._draining = False
        self._closed = False

    @classmethod
    async def open(cls, folder: Path, key: bytes) -> Database:
        """Open or create the database in `folder` with the raw 32-byte `key`.

        Raises AppError ("disk-full" | "disk-failed" | "folder-read-only" | "database-corrupt" |
        "database-newer" | "database-locked" | "already-running"); nothing is overwritten.
        """
        lock = _claim(folder)
        executor = ThreadPoolExecutor(1, "storage")
        opening = executor.submit(open_connection, folder, key)
        try:
            orm = await asyncio.wrap_future(opening)
        except (Exception, asyncio.CancelledError):
            opening.add_done_callback(lambda _: _abandon(opening, lock))
            executor.shutdown(wait=False)
            raise
        return cls(folder, orm, executor, lock)

    @property
    def execute(self) -> Callable[..., Any]:
        """`execute(sql, parameters)` on the raw connection, returning a cursor."""
        execute: Callable[..., Any] = self._connection.execute
        return execute

    @property
    def executemany(self) -> Callable[..., Any]:
        executemany: Callable[..., Any] = self._connection.executemany
        return executemany

    def invalidate(self) -> None:
        """Say that what was cached from the tables may be wrong (`generation` changes)."""
        self.generation += 1

    async def read(self, run: Callable[[], T]) -> T:
        """Return what `run` returns. It sees every write that has been awaited."""
        self._refuse_if_closed()
        return await self._loop.run_in_executor(self._executor, self._read, run)

    async def write(self, run: Callable[[], T]) -> T:
        """Return what `run` returns, after the commit of the transaction it ran in.

        If `run` raises, only its own changes are undone. Cancelling the caller does not stop
        the write. Raises AppError ("disk-full" | "disk-failed" | ...) if nothing was stored.
        """
        self._refuse_if_closed()
        future: asyncio.Future[T] = self._loop.create_future()
        with self._guard:
            self._pending.append(_Write(run, future))
            idle, self._draining = not self._draining, True
        if idle:
            self._executor.submit(self._drain)
        return await future

    async def close(self) -> None:
        """Finish the writes that were asked for and close the file. May be called twice."""
        if self._closed:
            return
        self._closed = True
        await asyncio.shield(self._loop.run_in_executor(self._executor, self._finish))
        self._executor.shutdown()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise AppError("database-closed")

    def _read(self, run: Callable[[], T]) -> T:
        with translated(self._folder):
            return run()

    def _finish(self) -> None:
        while self._pending:
            self._commit_group()
        self.orm.close()
        self._lock.release()

    def _drain(self) -> None:
        if self._pending:
            self._commit_group()
        with self._guard:
            self._draining = bool(self._pending)
            if self._draining and not self._closed:
                self._executor.submit(self._drain)

    def _commit_group(self) -> None:
        """Run queued writes in one transaction, then tell all who asked for them."""
        outcomes: list[_Outcome] = []
        try:
            self.execute("BEGIN IMMEDIATE")
            self._run_pending(outcomes)
            for hook in self.before_commit:
                hook()
            self.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - handed to those who wait
            outcomes = self._undo(outcomes, error)
        self._loop.call_soon_threadsafe(_settle, outcomes)

    def _run_pending(self, outcomes: list[_Outcome]) -> None:
        end = time.monotonic() + MAX_GROUP_SECONDS
        while self._pending and len(outcomes) < MAX_GROUP and time.monotonic() < end:
            outcomes.append(self._run(self._pending.popleft()))
            if not self._connection.in_transaction:
                raise outcomes[-1].error or AppError("disk-failed")

    def _run(self, write: _Write) -> _Outcome:
        changes = self._connection.total_changes
        self.execute("SAVEPOINT one")
        try:
            result = write.run()
        except Exception as error:  # noqa: BLE001 - handed to the one who waits
            if self._connection.in_transaction:
                self.execute("ROLLBACK TO one")
                self.execute("RELEASE one")
            if self._connection.total_changes != changes:
                self.invalidate()
            return _Outcome(write, None, app_error(error, self._folder))
        self.execute("RELEASE one")
        return _Outcome(write, result)

    def _undo(self, outcomes: Sequence[_Outcome], error: Exception) -> list[_Outcome]:
        if self._connection.in_transaction:
            self.execute("ROLLBACK")
        self.invalidate()
        reason = app_error(error, self._folder)
        if not outcomes and self._pending:
            outcomes = [_Outcome(self._pending.popleft(), None)]
        return [_Outcome(write, None, failed or reason) for write, _, failed in outcomes]


def _claim(folder: Path) -> FolderLock:
    with translated(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FolderLock(folder / LOCK_NAME)


def _abandon(opening: Future[Any], lock: FolderLock) -> None:
    """Nobody waits for this database any more; runs on its thread if it was still opening."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
    lock.release()


def _settle(outcomes: Sequence[_Outcome]) -> None:
    for write, result, error in outcomes:
        if write.future.done():
            continue
        if error is not None:
            write.future.set_exception(error)
        else:
            write.future.set_result(result)
