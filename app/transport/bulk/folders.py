"""A folder held open, so that nothing that happens to names above it leads elsewhere.

Where the platform cannot name files relative to an open folder (Windows), whole paths are used.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import stat
import sys
from pathlib import Path

_RELATIVE = os.open in os.supports_dir_fd
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_ALWAYS = _NO_FOLLOW | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_AS_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
# A pipe that somebody puts in a file's place must not make us wait for its other end.
_AS_FILE = os.O_RDWR | getattr(os, "O_NONBLOCK", 0)


class Folder:
    """One folder; names given to it are single parts of a path. All calls may raise OSError."""

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def open(cls, path: Path) -> Folder:
        """Open a folder that a person has chosen; links on the way to it are their own affair."""
        if _RELATIVE:
            return cls(path, os.open(path, _AS_FOLDER))
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "no folder", str(path))
        return cls(path, None)

    def child(self, name: str, *, make: bool) -> Folder:
        """Open a folder in this one, made if it is not there and `make`; never through a link."""
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(self._at(name), dir_fd=self._descriptor)
        path = self.path / name
        if self._descriptor is not None:
            flags = _AS_FOLDER | _ALWAYS
            return Folder(path, os.open(name, flags, dir_fd=self._descriptor))
        if not stat.S_ISDIR(path.lstat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "no folder", str(path))
        return Folder(path, None)

    def open_file(self, name: str, *, make: bool) -> tuple[int, os.stat_result]:
        """Return a descriptor to read and write a plain file, made if not there and `make`.

        FileExistsError if something else lies there, or a file that has other names too.
        """
        flags = _AS_FILE | _ALWAYS | (os.O_CREAT if make else 0)
        descriptor = os.open(self._at(name), flags, 0o666, dir_fd=self._descriptor)
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            os.close(descriptor)
            raise FileExistsError(errno.EEXIST, "something else lies there", name)
        return descriptor, found

    def new_file(self, name: str) -> int | None:
        """Make a file and return a descriptor to write it; None if something lies there."""
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _ALWAYS
        try:
            return os.open(self._at(name), flags, 0o666, dir_fd=self._descriptor)
        except FileExistsError:
            return None

    def look(self, name: str) -> os.stat_result | None:
        """Return what lies under a name, links not followed, None if nothing does."""
        try:
            return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def names(self) -> frozenset[str]:
        """Return what lies in the folder."""
        where = self.path if self._descriptor is None else self._descriptor
        with os.scandir(where) as listing:
            return frozenset(one.name for one in listing)

    def remove(self, name: str) -> None:
        """Delete a file, or a folder with all in it; nothing is fine too. No link is followed."""
        found = self.look(name)
        if found is None:
            return
        if stat.S_ISDIR(found.st_mode):
            shutil.rmtree(self._at(name), dir_fd=self._descriptor)
        else:
            os.unlink(self._at(name), dir_fd=self._descriptor)

    def place(self, name: str, final: str) -> None:
        """Give what lies under `name` another name, which must be free: FileExistsError."""
        found = self.look(name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "what came is not there any more", name)
        if self._descriptor is None:
            (self.path / name).rename(self.path / final)
        elif stat.S_ISDIR(found.st_mode):
            self._place_folder(name, final)
        else:
            self._place_file(name, final)

    def _place_folder(self, name: str, final: str) -> None:
        """The name is claimed by an empty folder, the only thing that a folder can replace."""
        os.mkdir(final, dir_fd=self._descriptor)
        try:
            os.rename(name, final, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except OSError:
            os.rmdir(final, dir_fd=self._descriptor)
            raise

    def _place_file(self, name: str, final: str) -> None:
        at = self._descriptor
        try:
            os.link(name, final, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            self._replace_claim(name, final)
        else:
            os.unlink(name, dir_fd=at)

    def _replace_claim(self, name: str, final: str) -> None:
        """For disks without hard links: the name is claimed by an empty file first."""
        claim = self.new_file(final)
        if claim is None:
            raise FileExistsError(errno.EEXIST, "the name is taken", final)
        os.close(claim)
        os.replace(name, final, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def free_bytes(self) -> int:
        """Return how much this user may still write to the disk."""
        return shutil.disk_usage(self.path).free

    def sync(self) -> None:
        """Make names in this folder last."""
        if self._descriptor is not None:
            os.fsync(self._descriptor)

    def sync_disk(self) -> bool:
        """Make everything on the folder's disk last, in one go; tell whether that can be done."""
        if self._descriptor is None or not sys.platform.startswith("linux"):
            return False
        return int(ctypes.CDLL(None).syncfs(self._descriptor)) == 0

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else str(self.path / name)
