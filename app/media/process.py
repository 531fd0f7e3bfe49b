"""The window's end of the child that looks at films and sounds of others."""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path

from app.domain.errors import AppError
from app.domain.programs import child_command
from app.media.look_wire import MAX_SIDE, Look, unpack

COMMAND = child_command("app.media")
PATIENCE = 10.0
"""Seconds for one file."""

log = logging.getLogger(__name__)


class MediaProcess:
    """Starts a child for each file, one after the other."""

    def __init__(self, command: Sequence[str] = COMMAND, patience: float = PATIENCE) -> None:
        self._command = tuple(command)
        self._patience = patience
        self._turn = asyncio.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    async def look(self, path: Path, side: int) -> Look:
        """Return what is in a file; its picture has at most `side` pixels each way.

        Raises AppError("bad-media") for what is neither film nor sound, takes too long or does
        harm, and AppError("file-not-found").
        """
        side = min(side, MAX_SIDE)
        async with self._turn:
            said = await asyncio.to_thread(self._ask, path, side)
        found = unpack(said, side)
        if found is None:
            raise AppError("bad-media")
        return found

    def close(self) -> None:
        """End the child for good; who waits gets nothing."""
        self._closed = True
        if self._child is not None:
            self._child.kill()

    def _ask(self, path: Path, side: int) -> bytes:
        """Runs in a thread."""
        if self._closed:
            return b""
        try:
            file = path.open("rb")
        except (OSError, ValueError) as error:
            raise AppError("file-not-found") from error
        pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
        command = (*self._command, str(side))
        with file, subprocess.Popen(command, stdin=file, stdout=pipe, stderr=quiet) as child:  # noqa: S603 - ours
            self._child = child
            try:
                said, _ = child.communicate(timeout=self._patience)
            except subprocess.TimeoutExpired:
                child.kill()
                log.info("a film or sound could not be looked at in time")
                return b""
            finally:
                self._child = None
        return said if child.returncode == 0 else b""
