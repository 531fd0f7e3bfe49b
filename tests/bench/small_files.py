"""Many small files, and what the file system alone asks for putting as many at a new place.

Nothing is deleted between two turns: ext4 passes over every inode that was freed in the last
minutes, one by one, whenever it looks for a free one. That would be measured instead.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

SMALL = 1024


class SmallFiles:
    """`count` files in a folder, and one file of the same size; all of it below `home`."""

    def __init__(self, home: Path, count: int, size: int = SMALL) -> None:
        self._home = home
        self._count = count
        self._turns = 0
        self.folder = home / f"{count} files"
        self.folder.mkdir()
        self._content = os.urandom(size)
        for number in range(count):
            (self.folder / f"{number:06}").write_bytes(os.urandom(size))
        self.same = home / f"same as {count}.bin"
        self.same.write_bytes(os.urandom(count * size))

    def _fresh(self) -> Path:
        self._turns += 1
        return self._home / f"{self._count} turn {self._turns}"

    async def written(self) -> float:
        """Create and write them with nothing but system calls, then sync the disk."""
        begun = time.perf_counter()
        await asyncio.to_thread(self._write, self._fresh())
        return time.perf_counter() - begun

    async def one_written(self) -> float:
        """Write the one file of the same size, then sync the disk."""
        begun = time.perf_counter()
        await asyncio.to_thread(self._write_one, self._fresh())
        return time.perf_counter() - begun

    async def copied(self) -> float:
        """`cp -a` on the same disk, then sync the disk."""
        target = self._fresh()
        begun = time.perf_counter()
        child = await asyncio.create_subprocess_exec("cp", "-a", str(self.folder), str(target))
        assert await child.wait() == 0
        await asyncio.to_thread(os.sync)
        return time.perf_counter() - begun

    def _write(self, folder: Path) -> None:
        folder.mkdir()
        at = os.open(folder, os.O_RDONLY)
        for number in range(self._count):
            flags = os.O_CREAT | os.O_WRONLY | os.O_EXCL
            file = os.open(f"{number:06}", flags, 0o666, dir_fd=at)
            os.write(file, self._content)
            os.close(file)
        os.sync()
        os.close(at)

    def _write_one(self, path: Path) -> None:
        content = self._content * self._count
        with path.open("wb", buffering=0) as file:
            file.write(content)
            os.fsync(file.fileno())
