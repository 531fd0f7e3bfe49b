"""Which native files are in use, and how they get smaller."""

from __future__ import annotations

import ctypes
from pathlib import Path

from artefacts.natives import is_library, is_loadable, natives, needed, reachable, strip
from tests.artefacts.native import asking, function, library


def test_links_and_other_files_are_no_natives(tmp_path: Path) -> None:
    one = library(tmp_path / "libone.so.1", function("one"))
    (tmp_path / "again").symlink_to(one)
    (tmp_path / "text").write_text("no native")
    assert natives(tmp_path) == [one]
    assert needed(tmp_path / "text") == frozenset()


def test_what_nobody_asks_for_is_not_reachable(tmp_path: Path) -> None:
    for name in ("audio", "video"):
        (tmp_path / name).mkdir()
    one = library(tmp_path / "libone.so.1", function("one"))
    two = library(tmp_path / "libtwo.so.1", asking("one"), [one])
    library(tmp_path / "libthree.so.1", asking("one"), [one])
    modules = [
        library(tmp_path / "audio" / "frame.abi3.so", asking("one"), [two]),
        library(tmp_path / "video" / "frame.abi3.so", function("two")),
    ]
    assert reachable(natives(tmp_path)) == {one, two, *modules}


def test_a_plugin_is_no_library_whatever_its_name() -> None:
    assert is_library(Path("PySide6/Qt/lib/libQt6Core.so.6"))
    assert not is_library(Path("PySide6/Qt/plugins/platforms/libqxcb.so"))
    assert not is_library(Path("av/frame.abi3.so"))


def test_stripping_makes_it_smaller_and_it_still_works(tmp_path: Path) -> None:
    path = library(tmp_path / "libone.so.1", function("one"))
    before = path.stat().st_size
    strip(path)
    assert path.stat().st_size < before
    assert ctypes.CDLL(str(path)).one() == 7
    assert list(tmp_path.iterdir()) == [path]


def test_what_gets_no_smaller_stays_as_it_is(tmp_path: Path) -> None:
    path = library(tmp_path / "libone.so.1", function("one"))
    strip(path)
    before = path.read_bytes()
    strip(path)
    assert path.read_bytes() == before
    assert is_loadable(path)


def test_a_part_that_does_not_fit_its_address_is_noticed(tmp_path: Path) -> None:
    path = library(tmp_path / "libone.so.1", function("one"))
    raw = bytearray(path.read_bytes())
    first_part = int.from_bytes(raw[32:40], "little")
    raw[first_part + 8 : first_part + 16] = (1).to_bytes(8, "little")
    path.write_bytes(raw)
    assert not is_loadable(path)
