"""Small files outside of the data folder that a person asks for: put in whole, or taken away."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import AppError


def text_of(path: Path) -> str:
    """Return what a file says, "" if there is none that can be read."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def text_to_change(path: Path) -> str:
    """Return what a file says, "" if there is none. Raises AppError("folder-read-only")."""
    with _said(path.parent):
        try:
            return path.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return ""


def put_text(path: Path, text: str) -> None:
    """Write what `text_to_change` and a change to it have led to. Raises as `put`."""
    put(path, text.encode("utf-8", "surrogateescape"))


def copy(source: Path, path: Path) -> None:
    """Put a copy of a file of ours. Raises as `put`."""
    with _said(path.parent):
        content = source.read_bytes()
    put(path, content)


def put(path: Path, content: bytes) -> None:
    """Write a file whole, with its folders. Raises AppError("folder-read-only" | "disk-full")."""
    with _said(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()  # some keep such files elsewhere and link to them
        partial = target.with_name(f".{target.name}.{os.getpid()}.new")
        try:
            partial.write_bytes(content)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def take_away(path: Path) -> None:
    """Delete a file if it is there. Raises AppError("folder-read-only")."""
    with _said(path.parent):
        path.unlink(missing_ok=True)


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = "disk-full" if full else "folder-read-only"
        raise AppError(code, {"folder": str(folder)}) from error
