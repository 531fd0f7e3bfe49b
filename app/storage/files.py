"""Files that appear whole or not at all, and never in the place of another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from app.storage.connection import sync_folder


def create_private(path: Path) -> BinaryIO:
    """Open a new or emptied file for writing that only its owner may read."""
    return open(path, "wb", opener=_open_private)


def sync_and_close(file: BinaryIO) -> None:
    """Wait until what was written is on the disk."""
    with file:
        file.flush()
        os.fsync(file.fileno())


def claim(partial: Path, path: Path) -> None:
    """Give `partial` the name `path` for good. Raises FileExistsError if somebody has it."""
    try:
        os.link(partial, path)
        partial.unlink()
    except FileExistsError:
        raise
    except OSError as error:
        # Sticks and shares that know no links; there the check and the step are two.
        if path.exists():
            raise FileExistsError(path) from error
        partial.rename(path)
    sync_folder(path.parent)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
