"""Packages of Debian and Ubuntu: installed with apt, or unpacked privately without any rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from launch.shell import must, say

APT_ENV = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def is_debian() -> bool:
    """Return whether apt and dpkg look after this system."""
    return all(shutil.which(name) for name in ("apt-get", "dpkg-deb"))


def agreed(question: str, *, yes: bool) -> bool:
    """Return whether the person agrees; in a CI run, or with --yes, nobody is asked."""
    if yes or os.environ.get("CI") == "true":
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"parlor: {question} [Y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"", "y", "yes"}


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    quiet = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
    if quiet.returncode == 0:
        return [sudo, "-n"]
    return [sudo] if sys.stdin.isatty() else None


def install(packages: Sequence[str], *, yes: bool) -> bool:
    """Install packages for everybody on this machine, after a yes.

    Returns False if the person does not want it or has no right to; raises Problem if apt fails.
    """
    names = " ".join(packages)
    if _as_root() is None or not agreed(f"Install {names} with apt?", yes=yes):
        return False
    say(f"Installing {names} with apt.")
    apt = [*(_as_root() or []), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    command = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    first = subprocess.run(command, env=APT_ENV, capture_output=True, text=True, check=False)
    if first.returncode != 0:
        must([*apt, "update"], "Asking for the list of packages")
        must(command, f"Installing {names} with apt")
    return True


def unpack(packages: Iterable[str], into: Path) -> None:
    """Fetch packages and what they need, and unpack them in a folder of our own.

    Needs no rights: apt keeps its lists and downloads in that folder too.
    """
    state, archives = into / "apt", into / "apt" / "archives"
    for folder in (state / "lists" / "partial", archives / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    apt = [
        "apt-get", "-qq",
        "-o", f"Dir::State::Lists={state / 'lists'}",
        "-o", f"Dir::Cache={state}",
        "-o", f"Dir::Cache::archives={archives}",
        "-o", "Acquire::Languages=none",
        "-o", "Debug::NoLocking=true",
        "-o", "APT::Sandbox::User=",
    ]  # fmt: skip
    update = [*apt, "-o", "APT::Update::Error-Mode=any", "update"]
    must(update, "Asking for the list of packages", env=APT_ENV)
    wanted = list(packages)
    fetch = [*apt, "install", "--yes", "--no-install-recommends", "--download-only"]
    must([*fetch, *wanted], f"Fetching {' '.join(wanted)}", env=APT_ENV)
    for archive in sorted(archives.glob("*.deb")):
        must(["dpkg-deb", "-x", archive, into], f"Unpacking {archive.name}")
    shutil.rmtree(state, ignore_errors=True)
