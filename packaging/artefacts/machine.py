"""What the machine has to have on Linux beyond Python's packages."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

from launch import debian
from launch.shell import Problem

PROGRAMS = {"as": "binutils", "ld": "binutils", "objcopy": "binutils", "strip": "binutils"}


def lacking() -> list[str]:
    """Return the names that Debian's packages have which this machine lacks, each once."""
    found = {package for program, package in PROGRAMS.items() if shutil.which(program) is None}
    return sorted(found | ({_library_package()} if not _has_python_library() else set()))


def _has_python_library() -> bool:
    """Return whether Python can be had as a library: what is frozen loads it."""
    name = sysconfig.get_config_var("INSTSONAME") or ""
    folders = [sysconfig.get_config_var("LIBDIR") or "", f"{sys.base_prefix}/lib"]
    machine = sysconfig.get_config_var("MULTIARCH") or ""
    return any(Path(folder, part, name).is_file() for folder in folders for part in ("", machine))


def _library_package() -> str:
    return "libpython{}.{}".format(*sys.version_info[:2])


def ensure(*, yes: bool) -> None:
    """Install what is lacking, after a yes. Raises Problem with its names if that cannot be."""
    if sys.platform != "linux" or not (names := lacking()):
        return
    if not (debian.is_debian() and debian.install(names, yes=yes)):
        raise Problem(f"Building needs {', '.join(names)} (so called in Debian); please install.")
