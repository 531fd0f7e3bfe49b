"""PySide's base is laid out as bytecode, the same each time."""

from __future__ import annotations

from importlib.machinery import SourcelessFileLoader
from pathlib import Path

from artefacts.shiboken import PLACE, unfold
from tests.artefacts.standin import small_build


def test_it_lies_where_pyside_looks_for_it(tmp_path: Path) -> None:
    build = small_build(tmp_path)
    frozen = build.app / "_internal" / PLACE
    frozen.parent.mkdir()
    unfold(build, build.app)
    loader = frozen / "shibokensupport" / "signature" / "loader.pyc"
    code = SourcelessFileLoader("loader", str(loader)).get_code("loader")
    assert code is not None
    assert not Path(code.co_filename).is_absolute()
    first = {path: path.read_bytes() for path in frozen.rglob("*.pyc")}
    unfold(build, build.app)
    assert {path: path.read_bytes() for path in frozen.rglob("*") if path.is_file()} == first


def test_a_folder_without_pyside_gets_nothing(tmp_path: Path) -> None:
    build = small_build(tmp_path)
    unfold(build, build.server)
    assert not (build.server / "_internal" / PLACE).exists()
