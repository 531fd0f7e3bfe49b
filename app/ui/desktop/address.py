"""Where the program that runs over a data folder can be called: a socket that only we can reach."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

LONGEST = 100
"""Bytes of a path: a socket's may have no more than 103 on macOS, 107 on Linux."""


def addresses(data: Path, environ: Mapping[str, str], *, portable: bool) -> tuple[str, ...]:
    """Return the names for the programs over the folder `data`, the best one first.

    They are paths, or on Windows the name of a pipe. A `portable` program prefers its own folder,
    but a stick may have a file system that knows no sockets.
    """
    folder = _real(data)
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    name = f"parlor-{digest}"
    if sys.platform == "win32":
        return (name,)
    own = folder / "window.socket"
    runtime = _runtime(environ)
    places = [own] if runtime is None else [runtime / f"{name}.socket", own]
    if portable:
        places.reverse()
    return tuple(str(path) for path in places if len(os.fsencode(path)) <= LONGEST)


def is_ours(path: str) -> bool:
    """Tell whether a socket, if one is there, was made by this person and by nobody else."""
    if sys.platform == "win32":
        return True  # the pipe's own access list lets nobody else in
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()


def _real(data: Path) -> Path:
    try:
        return data.resolve()
    except (OSError, RuntimeError):  # links in a circle; whoever opens the folder says so
        return data.absolute()


def _runtime(environ: Mapping[str, str]) -> Path | None:
    """Return the folder for sockets of this login, if it is as private as it has to be."""
    given = environ.get("XDG_RUNTIME_DIR", "")
    flatpak = environ.get("FLATPAK_ID", "")
    # In a sandbox, only this part of it is shared between two runs.
    folder = Path(given) / "app" / flatpak if flatpak else Path(given)
    if not folder.is_absolute() or sys.platform == "win32":
        return None
    try:
        found = folder.stat()
    except OSError:
        return None
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    return folder if private and found.st_uid == os.getuid() else None
