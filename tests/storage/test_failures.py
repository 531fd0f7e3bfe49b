"""Each way a disk can fail has one code; what is no failure of the disk stays as it is."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from peewee import OperationalError

from app.domain.errors import AppError
from app.storage import failures
from app.storage.failures import app_error, translated


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EFBIG, "disk-full"),
        (errno.EROFS, "folder-read-only"),
        (errno.EACCES, "folder-read-only"),
        (errno.EIO, "disk-failed"),
        (None, "disk-failed"),
    ],
)
def test_the_system_s_errors(number: int | None, code: str, tmp_path: Path) -> None:
    told = app_error(OSError(number, "as the system says"), tmp_path)
    assert isinstance(told, AppError)
    assert told.code == code


def test_an_io_error_on_a_full_disk_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "FREE_BYTES", 1 << 62)
    told = app_error(OSError(errno.EIO, "as the system says"), tmp_path)
    assert isinstance(told, AppError)
    assert told.code == "disk-full"


def test_a_folder_that_vanished(tmp_path: Path) -> None:
    told = app_error(OSError(errno.EIO, "as the system says"), tmp_path / "gone")
    assert isinstance(told, AppError)
    assert told.code == "disk-failed"


def test_other_errors_stay_themselves(tmp_path: Path) -> None:
    ours, bug, sql = AppError("unknown-room"), ValueError("bug"), OperationalError("no such table")
    for error in (ours, bug, sql):
        assert app_error(error, tmp_path) is error
        with pytest.raises(type(error)) as caught, translated(tmp_path):
            raise error
        assert caught.value is error
