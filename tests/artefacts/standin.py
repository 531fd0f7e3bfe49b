"""A frozen folder as small as can be, and builds over it."""

from __future__ import annotations

import shutil
from pathlib import Path

from artefacts.plan import Build

ROOT = Path(__file__).parents[2]
EPOCH = 1_790_000_000
APP_PROGRAMS = ("parlor", "parlor-cli", "parlor-server")


def small_build(folder: Path, version: str = "0.2.0") -> Build:
    """Return a build in a folder, with programs that do nothing in both frozen folders."""
    build = Build(ROOT, folder / "dist", folder / "build", version, EPOCH, "x86_64")
    build.out.mkdir(parents=True)
    for frozen, programs in ((build.app, APP_PROGRAMS), (build.server, ("parlor-server",))):
        licences = frozen / "_internal" / "licences"
        licences.mkdir(parents=True)
        (licences / "LICENSE").write_text("terms\n", encoding="utf-8")
        library = frozen / "_internal" / "libsmall.so.1"
        library.write_text("no real one\n", encoding="utf-8")
        library.chmod(0o755)
        (frozen / "_internal" / "libsmall.so").symlink_to("libsmall.so.1")
        for program in programs:
            shutil.copy(shutil.which("true") or "", frozen / program)
    return build
