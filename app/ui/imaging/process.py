"""The window's end of the child process that decodes images."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.domain.errors import AppError
from app.domain.programs import child_command
from app.ui.imaging.wire import MAX_INPUT, Answer, Job, Request, read_answer, write_request

COMMAND = child_command("app.ui.imaging")
PATIENCE = 10.0
"""Seconds for the child to begin, and for each image."""
IDLE = 30.0
"""Seconds after which a child with nothing to do is ended."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pixels:
    """Red, green, blue, alpha: a byte each, row by row from the top."""

    width: int
    height: int
    rgba: bytes


class ImageProcess:
    """Starts the child when there is an image, and a new one after one that failed.

    All calls raise AppError("bad-picture") for what is no image, takes too long or does harm.
    """

    def __init__(self, command: Sequence[str] = COMMAND, patience: float = PATIENCE) -> None:
        self._command = tuple(command)
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._ending: asyncio.TimerHandle | None = None
        self._closed = False

    async def pixels(self, image: bytes, side: int) -> Pixels:
        """Return an image, made smaller if it is more than `side` pixels wide or high."""
        found = await self._ask(Request(Job.PIXELS, side, 0, image))
        return Pixels(found.width, found.height, found.content)

    async def square(self, image: bytes, side: int, limit: int) -> bytes:
        """Return the middle of an image as a square of at most `side` pixels and `limit` bytes."""
        return (await self._ask(Request(Job.SQUARE, side, limit, image))).content

    def close(self) -> None:
        """End the child for good; who waits for an image gets none."""
        self._closed = True
        self._cancel_ending()
        self._end(self._child)

    async def _ask(self, request: Request) -> Answer:
        if self._closed or not 0 < len(request.image) <= MAX_INPUT:
            raise AppError("bad-picture")
        self._cancel_ending()
        answer = await asyncio.to_thread(self._work, request)
        self._cancel_ending()
        self._ending = asyncio.get_running_loop().call_later(IDLE, self._rest)
        if answer is None or not answer.good:
            raise AppError("bad-picture")
        return answer

    def _cancel_ending(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _rest(self) -> None:
        """End the child until the next image comes, unless it is at work."""
        if self._turn.acquire(blocking=False):
            child, self._child = self._child, None
            self._turn.release()
            self._end(child)

    def _work(self, request: Request) -> Answer | None:
        """Runs in a thread; takes turns with other images."""
        with self._turn:
            if self._closed:
                return None
            child = self._child or self._begin()
            answer = self._exchange(child, request)
            if answer is None:
                self._end(child)
                self._child = None
                if not self._closed:
                    log.info("an image could not be decoded in time or without harm")
            return answer

    def _begin(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        quiet = subprocess.DEVNULL
        self._child = subprocess.Popen(  # noqa: S603 - ours
            self._command, stdin=pipe, stdout=pipe, stderr=quiet
        )
        self._exchange(self._child, None)
        return self._child

    def _exchange(self, child: subprocess.Popen[bytes], request: Request | None) -> Answer | None:
        """Hand over a request and wait for the answer; without one, for the word of readiness."""
        watch = threading.Timer(self._patience, child.kill)
        watch.daemon = True
        watch.start()
        try:
            if child.stdin is None or child.stdout is None:
                return None
            if request is not None:
                write_request(child.stdin, request)
            return read_answer(child.stdout, request or Request(Job.PIXELS, 1, 0, b""))
        except (OSError, ValueError):
            return None
        finally:
            watch.cancel()

    def _end(self, child: subprocess.Popen[bytes] | None) -> None:
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
