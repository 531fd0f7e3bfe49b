"""The app's end of the pipe to the worker that moves files."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import app
from app.domain.errors import AppError, LocalProtocolError
from app.domain.programs import child_command
from app.protocol.worker_messages import (
    LENGTH,
    MAX_MESSAGE,
    Command,
    Notice,
    decode_notice,
    encode_message,
)

COMMAND = child_command("app.transport.bulk.worker")
STOP_SECONDS = 4.0
MAX_DEATHS = 3
"""Deaths in a row, without a word in between, after which it is not started again."""

log = logging.getLogger(__name__)


class WorkerClient:
    """Starts the worker when there is something to do, and a new one after one that died.

    `on_notice` hears everything in order. After `on_died` nothing runs any more of what was begun;
    the next command starts a new worker. Both are called on the loop.
    """

    def __init__(
        self,
        on_notice: Callable[[Notice], None],
        on_died: Callable[[], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._on_notice = on_notice
        self._on_died = on_died
        self._command = tuple(command)
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._deaths = 0
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The worker's process id while one runs."""
        return self._process.pid if self._process is not None else None

    async def send(self, command: Command) -> None:
        """Hand a command over; one that a dying worker swallows is followed by `on_died`.

        Raises AppError("worker-unavailable"), LocalProtocolError.
        """
        raw = encode_message(command)
        async with self._turn:
            process = self._process or await self._start()
            if process.stdin is not None:
                with suppress(ConnectionError):
                    process.stdin.write(raw)
                    await process.stdin.drain()

    async def close(self) -> None:
        """End the worker, by force if it does not end by itself within a few seconds."""
        self._closed = True
        async with self._turn:
            process, reading = self._process, self._reading
            if process is None or reading is None:
                return
            if process.stdin is not None:
                process.stdin.close()
            await asyncio.wait([reading], timeout=STOP_SECONDS)
            with suppress(ProcessLookupError):
                process.kill()
            await reading

    async def _start(self) -> Process:
        if self._closed or self._deaths >= MAX_DEATHS:
            raise AppError("worker-unavailable")
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=None if sys.stderr is not None else DEVNULL,
                env=_environment(),
                creationflags=_flags(),
            )
        except OSError as error:
            raise AppError("worker-unavailable", {"reason": error.strerror}) from error
        self._process = process
        self._reading = asyncio.get_running_loop().create_task(self._watch(process))
        return process

    async def _watch(self, process: Process) -> None:
        """Pass notices on until the worker ends."""
        self._deaths += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            try:
                while True:
                    self._on_notice(await _notice(process))
                    self._deaths = 0
            except LocalProtocolError:
                log.exception("the worker for files does not keep to the protocol")
                process.kill()
        code = await process.wait()
        self._process = None
        if not self._closed:
            log.warning("the worker for files has ended with %s", code)
            self._on_died()


async def _notice(process: Process) -> Notice:
    if process.stdout is None:
        raise LocalProtocolError("no pipe")
    (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if size > MAX_MESSAGE:
        raise LocalProtocolError(f"a notice of {size} bytes")
    return decode_notice(await process.stdout.readexactly(size))


def _environment() -> dict[str, str]:
    """What the worker needs of our surroundings: our code, and none of our own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARLOR_")}
    paths = [str(Path(app.__file__).parent.parent), kept.get("PYTHONPATH", "")]
    kept["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    # Each thread would get a heap of its own, none of which shrinks.
    kept["MALLOC_ARENA_MAX"] = "2"
    return kept


def _flags() -> int:
    """No window and low priority, where that is said when starting (Windows)."""
    wanted = ("CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
    return sum(getattr(subprocess, name, 0) for name in wanted)
