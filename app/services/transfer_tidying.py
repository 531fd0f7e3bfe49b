"""What is kept beside the database of transfers, and what of it may go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

DAY_S = 24 * 60 * 60
STRAY_AFTER_S = DAY_S
"""What belongs to nothing known may be about to."""
GONE_AFTER_S = 30 * DAY_S
"""A disk that is not there may come back, and what was moved may be pointed at."""
MAX_SPARE = 4096
MAX_SPARE_BYTES = 256 * 1024 * 1024

_OURS = re.compile(r"[0-9a-f]{32}\.(manifest|state|seen)")


@dataclass(frozen=True, slots=True)
class _Kept:
    files: str
    size: int
    written: float
    is_gone: bool


def tidy(folder: Path, known: Iterable[str], spare: Mapping[str, str], now: float) -> set[str]:
    """Delete what nobody needs; return whose manifests went.

    `known` are the names of all there are; `spare` those of what was received, with where that
    lies: their manifests help others and later versions, so some of the latest are kept.
    """
    if not folder.is_dir():
        return set()
    ours = {path for path in folder.iterdir() if _OURS.fullmatch(path.name)}
    wanted = set(known)
    for path in ours:
        if path.stem not in wanted and now - path.stat().st_mtime > STRAY_AFTER_S:
            path.unlink(missing_ok=True)
    kept = [
        _look(path, spare[path.stem])
        for path in ours
        if path.suffix == ".manifest" and path.stem in spare
    ]
    dropped = {one.files for one in _dispensable(kept, now)}
    for files in dropped:
        forget(folder, files)
    return dropped


def forget(folder: Path, files: str) -> None:
    """Delete what is kept of a transfer beside its content."""
    for suffix in (".manifest", ".state", ".seen"):
        (folder / f"{files}{suffix}").unlink(missing_ok=True)


def _look(path: Path, place: str) -> _Kept:
    found = path.stat()
    return _Kept(path.stem, found.st_size, found.st_mtime, not Path(place).exists())


def _dispensable(kept: list[_Kept], now: float) -> Iterable[_Kept]:
    room, count = MAX_SPARE_BYTES, MAX_SPARE
    for one in sorted(kept, key=lambda one: (one.is_gone, -one.written)):
        room, count = room - one.size, count - 1
        if room < 0 or count < 0 or (one.is_gone and now - one.written > GONE_AFTER_S):
            yield one
