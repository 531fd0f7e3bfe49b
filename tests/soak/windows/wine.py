"""A Windows of our own: a fresh prefix of wine, and what can be asked of it."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

LIMIT = 300
RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"


@dataclass
class Windows:
    """A prefix of wine; `home` is where its drives are."""

    home: Path
    display: str

    def environ(self, **more: str) -> dict[str, str]:
        """Return what programs for Windows are started with."""
        ours = {"WINEPREFIX": str(self.home), "WINEDEBUG": "-all", "DISPLAY": self.display}
        return {**os.environ, **ours, "WINEDLLOVERRIDES": "mscoree,mshtml=", **more}

    def run(self, *command: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(
            ["wine", *map(str, command)], env=self.environ(**more), capture_output=True, text=True,
            errors="replace", timeout=LIMIT, check=False,
        )  # fmt: skip

    def start(self, *command: str | Path, **more: str) -> subprocess.Popen[bytes]:
        """Start a program that goes on."""
        return subprocess.Popen(
            ["wine", *map(str, command)], env=self.environ(**more), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def make(self) -> None:
        """Set the prefix up as Windows 10, and leave nothing of it running."""
        subprocess.run(["wineboot", "-i"], env=self.environ(), timeout=LIMIT, check=True)
        self.run("winecfg", "-v", "win10")
        self.wait()

    def wait(self) -> None:
        """Wait until nothing of it runs any more."""
        subprocess.run(["wineserver", "-w"], env=self.environ(), timeout=LIMIT, check=True)

    def value(self, key: str, name: str = "") -> str:
        """Return a value of the registry, empty if there is none."""
        asked = ["/v", name] if name else ["/ve"]
        said = self.run("reg", "query", key, *asked)
        line = next((one for one in said.stdout.splitlines() if "REG_" in one), "")
        return line.split("REG_", 1)[-1].partition("    ")[2].strip() if line else ""

    def has(self, key: str) -> bool:
        """Return whether a key of the registry is there."""
        return self.run("reg", "query", key).returncode == 0

    def files(self) -> set[str]:
        """Return all files and folders, but not what Windows itself keeps on the side."""
        drive = self.home / "drive_c"
        found = (each.relative_to(drive).as_posix() for each in drive.rglob("*"))
        return {each for each in found if "/temp" not in each.lower()}

    def folder(self, name: str) -> Path:
        """Return a folder of the person, such as `AppData/Local`."""
        (person,) = (each for each in (self.home / "drive_c/users").iterdir() if _is_ours(each))
        return person / name


def _is_ours(folder: Path) -> bool:
    return folder.name.lower() != "public" and (folder / "AppData").is_dir()


def until(there: Path, seconds: float = 20) -> bool:
    """Wait until a file is there; return whether it is."""
    end = time.monotonic() + seconds
    while not there.exists() and time.monotonic() < end:
        time.sleep(0.1)
    return there.exists()
