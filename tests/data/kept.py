"""Profiles that older versions have written, and what those versions said of them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
VERSIONS = tuple(
    sorted(each.parent.name for each in HERE.glob("*/told.json"))  # 0.1.0, ..., schema-2, ...
)
RELEASED = tuple(name for name in VERSIONS if name[0].isdigit())

Json = dict[str, Any]


def told(version: str) -> Json:
    """Return what `make.py` has written down."""
    found: Json = json.loads((HERE / version / "told.json").read_text(encoding="utf-8"))
    return found


def unpack(version: str, name: str, folder: Path) -> Path:
    """Put a profile of that version below `folder`; return where."""
    place = folder / name
    with tarfile.open(HERE / version / f"{name}.tar.xz") as archive:
        archive.extractall(place, filter="data")
    return place


def content(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder`, with what is in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(files)}
