"""What an error of the disk that receives means to a person."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import AppError

_CODES = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "disk-full",
    errno.EFBIG: "file-too-large",
    errno.EACCES: "folder-unwritable",
    errno.EPERM: "folder-unwritable",
    errno.EROFS: "folder-unwritable",
    errno.ENOENT: "target-gone",
    errno.ENODEV: "target-gone",
    errno.ENXIO: "target-gone",
    errno.ESTALE: "target-gone",
    errno.ENOTDIR: "target-changed",
    errno.EISDIR: "target-changed",
    errno.ELOOP: "target-changed",
    errno.EEXIST: "target-changed",
    errno.ENOTEMPTY: "target-changed",
}


def target_error(error: OSError, path: Path) -> AppError:
    """Return the AppError for what failed in the folder `path`; "disk-failed" for the unknown."""
    code = _CODES.get(error.errno or 0, "disk-failed")
    return AppError(code, {"path": str(path), "reason": error.strerror or ""})


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn OSErrors of the block into AppErrors about the folder `path`."""
    try:
        yield
    except OSError as error:
        raise target_error(error, path) from error
