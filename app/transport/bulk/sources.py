"""Reading what is sent: a file or folder as it was when it was offered."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.manifest import (
    HEAD_SIZE,
    MAX_FILES,
    MAX_FOLDERS,
    PIECE_SIZE,
    Entry,
    Layout,
    Manifest,
    Slice,
)

MAX_OPEN = 64
"""Files that are kept open at once."""
# A pipe that somebody puts in a file's place must not make us wait for its other end.
_READ_ONLY = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
_HAS_PREADV = hasattr(os, "preadv")
Progress = Callable[[int, int], None]
PlaceOf = Callable[[int], tuple[str, ...]]
"""Takes the number of a file."""


def survey(path: Path) -> Manifest:
    """Return what there is to send, without digests: a file, or a folder with all below it.

    Links and what is no regular file are left out. Raises AppError("file-not-found" |
    "file-unreadable" | "bad-file-name" | "not-a-file" | "too-many-files").
    """
    try:
        found = path.lstat()
        if stat.S_ISREG(found.st_mode):
            return Manifest(path.name, False, (_entry("", found),))
        if stat.S_ISDIR(found.st_mode):
            return _survey_folder(path)
    except OSError as error:
        raise _as_app_error(error, path) from error
    raise AppError("not-a-file", {"path": str(path)})


def _survey_folder(path: Path) -> Manifest:
    entries: list[Entry] = []
    folders: list[str] = []
    for folder, files in _walk(path, ""):
        entries += files
        folders.append(folder)
        if len(entries) > MAX_FILES or len(folders) > MAX_FOLDERS:
            raise AppError("too-many-files", {"limit": MAX_FILES})
    above = {one.rpartition("/")[0] for one in (*(entry.path for entry in entries), *folders)}
    bare = sorted(folder for folder in folders if folder and folder not in above)
    return Manifest(path.name, True, tuple(sorted(entries, key=_by_path)), tuple(bare))


def _walk(path: Path, below: str) -> Iterator[tuple[str, list[Entry]]]:
    """Yield each folder (path below the first one) with the files that lie in it."""
    prefix = below + "/" if below else ""
    files: list[Entry] = []
    folders: list[str] = []
    with os.scandir(path) as listing:
        for one in listing:
            if one.is_file(follow_symlinks=False):
                files.append(_entry(prefix + one.name, one.stat(follow_symlinks=False)))
            elif one.is_dir(follow_symlinks=False):
                folders.append(one.name)
    yield below, files
    for name in sorted(folders):
        yield from _walk(path / name, prefix + name)


def _entry(path: str, found: os.stat_result) -> Entry:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError as error:
        raise AppError("bad-file-name", {"path": os.fsencode(path).decode("latin-1")}) from error
    return Entry(path, found.st_size, found.st_mtime_ns // 1_000_000)


def _by_path(entry: Entry) -> str:
    return entry.path


class SourceFiles:
    """Reads pieces. Not for several threads at once; close it."""

    def __init__(
        self,
        path: Path,
        manifest: Manifest,
        layout: Layout | None = None,
        place_of: PlaceOf | None = None,
        *,
        as_they_were: bool = True,
    ) -> None:
        """`place_of` says where a file lies below `path`, if not where the manifest says.

        Without `as_they_were` changed files are read too, whatever is in them now.
        """
        self._path = os.fspath(path)
        self._manifest = manifest
        self.layout = layout or Layout([entry.size for entry in manifest.entries])
        self._place_of = place_of
        self._as_they_were = as_they_were
        self._open: OrderedDict[int, int] = OrderedDict()
        self._buffer = bytearray()

    def read(self, piece: int) -> memoryview:
        """Return the bytes of a piece, which are good until the next call.

        Raises AppError("source-changed" | "file-not-found" | "file-unreadable").
        """
        size = self.layout.length(piece)
        if len(self._buffer) < size:
            self._buffer = bytearray(size)
        return self.read_into(piece, memoryview(self._buffer))

    def read_into(self, piece: int, buffer: memoryview) -> memoryview:
        """Return the bytes of a piece, in the beginning of `buffer`. Raises AppError as `read`."""
        at = 0
        for part in self.layout.slices(piece):
            self._read_slice(part, buffer[at : at + part.length])
            at += part.length
        return buffer[:at]

    def read_part(self, entry: int, offset: int, buffer: memoryview) -> int:
        """Fill `buffer` from a file; return how much of it could be. Raises AppError as `read`."""
        try:
            descriptor = self._descriptor(entry)
            got = read_at(descriptor, buffer, offset)
            self._check_unchanged(entry, descriptor)
        except OSError as error:
            raise _as_app_error(error, Path(self.path_of(entry))) from error
        return got

    def length_now(self, entry: int) -> int:
        """Return how many bytes a file has now. Raises AppError as `read`."""
        try:
            return os.fstat(self._descriptor(entry)).st_size
        except OSError as error:
            raise _as_app_error(error, Path(self.path_of(entry))) from error

    def digest(self, piece: int) -> bytes:
        """Return the digest of a piece as it is on the disk now."""
        return piece_digest([self.read(piece)])

    def _read_slice(self, part: Slice, into: memoryview) -> None:
        if self.read_part(part.entry, part.offset, into) < len(into):
            raise AppError("source-changed", {"path": self.path_of(part.entry)})

    def path_of(self, number: int) -> str:
        """Return where a file lies."""
        below = self._manifest.entries[number].path
        if below and self._place_of is not None:
            below = "/".join(self._place_of(number))
        return f"{self._path}/{below}" if below else self._path

    def _descriptor(self, number: int) -> int:
        known = self._open.get(number)
        if known is not None:
            self._open.move_to_end(number)
            return known
        if len(self._open) >= MAX_OPEN:
            os.close(self._open.popitem(last=False)[1])
        descriptor = os.open(self.path_of(number), _READ_ONLY)
        self._open[number] = descriptor
        return descriptor

    def _check_unchanged(self, number: int, descriptor: int) -> None:
        now = os.fstat(descriptor)
        entry = self._manifest.entries[number]
        same = now.st_size == entry.size and now.st_mtime_ns // 1_000_000 == entry.mtime_ms
        if not stat.S_ISREG(now.st_mode) or (self._as_they_were and not same):
            raise AppError("source-changed", {"path": self.path_of(number)})

    def close(self) -> None:
        while self._open:
            os.close(self._open.popitem()[1])


def read_at(descriptor: int, into: memoryview, offset: int) -> int:
    """Fill `into` from `offset` of a file on; return how much of it could be. Raises OSError."""
    filled = 0
    while filled < len(into):
        if _HAS_PREADV:
            got = os.preadv(descriptor, [into[filled:]], offset + filled)
        else:
            os.lseek(descriptor, offset + filled, os.SEEK_SET)
            raw = os.read(descriptor, len(into) - filled)
            got = len(raw)
            into[filled : filled + got] = raw
        if not got:
            break
        filled += got
    return filled


def _as_app_error(error: OSError, path: Path) -> AppError:
    code = "file-not-found" if isinstance(error, FileNotFoundError) else "file-unreadable"
    return AppError(code, {"path": str(path), "reason": error.strerror or ""})


def digest_all(path: Path, surveyed: Manifest, on_progress: Progress) -> Manifest:
    """Return the manifest with digests and heads of all pieces; progress is in bytes of all bytes.

    Heads are for big files: small ones do not move within an earlier version.
    Raises AppError as `SourceFiles.read` does.
    """
    source = SourceFiles(path, surveyed)
    digests, heads = bytearray(), bytearray()
    done = 0
    total = surveyed.size
    try:
        for piece in range(source.layout.count):
            content = source.read(piece)
            digests += piece_digest([content])
            heads += bytes(content[:HEAD_SIZE]).ljust(HEAD_SIZE, b"\0")
            done += len(content)
            on_progress(done, total)
    finally:
        source.close()
    if all(entry.size < PIECE_SIZE for entry in surveyed.entries):
        heads.clear()
    return replace(surveyed, digests=bytes(digests), heads=bytes(heads))
