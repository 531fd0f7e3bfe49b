"""Reading what is sent: a file or folder as it was when it was offered."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.manifest import (
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
PlaceOf = Callable[[int], tuple[str, ...]]
"""Takes the number of a file."""


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
            raise unreadable(error, Path(self.path_of(entry))) from error
        return got

    def length_now(self, entry: int) -> int:
        """Return how many bytes a file has now. Raises AppError as `read`."""
        try:
            return os.fstat(self._descriptor(entry)).st_size
        except OSError as error:
            raise unreadable(error, Path(self.path_of(entry))) from error

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


def unreadable(error: OSError, path: Path) -> AppError:
    """Return what is said of a file that cannot be read."""
    code = "file-not-found" if isinstance(error, FileNotFoundError) else "file-unreadable"
    return AppError(code, {"path": str(path), "reason": error.strerror or ""})
