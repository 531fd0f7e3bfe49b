"""Packs the frozen folders into archives that are the same bytes each time."""

from __future__ import annotations

import lzma
import tarfile
from pathlib import Path

from artefacts.packing import filters
from artefacts.plan import Build


def app_tarball(build: Build) -> list[Path]:
    """Pack the frozen app, to be unpacked anywhere."""
    return [_pack(build, build.app)]


def server_tarball(build: Build) -> list[Path]:
    """Pack the frozen server."""
    return [_pack(build, build.server)]


def _pack(build: Build, folder: Path) -> Path:
    base = f"{folder.name}-{build.version}"
    target = build.out / f"{base}-linux-{build.machine}.tar.xz"
    with (
        lzma.open(target, "wb", filters=filters(build.machine)) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in sorted([folder, *folder.rglob("*")]):
            name = Path(base, path.relative_to(folder))
            _add(archive, build.epoch, path, str(name))
    return target


def _add(archive: tarfile.TarFile, epoch: int, path: Path, name: str) -> None:
    """Add one file as nobody's in particular, made at `epoch`."""
    entry = archive.gettarinfo(path, name)
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = epoch
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    if entry.islnk():
        entry.type = tarfile.REGTYPE
        entry.size = path.stat().st_size
    if not entry.isreg():
        archive.addfile(entry)
        return
    with path.open("rb") as file:
        archive.addfile(entry, file)
