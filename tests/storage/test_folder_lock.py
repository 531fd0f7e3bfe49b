"""One owner at a time, and the folder is free again when the owner lets go."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.storage.folder_lock import FolderLock


def test_one_owner_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = FolderLock(path)
    for _ in range(2):
        with pytest.raises(AppError, match="already running"):
            FolderLock(path)
    first.release()
    first.release()
    second = FolderLock(path)
    second.release()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FolderLock(tmp_path / "none" / "lock")
