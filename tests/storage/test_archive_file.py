from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.crypto import kdf
from app.domain.errors import AppError, LocalProtocolError
from app.protocol.archive import ProfileRecord, Record, SettingRecord
from app.storage import archive_file
from app.storage.archive_file import ArchiveReader, ArchiveWriter

PROFILE = ProfileRecord(seed=bytes(32), name="Ana", made_ms=1, events=0)
RECORDS: list[Record] = [PROFILE, *(SettingRecord(key=str(n), value="x" * 900) for n in range(900))]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "ARGON2_MEMORY_KIB", 8)
    monkeypatch.setattr(archive_file, "_READ", 100_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "backup [1]*.parlor"


def write(path: Path, words: str = "words") -> ArchiveWriter:
    writer = ArchiveWriter(path, words)
    try:
        writer.begin()
        writer.write(RECORDS[:5])
        writer.write(RECORDS[5:])
        writer.commit()
    finally:
        writer.discard()
    return writer


def read(path: Path, words: str = "words") -> list[Record]:
    reader = ArchiveReader(path, words)
    try:
        reader.open()
        found = [record for batch in reader.batches() for record in batch]
        assert reader.done == reader.total == path.stat().st_size
    finally:
        reader.close()
    return found


def code_of(run: Callable[[], object]) -> str:
    with pytest.raises(AppError) as caught:
        run()
    return caught.value.code


def test_what_is_written_is_read(path: Path) -> None:
    write(path)
    assert read(path) == RECORDS
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_file_stays(path: Path) -> None:
    path.write_text("dear to somebody")
    assert code_of(lambda: write(path)) == "file-exists"
    assert path.read_text() == "dear to somebody"
    path.unlink()
    path.symlink_to("nowhere")
    assert code_of(lambda: write(path)) == "file-exists"


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_stays(
    path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = ArchiveWriter(path, "words")
    writer.begin()
    path.write_text("faster")
    if not links:
        monkeypatch.setattr(os, "link", refuse_links)
    assert code_of(writer.commit) == "file-exists"
    writer.discard()
    assert path.read_text() == "faster"
    assert list(path.parent.iterdir()) == [path]


def refuse_links(*_: object) -> None:
    raise PermissionError


def test_a_stick_without_links_will_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", refuse_links)
    write(path)
    assert read(path) == RECORDS


def test_what_is_discarded_leaves_nothing(path: Path) -> None:
    writer = ArchiveWriter(path, "words")
    writer.discard()
    writer.begin()
    writer.write(RECORDS)
    assert not path.exists()
    writer.discard()
    writer.discard()
    assert not list(path.parent.iterdir())


def test_what_a_killed_export_left_goes_with_the_next(path: Path) -> None:
    path.with_name(f".{path.name}.999999.partial").write_bytes(b"half")
    other = path.with_name(".other.1.partial")
    other.write_bytes(b"of another file")
    write(path)
    assert sorted(path.parent.iterdir()) == sorted([path, other])


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert code_of(lambda: write(tmp_path / "no" / "backup")) == "folder-missing"


def test_a_full_disk_is_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert code_of(lambda: write(path)) == "disk-full"
    assert not list(path.parent.iterdir())


def test_a_wrong_passphrase_is_one(path: Path) -> None:
    write(path)
    assert code_of(lambda: read(path, "other")) == "wrong-passphrase"


def test_what_cannot_be_read_is_named(tmp_path: Path, path: Path) -> None:
    assert code_of(lambda: read(path)) == "file-unreadable"
    assert code_of(lambda: read(tmp_path)) == "file-unreadable"
    path.write_bytes(b"")
    assert code_of(lambda: read(path)) == "archive-damaged"


class Failing(io.BytesIO):
    def read(self, _size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_a_disk_that_fails_is_one(path: Path) -> None:
    write(path)
    reader = ArchiveReader(path, "words")
    reader.open()
    reader.close()
    reader._file = Failing()
    assert code_of(lambda: next(reader.batches())) == "disk-failed"


def test_a_truncated_file_is_damaged_only_at_its_end(path: Path) -> None:
    write(path)
    raw = path.read_bytes()
    path.write_bytes(raw[: 60 + 65552])
    assert code_of(lambda: read(path)) == "archive-damaged"
    path.write_bytes(raw + b"\x00")
    assert code_of(lambda: read(path)) == "archive-damaged"


def test_a_writer_and_a_reader_want_to_be_opened(path: Path) -> None:
    with pytest.raises(LocalProtocolError):
        ArchiveWriter(path, "words")._append(b"")
    with pytest.raises(LocalProtocolError):
        next(ArchiveReader(path, "words").batches())
    ArchiveReader(path, "words").close()
