"""Stand-ins have the names of what they stand in for, and do nothing."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from artefacts.natives import natives, needed
from artefacts.stubs import MARK, Symbol, assembly, stand_in, symbols, version_map
from launch.shell import Problem
from tests.artefacts.native import ZERO, asking, function, library, thing

MACHINE = platform.machine()
LOAD = """
import ctypes, sys
real, user = sys.argv[1:]
loaded = ctypes.CDLL(real, mode=ctypes.RTLD_GLOBAL)
state = ctypes.c_uint64.in_dll(loaded, "state").value
ctypes.CDLL(user)
print(loaded.first(), state, hasattr(loaded, "second"))
"""
VERSIONS = "X_1 { global: first; };\nX_2 { global: second; state; };\n"


def folder_with_user(folder: Path, versions: str = "") -> tuple[Path, Path]:
    """Return a library that is stood in for, and another that asks it for two of its three."""
    source = function("first") + function("second") + thing("state", 7)
    real = library(folder / "libx265-0.so.1", source, versions=versions)
    user = library(folder / "libuser.so.1", asking("first", "state"), [real])
    return real, user


@pytest.mark.parametrize("versions", ["", VERSIONS])
def test_what_is_asked_for_is_there_and_does_nothing(tmp_path: Path, versions: str) -> None:
    real, user = folder_with_user(tmp_path, versions)
    stand_in(natives(tmp_path), MACHINE)
    assert needed(user) == {real.name}
    # In a process of its own: the loader keeps one library of a name.
    command: list[str | Path] = [sys.executable, "-c", LOAD, real, user]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"0 0 False\n"


def test_it_says_what_it_is(tmp_path: Path) -> None:
    real, _ = folder_with_user(tmp_path)
    stand_in(natives(tmp_path), MACHINE)
    assert MARK.encode() in real.read_bytes()


def test_the_versions_that_users_name_are_kept(tmp_path: Path) -> None:
    real, _ = folder_with_user(tmp_path, VERSIONS)
    stand_in(natives(tmp_path), MACHINE)
    told = {(each.name, each.version) for each in symbols(real, defined=True)}
    assert told == {("X_1", ""), ("X_2", ""), ("first", "X_1"), ("state", "X_2")}


def test_it_is_the_same_each_time(tmp_path: Path) -> None:
    real, _ = folder_with_user(tmp_path)
    before = real.read_bytes()
    stand_in(natives(tmp_path), MACHINE)
    once = real.read_bytes()
    real.write_bytes(before)
    stand_in(natives(tmp_path), MACHINE)
    assert real.read_bytes() == once


def test_other_libraries_and_unknown_machines_are_left_alone(tmp_path: Path) -> None:
    real, user = folder_with_user(tmp_path)
    before = real.read_bytes(), user.read_bytes()
    stand_in(natives(tmp_path), "a machine of tomorrow")
    assert (real.read_bytes(), user.read_bytes()) == before
    stand_in([user], MACHINE)
    assert user.read_bytes() == before[1]


def test_symbols_with_and_without_versions_do_not_mix() -> None:
    mixed = [Symbol("a", "", is_function=True, size=0), Symbol("b", "X", is_function=True, size=0)]
    with pytest.raises(Problem, match="some have none"):
        version_map(mixed)


def test_objects_have_their_size() -> None:
    source = assembly([Symbol("table", "", is_function=False, size=640)], ZERO)
    assert "table: .skip 640" in source
