"""Copies of what is here, in a place that somebody chose."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from app.domain.errors import AppError

MOST_NAMES = 1000


async def copy_to(source: Path, folder: Path) -> Path:
    """Copy a file or folder into `folder` and return the copy. Nothing is overwritten.

    Raises AppError("file-not-found" | "file-unwritable").
    """
    try:
        return await asyncio.to_thread(_copy, source, folder)
    except FileNotFoundError as error:
        raise AppError("file-not-found") from error
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AppError("file-unwritable", {"reason": reason}) from error


def _copy(source: Path, folder: Path) -> Path:
    target = _free(folder / source.name)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        with source.open("rb") as reading, target.open("xb") as writing:
            shutil.copyfileobj(reading, writing, 1 << 20)
    return target


def _free(path: Path) -> Path:
    """Return a path at which nothing lies."""
    numbered = (path.with_stem(f"{path.stem} ({number})") for number in range(2, MOST_NAMES))
    return next((each for each in (path, *numbered) if not each.exists()), path)
