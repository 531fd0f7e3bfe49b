"""Reading and writing the files of a part: what has arrived of a transfer."""

from __future__ import annotations

import errno
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.domain.manifest import PIECE_SIZE, Layout, Manifest, Slice
from app.transport.bulk.failures import disk_errors
from app.transport.bulk.folders import Folder
from app.transport.bulk.sources import read_at

MAX_OPEN = 8
"""Big files that one thread keeps open."""
MAX_FOLDERS = 16

_HAS_PWRITE = hasattr(os, "pwrite")
_TIMES_OPEN_FILES = os.utime in os.supports_fd

Place = tuple[str, ...]


@dataclass(slots=True)
class Part:
    """Files of `manifest` at `places` below `base`."""

    manifest: Manifest
    layout: Layout
    base: Folder
    places: list[Place]
    identities: dict[int, int] = field(default_factory=dict)
    """The inodes of big files. Another file of the same name does not hold what came."""
    _dirty: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_written(self, piece: int) -> None:
        with self._lock:
            self._dirty.add(piece)

    def take_written(self) -> set[int]:
        """Return the files in which pieces were written since the last call."""
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        return {part.entry for piece in dirty for part in self.layout.slices(piece)}

    def is_small(self, entry: int) -> bool:
        """Tell whether a file comes whole in one piece."""
        return self.manifest.entries[entry].size < PIECE_SIZE


class PartFiles:
    """One thread's hands on a part; close it.

    Reading and writing raise AppError as `target_error` says, the other calls OSError.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        self._open: OrderedDict[int, int] = OrderedDict()
        self._folders: OrderedDict[Place, Folder] = OrderedDict()

    def write(self, piece: int, content: memoryview) -> None:
        """Put a verified piece where it belongs."""
        at = 0
        with disk_errors(self._part.base.path):
            for part in self._part.layout.slices(piece):
                self._write_slice(part, content[at : at + part.length])
                at += part.length
        self._part.note_written(piece)

    def read_into(self, piece: int, buffer: memoryview) -> memoryview:
        """Return the bytes of a piece that is there, in the beginning of `buffer`."""
        at = 0
        with disk_errors(self._part.base.path):
            for part in self._part.layout.slices(piece):
                self._read_slice(part, buffer[at : at + part.length])
                at += part.length
        return buffer[:at]

    def are_there(self) -> list[bool]:
        """Tell of each file whether it is there, a big one also whether its size is right.

        Raises FileNotFoundError if a big one was there before.
        """
        listed: dict[Place, frozenset[str]] = {}
        there = []
        for number, (*folder, name) in enumerate(self._part.places):
            if not self._part.is_small(number):
                there.append(self.is_whole(number))
                continue
            names = listed.get(place := tuple(folder))
            if names is None:
                names = listed[place] = self._names_in(place)
            there.append(name in names)
        return there

    def _names_in(self, place: Place) -> frozenset[str]:
        try:
            return self.folder(place, make=False).names()
        except (FileNotFoundError, NotADirectoryError):
            return frozenset()

    def is_whole(self, entry: int) -> bool:
        """Tell whether a file is there and of the size it should have.

        Raises FileNotFoundError if it is a big one that was there before.
        """
        place = self._part.places[entry]
        try:
            found = self.folder(place[:-1], make=False).look(place[-1])
        except (FileNotFoundError, NotADirectoryError):
            found = None
        if not self._part.is_small(entry):
            self._recognise(entry, found)
        return found is not None and found.st_size == self._part.manifest.entries[entry].size

    def may_hold(self, piece: int) -> bool:
        """Tell whether something was written where a piece belongs."""
        parts = self._part.layout.slices(piece)
        if not all(self.is_whole(part.entry) for part in parts):
            return False
        if self._part.is_small(parts[0].entry) or not hasattr(os, "SEEK_DATA"):
            return True
        try:
            data = os.lseek(self._descriptor(parts[0].entry), parts[0].offset, os.SEEK_DATA)
        except OSError:  # nothing but holes
            return False
        return data < parts[0].offset + parts[0].length

    def make_empty(self, entry: int) -> None:
        """Make a file that has no pieces."""
        with self._emptied(entry):
            pass

    def finish(self, entry: int) -> None:
        """Set the time of a big file and see it on the disk."""
        descriptor = self._descriptor(entry)
        self._set_mtime(entry, descriptor)
        os.fsync(descriptor)

    def sync(self, entry: int) -> None:
        """See on the disk what was written to a file."""
        os.fsync(self._descriptor(entry))

    def folder(self, place: Place, *, make: bool) -> Folder:
        if not place:
            return self._part.base
        known = self._folders.get(place)
        if known is not None:
            self._folders.move_to_end(place)
            return known
        fresh = self.folder(place[:-1], make=make).child(place[-1], make=make)
        if len(self._folders) >= MAX_FOLDERS:
            self._folders.popitem(last=False)[1].close()
        self._folders[place] = fresh
        return fresh

    def _write_slice(self, part: Slice, content: memoryview) -> None:
        if not self._part.is_small(part.entry):
            _write_at(self._descriptor(part.entry), content, part.offset)
            return
        with self._emptied(part.entry) as descriptor:
            _write_at(descriptor, content, 0)

    @contextmanager
    def _emptied(self, entry: int) -> Iterator[int]:
        """Lend the descriptor of a small file in which nothing is; set the file's time."""
        place = self._part.places[entry]
        descriptor = self.folder(place[:-1], make=True).new_file(place[-1])
        is_new = descriptor is not None
        if descriptor is None:
            descriptor, _ = self._opened(entry, make=True)
        try:
            if not is_new:
                os.ftruncate(descriptor, 0)
            yield descriptor
            self._set_mtime(entry, descriptor)
        finally:
            os.close(descriptor)

    def _read_slice(self, part: Slice, into: memoryview) -> None:
        if not self._part.is_small(part.entry):
            _read_whole(self._descriptor(part.entry), into, part.offset)
            return
        descriptor, _ = self._opened(part.entry, make=False)
        try:
            _read_whole(descriptor, into, 0)
        finally:
            os.close(descriptor)

    def _set_mtime(self, entry: int, descriptor: int) -> None:
        if _TIMES_OPEN_FILES:
            mtime = self._part.manifest.entries[entry].mtime_ms * 1_000_000
            os.utime(descriptor, ns=(mtime, mtime))

    def _opened(self, entry: int, *, make: bool) -> tuple[int, os.stat_result]:
        """Return a file's descriptor and what it was like before."""
        place = self._part.places[entry]
        return self.folder(place[:-1], make=make).open_file(place[-1], make=make)

    def _descriptor(self, entry: int) -> int:
        """Return a big file, kept open, which has its final size from the beginning."""
        known = self._open.get(entry)
        if known is not None:
            self._open.move_to_end(entry)
            return known
        if len(self._open) >= MAX_OPEN:
            os.close(self._open.popitem(last=False)[1])
        descriptor, found = self._opened(entry, make=entry not in self._part.identities)
        self._open[entry] = descriptor
        self._recognise(entry, found)
        if found.st_size != self._part.manifest.entries[entry].size:
            os.ftruncate(descriptor, self._part.manifest.entries[entry].size)
        return descriptor

    def _recognise(self, entry: int, found: os.stat_result | None) -> None:
        """Raises FileNotFoundError if a file is not the one that pieces were written to."""
        known = self._part.identities.get(entry)
        if known is None and found is not None:
            known = self._part.identities.setdefault(entry, found.st_ino)
        if known is not None and (found is None or found.st_ino != known):
            raise FileNotFoundError(errno.ENOENT, "what came is not there any more")

    def close(self) -> None:
        while self._open:
            os.close(self._open.popitem()[1])
        while self._folders:
            self._folders.popitem()[1].close()


def _write_at(descriptor: int, content: memoryview, offset: int) -> None:
    written = 0
    while written < len(content):
        if _HAS_PWRITE:
            written += os.pwrite(descriptor, content[written:], offset + written)
        else:
            os.lseek(descriptor, offset + written, os.SEEK_SET)
            written += os.write(descriptor, content[written:])


def _read_whole(descriptor: int, into: memoryview, offset: int) -> None:
    if read_at(descriptor, into, offset) < len(into):
        raise FileNotFoundError(errno.ENOENT, "a file of ours was cut short")
