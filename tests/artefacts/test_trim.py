"""What is taken out of a frozen folder, and what stays."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from artefacts.trim import trim
from tests.artefacts.native import asking, function, library

QT = "_internal/PySide6/Qt"


def lay(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        library(path, function("one"))


def left(folder: Path) -> set[str]:
    inside = folder / "_internal"
    return {path.relative_to(inside).as_posix() for path in inside.rglob("*") if not path.is_dir()}


def test_what_nobody_asks_for_goes_and_the_rest_stays(tmp_path: Path) -> None:
    folder = tmp_path / "parlor"
    lay(
        folder,
        "_internal/libpython3.11.so.1.0",
        "_internal/libxcb-cursor.so.0",
        "_internal/libgtk-3.so.0",
        f"{QT}/translations/qt_de.qm",
        f"{QT}/plugins/platformthemes/libqgtk3.so",
        f"{QT}/plugins/platforms/libqxcb.so",
        f"{QT}/lib/libQt6Core.so.6",
        f"{QT}/lib/libQt6Pdf.so.6",
    )
    core = folder / QT / "lib" / "libQt6Core.so.6"
    cursor = folder / "_internal" / "libxcb-cursor.so.0"
    library(folder / "_internal" / "PySide6" / "QtCore.abi3.so", asking("one"), [core, cursor])
    for name in ("libQt6Core.so.6", "libQt6Pdf.so.6"):
        (folder / "_internal" / name).symlink_to(Path("PySide6/Qt/lib", name))
    shutil.copy(shutil.which("true") or "", folder / "parlor")
    trim(folder, platform.machine())
    assert left(folder) == {
        "libpython3.11.so.1.0",
        "libxcb-cursor.so.0",
        "libQt6Core.so.6",
        "PySide6/QtCore.abi3.so",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
    }
