"""Archives are the same bytes whoever makes them, and when."""

from __future__ import annotations

import os
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from artefacts.plan import Build
from artefacts.tarball import app_tarball, server_tarball
from tests.artefacts.standin import EPOCH, small_build


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return small_build(tmp_path / "one")


def test_its_name_says_what_it_is(build: Build) -> None:
    [app], [server] = app_tarball(build), server_tarball(build)
    assert app.name == "parlor-0.2.0-linux-x86_64.tar.xz"
    assert server.name == "parlor-server-0.2.0-linux-x86_64.tar.xz"


def test_all_lies_in_one_folder_and_belongs_to_root(build: Build) -> None:
    with tarfile.open(app_tarball(build)[0]) as archive:
        entries = {entry.name: entry for entry in archive.getmembers()}
    assert {name.partition("/")[0] for name in entries} == {"parlor-0.2.0"}
    assert {(entry.uid, entry.gid, entry.uname) for entry in entries.values()} == {(0, 0, "root")}
    assert {entry.mtime for entry in entries.values()} == {EPOCH}
    assert entries["parlor-0.2.0/parlor"].mode == 0o755
    assert entries["parlor-0.2.0/_internal/licences/LICENSE"].mode == 0o644
    assert entries["parlor-0.2.0/_internal/libsmall.so"].linkname == "libsmall.so.1"


def test_times_modes_and_places_of_the_builder_do_not_matter(build: Build, tmp_path: Path) -> None:
    [first] = app_tarball(build)
    before = first.read_bytes()
    other = replace(build, work=tmp_path / "elsewhere")
    shutil.copytree(build.app, other.app, symlinks=True)
    for path in other.app.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1, 1))
            path.chmod(path.stat().st_mode & 0o700)
    assert app_tarball(other)[0].read_bytes() == before


def test_two_names_of_one_file_are_two_files(build: Build) -> None:
    os.link(build.app / "parlor", build.app / "zwilling")
    with tarfile.open(app_tarball(build)[0]) as archive:
        twin = archive.getmember("parlor-0.2.0/zwilling")
        assert twin.isreg()
        found = archive.extractfile(twin)
        assert found is not None
        assert found.read() == (build.app / "parlor").read_bytes()
