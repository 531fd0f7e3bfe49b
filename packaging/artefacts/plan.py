"""What is built, from what, and where it goes."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launch.main import version
from launch.shell import Problem

DEBIAN_NAMES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Build:
    """One build. `epoch` is the moment, in seconds, that all its files carry.

    `out` gets the artefacts, `work` is for what is made on the way; both exist.
    """

    root: Path
    out: Path
    work: Path
    version: str
    epoch: int
    machine: str

    @property
    def app(self) -> Path:
        """The frozen folder with `parlor`, `parlor-cli` and `parlor-server` in it."""
        return self.work / "frozen" / "parlor"

    @property
    def server(self) -> Path:
        """The frozen folder with `parlor-server` alone in it: no Qt, no media."""
        return self.work / "frozen" / "parlor-server"

    @property
    def debian_machine(self) -> str:
        """The machine as Debian calls it."""
        return DEBIAN_NAMES.get(self.machine, self.machine)

    def environ(self) -> dict[str, str]:
        """Return an environment in which programs make the same of the same."""
        fixed = {"SOURCE_DATE_EPOCH": str(self.epoch), "PYTHONHASHSEED": "0"}
        return {**os.environ, **fixed, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Step:
    """A part of the build that can be asked for by its name; `run` returns what it made.

    It is taken without being asked for unless `is_asked`.
    """

    name: str
    does: str
    run: Callable[[Build], list[Path]]
    is_asked: bool = False


def plan(root: Path, out: Path, work: Path) -> Build:
    """Return the build of a checkout. Raises Problem if it is neither dated nor a clone."""
    for folder in (out, work):
        folder.mkdir(parents=True, exist_ok=True)
    return Build(
        root, out.resolve(), work.resolve(), version(root), _epoch(root), platform.machine()
    )


def _epoch(root: Path) -> int:
    """Return SOURCE_DATE_EPOCH, or when the last commit was made."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not told:
        command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
        try:
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise Problem("Without git, SOURCE_DATE_EPOCH must say when this was made.") from error
    if not told.strip().isdigit():
        raise Problem(f"SOURCE_DATE_EPOCH is no number of seconds: {told!r}.")
    return int(told)
