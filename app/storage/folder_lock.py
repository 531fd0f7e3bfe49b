"""One program at a time in a folder: a locked file, freed by the system when its owner dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.domain.errors import AppError

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """Holds `path` from construction to `release`.

    Raises AppError("already-running"), or OSError if the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError as error:
            self.release()
            raise AppError("already-running", {"folder": str(path.parent)}) from error

    def release(self) -> None:
        """Let others in. The file stays: removing it would race with the next owner."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
