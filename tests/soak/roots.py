"""A bare system in a folder, and programs that run in it alone: they end when the call does."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ENTER = """
set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
exec env -i HOME=/ LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@"
"""
# Files that no package owns; what dpkg, apt and the loader keep for themselves is theirs.
STRAY = r"""
find / -xdev \( -type f -o -type l \) ! -path '/var/lib/dpkg/*' ! -path '/var/lib/apt/*' \
    ! -path '/var/cache/*' ! -path '/var/log/*' ! -path '/srv/*' ! -path '/packages/*' |
    sort > /tmp/all
cat /var/lib/dpkg/info/*.list | sort -u > /tmp/owned
{ cat /tmp/owned; sed -n 's#^/\(bin\|sbin\|lib\|lib64\)/#/usr/\1/#p' /tmp/owned; } | sort -u |
    comm -23 /tmp/all -
"""


class FailedError(Exception):
    """A command in the root failed; the text is its last lines."""


@dataclass(frozen=True)
class Root:
    """A system's root folder."""

    path: Path

    @classmethod
    def copy(cls, bare: Path, to: Path, files: list[Path]) -> Root:
        """Return a copy of a bare root, with files under /packages."""
        shutil.rmtree(to, ignore_errors=True)
        subprocess.run(["cp", "-a", bare, to], check=True)
        (to / "packages").mkdir()
        for file in files:
            shutil.copy(file, to / "packages")
        shutil.copy("/etc/resolv.conf", to / "etc" / "resolv.conf")
        return cls(to)

    def sh(self, script: str, *, user: str = "", seconds: float = 300) -> str:
        """Run a script, as a person if one is named; return what it prints.

        Raises FailedError. Nothing that it started is left.
        """
        shell = ["/bin/bash", "-eu", "-o", "pipefail", "-c", script]
        if user:
            shell = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *shell]
            shell = ["env", f"HOME=/srv/{user}", f"USER={user}", *shell]
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", ENTER]
        result = subprocess.run(
            [*enter, "enter", str(self.path), *shell],
            capture_output=True, text=True, check=False, timeout=seconds,
        )  # fmt: skip
        if result.returncode != 0:
            said = (result.stdout + result.stderr).strip().splitlines()
            raise FailedError("\n".join([f"status {result.returncode} of: {script}", *said[-25:]]))
        return result.stdout

    def apt(self, *arguments: str) -> str:
        """Run apt-get without questions; return what it prints."""
        command = "apt-get -y -o Dpkg::Options::=--force-confold --no-install-recommends"
        return self.sh(f"{command} {' '.join(arguments)} 2>&1", seconds=900)

    def stray(self) -> set[str]:
        """Return the files that belong to no package, homes and caches aside."""
        return set(self.sh(STRAY).split())
