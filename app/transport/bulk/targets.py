"""Where what is received is put together: a hidden part beside the place where it will lie.

A `Target` is one transfer's part and is shared by all its lanes; each thread reads and writes
through `PartFiles` of its own. The digests are checked by others before anything is written.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.file_names import numbered, safe_paths, safe_top_name
from app.domain.manifest import PIECE_SIZE, Layout, Manifest
from app.protocol.piece_map import PieceMap
from app.transport.bulk.failures import disk_errors
from app.transport.bulk.folders import Folder
from app.transport.bulk.part_files import Part, PartFiles, Place

MARGIN = 16 * 1024 * 1024
"""Bytes that are left free on the disk."""
MANY = 16
"""From so many files on, the whole disk is synced instead of each."""
MAX_NUMBER = 1000

OnName = Callable[[str, int], None]


def part_name(root: bytes, state: Path) -> str:
    """Return what the part of a transfer is called: the same for the same digest and state file."""
    return f".{piece_digest([root, state.name.encode()]).hex()[:16]}.part"


class Target:
    """The part of one transfer. All calls raise AppError as `target_error` says; close it."""

    def __init__(self, folder: Path, part: str, manifest: Manifest) -> None:
        """`folder` must be there; nothing is made in it yet.

        RemoteProtocolError("bad-path") as `safe_paths` says.
        """
        self._folder = folder
        self._part_name = part
        self._manifest = manifest
        self._layout = Layout([entry.size for entry in manifest.entries])
        places, self._bare = _places(manifest, part)
        with disk_errors(folder):
            self._home = Folder.open(folder)
        self.part = Part(manifest, self._layout, self._home, places)
        self.is_new = True
        """Nothing came in an earlier run, or it was removed."""

    def placed_before(self, name: str, inode: int) -> Path | None:
        """Return the final path if an earlier run gave it, `inode` being what it gave it to."""
        with disk_errors(self._folder):
            found = self._home.look(name) if name else None
            if found is None or found.st_ino != inode:
                return None
            left = self._home.look(self._part_name)
            if left is not None and left.st_ino == inode:
                self._home.remove(self._part_name)
            self._now_at(name)
            self._open_base()
        return self._folder / name

    def begin(self) -> None:
        """Make the part, or go on with that of an earlier run."""
        with disk_errors(self._folder):
            self.is_new = self._home.look(self._part_name) is None
            self._open_base()

    def _open_base(self) -> None:
        if self._manifest.is_folder:
            self.part.base = self._home.child(self._part_name, make=True)

    def ensure_room(self, missing: int, margin: int = MARGIN) -> None:
        """Raise AppError("disk-full") unless so many bytes can be written yet, and some more."""
        with disk_errors(self._folder):
            free = self._home.free_bytes()
        if missing and free < missing + margin:
            raise AppError("disk-full", {"path": str(self._folder), "missing": missing - free})

    def lost(self, there: PieceMap) -> list[int]:
        """Return the pieces of `there` whose files are gone, or cut short."""
        with disk_errors(self._folder), closing(PartFiles(self.part)) as files:
            sound = files.are_there()
        if all(sound):
            return []
        slices = self._layout.slices
        return [
            piece
            for piece in there.present()
            if not all(sound[part.entry] for part in slices(piece))
        ]

    def found(self, done: PieceMap) -> Iterator[tuple[int, bool]]:
        """Look for pieces that are not in `done` but there all the same.

        Yields each that may be, and whether it is right; those that are will be synced.
        """
        buffer = memoryview(bytearray(PIECE_SIZE))
        with disk_errors(self._folder), closing(PartFiles(self.part)) as files:
            for piece in done.missing():
                if files.may_hold(piece):
                    is_right = self._is_right(files, piece, buffer)
                    if is_right:
                        self.part.note_written(piece)
                    yield piece, is_right

    def _is_right(self, files: PartFiles, piece: int, buffer: memoryview) -> bool:
        return piece_digest([files.read_into(piece, buffer)]) == self._manifest.digest(piece)

    def sync(self) -> None:
        """Return when all that was written before the call is on the disk."""
        dirty = self.part.take_written()
        if not dirty:
            return
        with disk_errors(self._folder):
            if len(dirty) >= MANY and self._home.sync_disk():
                return
            with closing(PartFiles(self.part)) as files:
                for entry in dirty:
                    files.sync(entry)

    def complete(self, on_name: OnName) -> Path:
        """Give what came its final name, with all pieces there; return its path.

        `on_name` hears the name and the inode before; it is asked again if the name is taken.
        """
        with disk_errors(self._folder):
            self._finish_files()
            if not (self._manifest.is_folder and self._home.sync_disk()):
                self.sync()
                self.part.base.sync()
            return self._place(on_name)

    def _finish_files(self) -> None:
        with closing(PartFiles(self.part)) as files:
            for number, entry in enumerate(self._manifest.entries):
                if not entry.size:
                    files.make_empty(number)
                elif not self.part.is_small(number):
                    files.finish(number)
            for place in self._bare:
                files.folder(place, make=True)

    def _place(self, on_name: OnName) -> Path:
        part = self._home.look(self._part_name)
        if part is None:
            raise FileNotFoundError(errno.ENOENT, "what came is not there any more")
        for name in _names(self._manifest.name):
            if self._home.look(name) is not None:
                continue
            on_name(name, part.st_ino)
            try:
                self._home.place(self._part_name, name)
            except FileExistsError:
                continue
            self._home.sync()
            self._now_at(name)
            return self._folder / name
        raise FileExistsError(errno.EEXIST, "too many of the same name")

    def _now_at(self, name: str) -> None:
        self._part_name = name
        if self._manifest.is_folder:
            self.part.base.path = self._folder / name
        else:
            self.part.places = [(name,)]

    def close(self) -> None:
        if self.part.base is not self._home:
            self.part.base.close()
        self._home.close()


def _places(manifest: Manifest, part: str) -> tuple[list[Place], list[Place]]:
    """Return where the files go and where the folders without files go."""
    if not manifest.is_folder:
        return [(part,)], []
    paths = chain((entry.path for entry in manifest.entries), manifest.folders)
    places = safe_paths(paths)
    return places[: len(manifest.entries)], places[len(manifest.entries) :]


def _names(name: str) -> Iterator[str]:
    first = safe_top_name(name)
    yield first
    for number in range(2, MAX_NUMBER):
        yield numbered(first, number)


def discard(folder: Path, part: str) -> None:
    """Delete what came so far. A folder that is gone is fine. Raises AppError."""
    with disk_errors(folder):
        try:
            home = Folder.open(folder)
        except FileNotFoundError:
            return
        try:
            home.remove(part)
        finally:
            home.close()
