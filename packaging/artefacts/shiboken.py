"""Lays out the Python part of PySide's base, which else is unpacked and compiled at every start."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from py_compile import PycInvalidationMode
from py_compile import compile as compile_file

from artefacts.plan import Build
from launch.shell import Problem, must

PLACE = Path("shiboken6", "files.dir")
"""Where it is looked for before it is unpacked."""


def unfold(build: Build, folder: Path) -> None:
    """Put it as bytecode into a frozen folder that has PySide in it."""
    inside = folder / "_internal"
    if not (inside / PLACE.parent).is_dir():
        return
    source = _unpack(build)
    for path in sorted(source.rglob("*.py")):
        name = path.relative_to(source)
        target = inside / PLACE / name.with_suffix(".pyc")
        compile_file(
            str(path), str(target), str(name), doraise=True,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )  # fmt: skip


def _unpack(build: Build) -> Path:
    """Let a copy of the package do it, as it does when it is told to, and return where."""
    found = find_spec("shiboken6")
    if found is None or found.origin is None:
        raise Problem("PySide is not installed in this environment.")
    copy = build.work / "shiboken"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(Path(found.origin).parent, copy / "shiboken6")
    environ = {**build.environ(), "SBK_EMBED": "0", "PYTHONPATH": str(copy)}
    command = [sys.executable, "-B", "-c", "import shiboken6, PySide6.QtCore"]
    must(command, "Unpacking PySide's base", env=environ)
    if not (copy / PLACE).is_dir():
        raise Problem("PySide's base was not unpacked where it is expected.")
    return copy / PLACE
