"""Lines in and out without blocking the loop: one thread each for reading and writing."""

from __future__ import annotations

import asyncio
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

import msgspec

from app.cli.render import Json

MAX_LINE = 1024 * 1024
MAX_AHEAD = 1024
CHUNK = 64 * 1024
_encoder = msgspec.json.Encoder()


class LineReader:
    """Reads lines from a file descriptor; None is the end of it, b"" a line that is too long."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._ahead = threading.Semaphore(MAX_AHEAD)
        threading.Thread(target=self._read, name="lines-in", daemon=True).start()

    async def next(self) -> bytes | None:
        """Return the next line that is not blank."""
        line = await self._lines.get()
        self._ahead.release()
        return line

    def _read(self) -> None:
        # Not sys.stdin: its lock, held by a thread that waits for input, aborts the interpreter's
        # shutdown.
        splitter = LineSplitter()
        while chunk := _read_some(self._descriptor):
            for line in splitter.feed(chunk):
                self._put(line)
        for line in splitter.end():
            self._put(line)
        self._put(None)

    def _put(self, line: bytes | None) -> None:
        self._ahead.acquire()
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, CHUNK)
    except OSError:
        return b""


class LineSplitter:
    """Cuts a stream into lines that are not blank; b"" stands for one that is too long."""

    def __init__(self) -> None:
        self._rest = b""
        self._too_long = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the lines that `chunk` ends."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            yield from self._finish(line)
        if len(self._rest) > MAX_LINE:
            self._rest, self._too_long = b"", True

    def end(self) -> Iterator[bytes]:
        """Yield what came after the last line break."""
        yield from self._finish(self._rest)

    def _finish(self, line: bytes) -> Iterator[bytes]:
        too_long, self._too_long = self._too_long or len(line) > MAX_LINE, False
        if too_long:
            yield b""
        elif line.strip():
            yield line


class LineWriter:
    """Writes JSON lines to standard output; `on_broken` is called if nobody reads any more."""

    def __init__(self, on_broken: Callable[[], None], stream: BinaryIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout.buffer
        self._loop = asyncio.get_running_loop()
        self._on_broken = on_broken
        self._objects: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="lines-out", daemon=True)
        self._thread.start()

    def put(self, value: Json) -> None:
        """Queue one object."""
        self._objects.put(_encoder.encode(value) + b"\n")

    def close(self) -> None:
        """Wait until everything is written."""
        self._objects.put(None)
        self._thread.join(timeout=5.0)

    def _write(self) -> None:
        while (line := self._objects.get()) is not None:
            try:
                self._stream.write(line)
                if self._objects.empty():
                    self._stream.flush()
            except (OSError, ValueError):
                self._loop.call_soon_threadsafe(self._on_broken)
                return
