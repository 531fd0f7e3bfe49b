"""Lines in and out without blocking the loop: one thread each for reading and writing."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from app.cli.render import Json

MAX_LINE = 1024 * 1024
MAX_AHEAD = 1024
_encoder = msgspec.json.Encoder()


class LineReader:
    """Reads lines from standard input; None is the end of it, b"" a line that is too long."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdin.buffer
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = threading.Semaphore(MAX_AHEAD)
        threading.Thread(target=self._read, name="lines-in", daemon=True).start()

    async def next(self) -> bytes | None:
        """Return the next line that is not blank."""
        line = await self._lines.get()
        self._room.release()
        return line

    def _read(self) -> None:
        while True:
            line = self._stream.readline(MAX_LINE + 1)
            if line and not line.strip():
                continue
            self._room.acquire()
            if len(line) > MAX_LINE:
                self._skip_rest(line)
                line = b""
                self._put(line)
            elif line:
                self._put(line)
            else:
                self._put(None)
                return

    def _skip_rest(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(MAX_LINE)

    def _put(self, line: bytes | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
        except RuntimeError:
            return


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
