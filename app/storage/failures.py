"""What SQLite and the operating system say of a bad disk or file, as errors for people."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import peewee

from app.domain.errors import AppError

PRIMARY_CODE = 0xFF
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
    errno.EROFS: "folder-read-only",
    errno.EACCES: "folder-read-only",
    errno.EPERM: "folder-read-only",
}


def app_error(error: Exception) -> Exception:
    """Return the AppError for a failure of the disk or the file, any other error as it is."""
    if isinstance(error, peewee.PeeweeException) and isinstance(error.args[0], Exception):
        error = error.args[0]
    if isinstance(error, OSError):
        code: str | None = _BY_ERRNO.get(error.errno or 0, "disk-failed")
    else:
        code = _BY_SQLITE_CODE.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE)
    return AppError(code) if code is not None else error


@contextmanager
def translated() -> Iterator[None]:
    """Raise the AppError of what goes wrong inside."""
    try:
        yield
    except Exception as error:
        wanted = app_error(error)
        if wanted is error:
            raise
        raise wanted from error
