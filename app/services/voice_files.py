"""Voice messages of our own lie with the profile until their messages go."""

from __future__ import annotations

import os
from pathlib import Path

from app.domain.errors import AppError
from app.domain.policy import clean_file_name

MOST_NAMES = 1000


def keep_voice(folder: Path, name: str, sound: bytes) -> Path:
    """Write a recording to a new file and return where; it is on the disk then.

    Raises AppError("file-unwritable").
    """
    name = clean_file_name(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _free(folder / name)
        with path.open("xb") as file:
            file.write(sound)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AppError("file-unwritable", {"reason": error.strerror or str(error)}) from error
    return path


def _free(path: Path) -> Path:
    """Return a path at which nothing lies; several messages may be made in one second."""
    numbered = (path.with_stem(f"{path.stem} ({number})") for number in range(2, MOST_NAMES))
    return next((each for each in (path, *numbered) if not each.exists()), path)
