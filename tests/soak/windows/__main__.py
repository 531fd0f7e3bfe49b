"""Builds packages of two versions, and installs, updates and removes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from artefacts import msi, windows
from artefacts.plan import Build
from tests.soak.windows.lives import everybody, oneself, package
from tests.soak.windows.wine import Windows

ROOT = Path(__file__).parents[3]
VERSIONS = ("0.1.0", "0.2.0")
DISPLAY = os.environ.get("DISPLAY", "")
EPOCH = 1_700_000_000


def main(frozen: Path | None) -> int:
    """Print a line of JSON for each thing looked at; return 1 if one is not as it should be."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        Windows(place / "fresh", DISPLAY).make()
        builds = [_build(place / version, version, frozen) for version in VERSIONS]
        failures = 0
        for does in (compiles_the_same_twice, oneself, everybody, package):
            for what, is_so in _outcomes(does, builds, place):
                sys.stdout.write(json.dumps({"when": does.__name__, what: is_so}) + "\n")
                sys.stdout.flush()
                failures += not is_so
    return bool(failures)


def _outcomes(
    does: Callable[[Windows, list[Build]], dict[str, bool]], builds: list[Build], place: Path
) -> list[tuple[str, bool]]:
    here = Windows(place / does.__name__, DISPLAY)
    shutil.copytree(place / "fresh", here.home, symlinks=True)
    os.environ["WINEPREFIX"] = str(here.home)
    found = does(here, builds)
    subprocess.run(["wineserver", "-k"], env=here.environ(), check=False)
    return list(found.items())


def compiles_the_same_twice(_: Windows, builds: list[Build]) -> dict[str, bool]:
    """Make all packages, the last of them twice."""
    for build in builds:
        windows.installer(build)
        msi.package(build)
    made = sorted(builds[-1].out.iterdir())
    first = [each.read_bytes() for each in made]
    windows.installer(builds[-1])
    msi.package(builds[-1])
    return {
        f"{file.name} is the same, {len(before)} bytes": file.read_bytes() == before
        for file, before in zip(made, first, strict=True)
    }


def _build(place: Path, version: str, frozen: Path | None) -> Build:
    build = Build(ROOT, place / "out", place / "work", version, EPOCH, "x86_64")
    build.out.mkdir(parents=True)
    if frozen is None:
        _stand_in(build.app, version)
    else:
        shutil.copytree(frozen, build.app)
    (build.app / "_internal" / f"only in {version}.txt").write_text(version)
    return build


def _stand_in(folder: Path, version: str) -> None:
    """Make a folder that resembles a frozen one."""
    inside = folder / "_internal"
    (inside / "resources" / "icons").mkdir(parents=True)
    (inside / "app" / ("a name of some length " * 4).strip()).mkdir(parents=True)
    source = Path(__file__).with_name("standin.c")
    command = ["x86_64-w64-mingw32-gcc", "-Os", "-s", "-mwindows", "-o"]
    subprocess.run([*command, folder / "parlor.exe", source], check=True)
    for name in ("parlor-cli.exe", "parlor-server.exe"):
        shutil.copy(folder / "parlor.exe", folder / name)
    for number in range(200):
        (inside / "app" / f"module{number}.pyc").write_bytes(bytes([number]) * 3 * number)
    (inside / "resources" / "VERSION").write_text(version)
    (inside / "resources" / "icons" / "empty.svg").touch()
    (inside / "app" / ("a name of some length " * 4).strip() / "ünïcode.txt").write_text("ü")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
