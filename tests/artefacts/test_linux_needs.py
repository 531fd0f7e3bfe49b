"""What frozen programs need of the system, against what the system's own tools say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from artefacts import elf, needs
from artefacts.needs import Needs, UnknownLibraryError
from launch.qtlibs import LIBRARIES

QT_GUI = Path(PySide6.__path__[0]) / "Qt" / "lib" / "libQt6Gui.so.6"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads programs for Linux")


def test_a_library_says_its_name_and_what_it_needs() -> None:
    read = elf.read(QT_GUI)
    assert read is not None
    assert read.soname == "libQt6Gui.so.6"
    assert {"libQt6Core.so.6", "libGL.so.1", "libc.so.6"} <= read.needed
    assert ("libc.so.6", "GLIBC_2.2.5") in read.versions


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not installed")
def test_readelf_says_the_same() -> None:
    read = elf.read(QT_GUI)
    assert read is not None
    command = ["readelf", "-dW", str(QT_GUI)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    lines = [line for line in shown.splitlines() if "(NEEDED)" in line]
    assert {line.partition("[")[2].rstrip("]") for line in lines} == read.needed


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01\x01"])
def test_what_is_no_program_needs_nothing(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    assert elf.read(file) is None
    assert needs.of(tmp_path).libraries == frozenset()


def said_paths(path: Path) -> list[str]:
    file = elf._File(path.read_bytes())
    return [path for tag in elf.SEARCH_PATHS for path in file.dynamic(tag)]


def test_folders_of_the_builder_are_forgotten(tmp_path: Path) -> None:
    file = Path(shutil.copy(QT_GUI, tmp_path))
    elf.forget_foreign_paths(file)
    assert said_paths(file) == ["$ORIGIN"]
    assert file.read_bytes() == QT_GUI.read_bytes()
    data = file.read_bytes()
    at = data.index(b"\0$ORIGIN\0") + 1
    file.write_bytes(data[:at] + b"/others" + data[at + 7 :])
    assert said_paths(file) == ["/others"]
    elf.forget_foreign_paths(file)
    assert said_paths(file) == [""]
    assert elf.read(file) == elf.read(QT_GUI)


def test_versions_are_numbers_not_words() -> None:
    versions = frozenset({("c", "V_2.9"), ("c", "V_2.34"), ("d", "V_3.1"), ("c", "V_PRIVATE")})
    assert elf.newest(versions, "c", "V_") == "2.34"
    assert elf.newest(versions, "e", "V_") is None


def test_what_the_folder_brings_is_not_asked_of_the_system(tmp_path: Path) -> None:
    shutil.copy(QT_GUI, tmp_path)
    alone = needs.of(tmp_path)
    assert "libQt6Core.so.6" in alone.libraries
    (tmp_path / "deep").mkdir()
    shutil.copy(QT_GUI.with_name("libQt6Core.so.6"), tmp_path / "deep")
    both = needs.of(tmp_path)
    assert "libQt6Core.so.6" not in both.libraries
    assert "libEGL.so.1" in both.libraries


def test_debian_is_told_of_packages_and_rpm_of_libraries() -> None:
    wanted = Needs(frozenset({"libm.so.6", "libEGL.so.1", "libstdc++.so.6"}), "2.35", "3.4.30")
    assert wanted.debian() == ("libc6 (>= 2.35)", "libegl1", "libstdc++6 (>= 12)")
    assert wanted.rpm() == (
        "libEGL.so.1()(64bit)",
        "libc.so.6(GLIBC_2.35)(64bit)",
        "libstdc++.so.6()(64bit)",
    )


def test_a_library_that_no_package_is_known_for_stops_the_build() -> None:
    with pytest.raises(UnknownLibraryError, match=r"^liba\.so\.1, libb\.so\.1$"):
        Needs(frozenset({"libb.so.1", "liba.so.1", "libz.so.1"}), "2.34", None).debian()


def test_the_launcher_knows_the_same_packages() -> None:
    for library, (package, *_) in LIBRARIES.items():
        assert package in needs.PACKAGES[library].split(" | "), library
