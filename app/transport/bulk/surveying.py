"""What there is to send: names, sizes and times first, then the digests of all of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.manifest import HEAD_SIZE, MAX_FILES, MAX_FOLDERS, PIECE_SIZE, Entry, Manifest
from app.transport.bulk.sources import SourceFiles, unreadable

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
        raise unreadable(error, path) from error
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
