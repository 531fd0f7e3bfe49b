"""The folder that an AppImage is made of, and that the Flatpak is filled from."""

from __future__ import annotations

import shutil
from pathlib import Path

from artefacts import tree
from artefacts.plan import Build
from artefacts.tree import APP_ID, PROGRAM

NAME = "Parlor.AppDir"
ICON = 256


def appdir(build: Build) -> list[Path]:
    """Lay the app out with its starter and its entry on top; a release packs it."""
    laid = tree.empty(build, NAME)
    source = build.root / "packaging" / "linux" / "app"
    laid.programs(build.app, ("parlor", "parlor-cli"), home="parlor")
    tree.shared(laid)
    laid.place("AppRun", (source / "AppRun").read_bytes(), PROGRAM)
    laid.link(f"{APP_ID}.desktop", f"usr/share/applications/{APP_ID}.desktop")
    picture = f"{ICON}x{ICON}/apps/{APP_ID}.png"
    laid.link(f"{APP_ID}.png", f"usr/share/icons/hicolor/{picture}")
    laid.link(".DirIcon", f"{APP_ID}.png")
    target = build.out / NAME
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(laid.root, target)
    return [target]
