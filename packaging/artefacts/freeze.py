"""Freezes the programs: folders that run where there is no Python."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from artefacts.plan import Build
from artefacts.shiboken import unfold
from artefacts.trim import trim
from launch.shell import must


def freeze_app(build: Build) -> list[Path]:
    """Freeze the window, parlor-cli and the server into one folder."""
    _freeze(build, "app", build.app)
    return [build.app]


def freeze_server(build: Build) -> list[Path]:
    """Freeze the server alone."""
    _freeze(build, "server", build.server)
    return [build.server]


def _freeze(build: Build, recipe: str, into: Path) -> None:
    shutil.rmtree(into, ignore_errors=True)
    spec = build.root / "packaging" / "freeze" / f"{recipe}.spec"
    command: list[str | Path] = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", into.parent, "--workpath", build.work / "pyinstaller" / recipe, spec,
    ]  # fmt: skip
    must(command, f"Freezing {into.name}", env=build.environ())
    if sys.platform != "darwin":  # there the bundle is a copy that is made already
        unfold(build, into)
    if sys.platform == "linux":
        trim(into, build.machine)
