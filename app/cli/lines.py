"""Lines in and out without blocking the loop."""

from __future__ import annotations

import asyncio
import os
import queue
import select
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec

from app.cli.render import Json, error
from app.domain.errors import AppError

MAX_LINE = 1024 * 1024
HEAD = 1024
"""Bytes that are kept of a line that is too long: enough to find its id."""
MAX_AHEAD = 1024
MAX_QUEUED = 16 * 1024 * 1024
"""Bytes that wait for somebody who does not read; beyond them notices are left out."""
CHUNK = 64 * 1024
_encoder = msgspec.json.Encoder()


class LineReader:
    """Reads lines from a file descriptor; None is the end of it.

    A pipe is read on the loop. What no loop can wait for (a file, anything on Windows) is read by
    a thread, though not through `sys.stdin`: its lock, held by a thread that waits for input,
    aborts the interpreter's shutdown.
    """

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._splitter = LineSplitter()
        self._ahead = threading.Semaphore(MAX_AHEAD)
        self._paused = False
        try:
            self._loop.add_reader(descriptor, self._readable)
        except (OSError, NotImplementedError):
            threading.Thread(target=self._read, name="lines-in", daemon=True).start()

    async def next(self) -> bytes | None:
        """Return the next line, a `CutLine` if it is too long."""
        line = await self._lines.get()
        self._ahead.release()
        if self._paused and self._lines.empty():
            self._paused = False
            self._loop.add_reader(self._descriptor, self._readable)
        return line

    def close(self) -> None:
        """Read no more."""
        with suppress(NotImplementedError):
            self._loop.remove_reader(self._descriptor)

    def _readable(self) -> None:
        for line in self._chunk():
            self._lines.put_nowait(line)
            if line is None:
                self.close()
        if self._lines.qsize() > MAX_AHEAD:
            self._paused = True
            self.close()

    def _chunk(self) -> Iterator[bytes | None]:
        chunk = _read_some(self._descriptor)
        if chunk:
            yield from self._splitter.feed(chunk)
        else:
            yield from self._splitter.end()
            yield None

    def _read(self) -> None:
        line: bytes | None = b""
        while line is not None:
            for line in self._chunk():
                self._ahead.acquire()
                with suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, CHUNK)
    except OSError:
        return b""


class CutLine(bytes):
    """The beginning of a line that is too long."""


class LineSplitter:
    """Cuts a stream into lines."""

    def __init__(self) -> None:
        self._rest = b""
        self._head = b""
        """Of the present line, once it is too long."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the lines that `chunk` ends."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            yield self._finish(line)
        if len(self._rest) > MAX_LINE:
            self._head = self._head or self._rest[:HEAD]
            self._rest = b""

    def end(self) -> Iterator[bytes]:
        """Yield what came after the last line break."""
        if self._rest or self._head:
            yield self._finish(self._rest)

    def _finish(self, line: bytes) -> bytes:
        head, self._head = self._head, b""
        if head or len(line) > MAX_LINE:
            return CutLine(head or line[:HEAD])
        return line


class LineWriter:
    """Writes JSON lines to standard output; `on_broken` is called if nobody reads any more.

    A thread does it, so that a slow reader holds nobody up; but a short line that a pipe takes at
    once is written without that detour.
    """

    def __init__(self, on_broken: Callable[[], None], descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._is_pipe = sys.platform != "win32" and stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        self._loop = asyncio.get_running_loop()
        self._on_broken = on_broken
        self._queued = 0
        self._bytes = 0
        self._guard = threading.Lock()
        self._lost = 0
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._objects: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="lines-out", daemon=True)
        self._thread.start()

    def put(self, value: Json) -> None:
        """Write one object, now or in its turn."""
        line = _encoder.encode(value) + b"\n"
        if not (self._fits_now(line) and self._write_whole(line)):
            with self._guard:
                self._queued += 1
                self._bytes += len(line)
                if self._bytes > MAX_QUEUED:
                    self._roomy.clear()
            self._objects.put(line)

    def offer(self, value: Json) -> None:
        """Write an object that may be left out if too much is waiting; how many were is told."""
        if self._roomy.is_set():
            self.put(value)
        else:
            self._lost += 1

    async def room(self) -> None:
        """Wait until not too much is waiting to be read."""
        await self._roomy.wait()

    def _make_room(self) -> None:
        lost, self._lost = self._lost, 0
        self._roomy.set()
        if lost:
            self.put({"event": "error", **error(AppError("notices-lost", {"count": lost}))})

    def close(self) -> None:
        """Wait until everything is written."""
        self._objects.put(None)
        self._thread.join(timeout=5.0)

    def _fits_now(self, line: bytes) -> bool:
        if self._queued or not self._is_pipe or len(line) > select.PIPE_BUF:
            return False
        return bool(select.select([], [self._descriptor], [], 0)[1])

    def _write_whole(self, line: bytes) -> bool:
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            self._loop.call_soon_threadsafe(self._on_broken)
            return False
        return True

    def _write(self) -> None:
        while (line := self._objects.get()) is not None:
            if not self._write_whole(line):
                return
            with self._guard:
                self._queued -= 1
                self._bytes -= len(line)
                wanted = not self._roomy.is_set() and self._bytes <= MAX_QUEUED // 2
            if wanted:
                with suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._make_room)
