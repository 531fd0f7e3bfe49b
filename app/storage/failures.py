"""What SQLite and the operating system say of a bad disk or file, as errors for people."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peewee

from app.domain.errors import AppError

PRIMARY_CODE = 0xFF
FREE_BYTES = 256 * 1024
"""A disk with less is a full one."""
_BY_SQLITE_CODE = {
    3: "folder-read-only",  # SQLITE_PERM
    5: "already-running",  # SQLITE_BUSY
    6: "already-running",  # SQLITE_LOCKED
    8: "folder-read-only",  # SQLITE_READONLY
    10: "disk-failed",  # SQLITE_IOERR
    11: "database-corrupt",  # SQLITE_CORRUPT
    13: "disk-full",  # SQLITE_FULL
    14: "folder-read-only",  # SQLITE_CANTOPEN
    26: "database-corrupt",  # SQLITE_NOTADB
}
_BY_ERRNO = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "disk-full",
    errno.EFBIG: "disk-full",
    errno.ENAMETOOLONG: "path-too-long",
    errno.EROFS: "folder-read-only",
    errno.EACCES: "folder-read-only",
    errno.EPERM: "folder-read-only",
}


def app_error(error: Exception, folder: Path) -> Exception:
    """Return the AppError for a failure of the disk or the file, any other error as it is."""
    if isinstance(error, peewee.PeeweeException):
        error = getattr(error, "orig", None) or error
    if isinstance(error, OSError):
        code: str | None = _BY_ERRNO.get(error.errno or 0, "disk-failed")
    else:
        code = _BY_SQLITE_CODE.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE)
    if code == "disk-failed" and _is_full(folder):
        code = "disk-full"
    return AppError(code, {"folder": str(folder)}) if code is not None else error


def _is_full(folder: Path) -> bool:
    """Tell a full disk where SQLite speaks of an I/O error only."""
    try:
        return shutil.disk_usage(folder).free < FREE_BYTES
    except OSError:
        return False


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Raise the AppError of what goes wrong inside."""
    try:
        yield
    except Exception as error:
        wanted = app_error(error, folder)
        if wanted is error:
            raise
        raise wanted from error
