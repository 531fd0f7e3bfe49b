"""An archive as a file: written beside its name and put there when whole; read to its end."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.crypto.archive import HEADER_SIZE, ArchiveOpener, ArchiveSealer, parse_header
from app.domain.errors import AppError, LocalProtocolError
from app.protocol.archive import Record, RecordReader, RecordWriter
from app.storage.failures import translated
from app.storage.files import claim, create_private, sync_and_close

PARTIAL = ".partial"
_READ = 512 * 1024


class ArchiveWriter:
    """Writes one archive: `begin`, then `write` and `commit`, in any case `discard`. All block."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self._path, self._passphrase = path, passphrase
        self._partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
        self._records = RecordWriter()
        self._sealer: ArchiveSealer
        self._file: BinaryIO | None = None

    def begin(self) -> None:
        """Open the file. Slow (Argon2id).

        Raises AppError("file-exists" | "folder-missing" | "folder-read-only" | "disk-full" |
        "disk-failed"), the last three from every method.
        """
        with translated(self._path.parent):
            self._check()
            self._sealer = ArchiveSealer(self._passphrase)
            self._file = create_private(self._partial)
        self._append(self._sealer.header)

    def write(self, records: Iterable[Record]) -> None:
        """Append records."""
        self._append(self._sealer.feed(b"".join(map(self._records.write, records))))

    def commit(self) -> None:
        """Finish the file and give it its name. Raises AppError("file-exists") besides."""
        self._append(self._sealer.feed(self._records.end()) + self._sealer.finish())
        with translated(self._path.parent):
            sync_and_close(self._open_file())
            try:
                claim(self._partial, self._path)
            except FileExistsError as error:
                raise AppError("file-exists", {"path": str(self._path)}) from error

    def discard(self) -> None:
        """Leave nothing behind but what was committed."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._partial.unlink(missing_ok=True)

    def _append(self, sealed: bytes) -> None:
        with translated(self._path.parent):
            self._open_file().write(sealed)

    def _open_file(self) -> BinaryIO:
        if self._file is None:
            raise LocalProtocolError("an archive that was not begun")
        return self._file

    def _check(self) -> None:
        if not self._path.parent.is_dir():
            raise AppError("folder-missing", {"folder": str(self._path.parent)})
        if os.path.lexists(self._path):
            raise AppError("file-exists", {"path": str(self._path)})
        for stray in self._path.parent.glob(f".{glob.escape(self._path.name)}.*{PARTIAL}"):
            stray.unlink(missing_ok=True)  # of an export that was killed


class ArchiveReader:
    """Reads one archive: `open`, then `batches`, in any case `close`. All block.

    `total` is its size in bytes, `done` how many of them have been read.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        self._path, self._passphrase = path, passphrase
        self._records = RecordReader()
        self._opener: ArchiveOpener
        self._file: BinaryIO | None = None
        self.done = self.total = 0

    def open(self) -> None:
        """Open it. Slow (Argon2id).

        Raises AppError("file-unreadable" | "wrong-passphrase" | "archive-damaged" |
        "archive-newer" | "disk-failed").
        """
        with _readable(self._path):
            self._file = self._path.open("rb")
            self.total = os.fstat(self._file.fileno()).st_size
        header = parse_header(self._read(HEADER_SIZE))
        self._opener = ArchiveOpener(self._passphrase, header)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def batches(self) -> Iterator[list[Record]]:
        """Yield records as they come, up to some hundred KiB at a time.

        Until it ends by itself nothing tells that the archive is whole. Raises
        AppError("archive-damaged" | "disk-failed").
        """
        while sealed := self._read(_READ):
            yield self._records.feed(self._opener.feed(sealed))
        yield self._records.feed(self._opener.finish())
        self._records.finish()

    def _read(self, size: int) -> bytes:
        if self._file is None:
            raise LocalProtocolError("an archive that was not opened")
        with _readable(self._path):
            sealed = self._file.read(size)
        self.done += len(sealed)
        return sealed


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = "disk-failed" if error.errno == errno.EIO else "file-unreadable"
        raise AppError(code, {"path": str(path), "folder": str(path.parent)}) from error
