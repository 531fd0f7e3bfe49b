"""Reading what is sent: a file or folder as it was when it was offered."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.manifest import MAX_FILES, MAX_FOLDERS, Entry, Layout, Manifest, Slice

MAX_OPEN = 64
"""Files that are kept open at once."""
_READ_ONLY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_HAS_PREADV = hasattr(os, "preadv")
Progress = Callable[[int, int], None]


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
    with os.scandir(path) as listing:
        found = sorted(listing, key=lambda one: one.name)
    prefix = below + "/" if below else ""
    yield (
        below,
        [
            _entry(prefix + one.name, one.stat(follow_symlinks=False))
            for one in found
            if one.is_file(follow_symlinks=False)
        ],
    )
    for one in found:
        if one.is_dir(follow_symlinks=False):
            yield from _walk(Path(one.path), prefix + one.name)


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
        places: Sequence[tuple[str, ...]] | None = None,
    ) -> None:
        """`places` is where the files lie below `path`, if not where the manifest says."""
        self._path = os.fspath(path)
        self._manifest = manifest
        self.layout = layout or Layout([entry.size for entry in manifest.entries])
        self._places = places
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

    def digest(self, piece: int) -> bytes:
        """Return the digest of a piece as it is on the disk now."""
        return piece_digest([self.read(piece)])

    def _read_slice(self, part: Slice, into: memoryview) -> None:
        try:
            descriptor = self._descriptor(part.entry)
            got = read_at(descriptor, into, part.offset)
            self._check_unchanged(part.entry, descriptor)
        except OSError as error:
            raise _as_app_error(error, Path(self._path_of(part.entry))) from error
        if got < len(into):
            raise AppError("source-changed", {"path": self._path_of(part.entry)})

    def _path_of(self, number: int) -> str:
        below = self._manifest.entries[number].path
        if below and self._places is not None:
            below = "/".join(self._places[number])
        return f"{self._path}/{below}" if below else self._path

    def _descriptor(self, number: int) -> int:
        known = self._open.get(number)
        if known is not None:
            self._open.move_to_end(number)
            return known
        if len(self._open) >= MAX_OPEN:
            os.close(self._open.popitem(last=False)[1])
        descriptor = os.open(self._path_of(number), _READ_ONLY)
        self._open[number] = descriptor
        return descriptor

    def _check_unchanged(self, number: int, descriptor: int) -> None:
        now = os.fstat(descriptor)
        entry = self._manifest.entries[number]
        same = now.st_size == entry.size and now.st_mtime_ns // 1_000_000 == entry.mtime_ms
        if not same or not stat.S_ISREG(now.st_mode):
            raise AppError("source-changed", {"path": self._path_of(number)})

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
    """Return the manifest with the digests of all pieces; progress is in bytes of all bytes.

    Raises AppError as `SourceFiles.read` does.
    """
    source = SourceFiles(path, surveyed)
    digests = bytearray()
    done = 0
    total = surveyed.size
    try:
        for piece in range(source.layout.count):
            content = source.read(piece)
            digests += piece_digest([content])
            done += len(content)
            on_progress(done, total)
    finally:
        source.close()
    entries, folders = surveyed.entries, surveyed.folders
    return Manifest(surveyed.name, surveyed.is_folder, entries, folders, bytes(digests))
