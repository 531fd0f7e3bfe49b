"""PyInstaller's recipe, as it is followed on systems that are not this one."""

from __future__ import annotations

import ast
import plistlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from freeze.modules import used_elsewhere

SPEC = Path(__file__).parents[2] / "packaging" / "freeze" / "app.spec"


def follow(system: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Follow the recipe with nothing to freeze; return the programs and the bundle by name."""
    made: dict[str, Any] = {}

    def keep(*_: object, **said: object) -> None:
        made[str(said["name"])] = said

    nothing = SimpleNamespace(scripts=[], pure=[], binaries=[], datas=[])
    known = {
        "SPECPATH": str(SPEC.parent), "workpath": str(work), "Analysis": lambda *_, **__: nothing,
        "PYZ": list, "EXE": keep, "BUNDLE": keep, "COLLECT": lambda *_, **__: None,
    }  # fmt: skip
    code = compile(ast.parse(SPEC.read_text(encoding="utf-8")), SPEC, "exec")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", system)
        patch.setattr(sys, "path", [*sys.path])
        exec(code, known)  # noqa: S102 - as PyInstaller does
    return made


def test_windows_shows_versions_and_an_icon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = follow("win32", tmp_path, monkeypatch)
    assert set(made) == {"parlor", "parlor-cli", "parlor-server"}
    for name, said in made.items():
        assert f"{name}.exe" in Path(said["version"]).read_text()
        assert Path(said["icon"]).exists()
        assert said["console"] is (name != "parlor")


def test_macos_gets_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = follow("darwin", tmp_path, monkeypatch)
    bundle = made["Parlor.app"]
    assert plistlib.loads(plistlib.dumps(bundle["info_plist"]))["CFBundleExecutable"] == "parlor"
    assert Path(bundle["icon"]).exists()
    assert not made["parlor"]["console"]


@pytest.mark.parametrize(
    ("path", "stays"),
    [
        ("PySide6/Qt6Core.dll", True),
        ("PySide6/Qt6Quick.dll", False),
        ("PySide6/QtWidgets.pyd", True),
        ("PySide6/opengl32sw.dll", False),
        ("PySide6/plugins/platforms/qwindows.dll", True),
        ("PySide6/plugins/tls/qopensslbackend.dll", False),
        ("PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore", True),
        ("PySide6/Qt/lib/QtQmlModels.framework/Versions/A/QtQmlModels", False),
        ("QtQuick", False),
        ("PySide6/Qt/plugins/platforms/libqcocoa.dylib", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("resources/icons/pin.svg", True),
    ],
)
def test_what_nothing_asks_for_is_left_out(path: str, *, stays: bool) -> None:
    entry = (path, f"from/{path}", "BINARY")
    assert used_elsewhere([entry]) == [entry] * stays


def test_linux_gets_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = follow("linux", tmp_path, monkeypatch)
    assert "Parlor.app" not in made
    assert all("icon" not in said for said in made.values())
    assert not [*tmp_path.iterdir()]
