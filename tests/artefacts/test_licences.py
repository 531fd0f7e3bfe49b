from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

import pytest

from app.services.notices.book import shipped
from app.services.notices.known import Known
from artefacts import licences
from artefacts.contents import Package, load_hosts
from artefacts.licences import PLACE, built_in, describe, licence_of, write_licences
from launch.shell import Problem
from tests.artefacts.frozen import ELF, freeze, freezer, lay, native

ROOT = Path(__file__).resolve().parents[2]
FFI = next(host for host in load_hosts() if host.name == "libffi")


@pytest.fixture(autouse=True)
def own_freezer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = freezer(tmp_path / "site")
    monkeypatch.setattr(licences, "distribution", lambda _name: made)


def test_the_list_says_what_is_in_the_folder(tmp_path: Path) -> None:
    folder = freeze(tmp_path / "parlor")
    files = write_licences(folder)
    assert folder / PLACE / "LICENSE" in files
    assert (folder / PLACE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    book = shipped(folder / PLACE)
    names = [each.name for each in book.components]
    assert names[0] == "Parlor"
    assert {"av", "Opus", "x264", "segno", "Inter", "Python", "PyInstaller", "HarfBuzz"} <= {*names}
    absent = {"x265", "FFmpeg", "sqlcipher3", "Noto Color Emoji", "PCRE2", "pyside6-addons"}
    assert not absent & {*names}
    assert any(name.startswith("libffi") for name in names)
    for component in book.components:
        assert book.text(component), component


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = freeze(tmp_path / "parlor")
    first = {path: path.read_bytes() for path in write_licences(folder)}
    assert {path: path.read_bytes() for path in write_licences(folder)} == first


def test_a_library_that_nobody_knows_stops_the_build(tmp_path: Path) -> None:
    folder = freeze(tmp_path / "parlor")
    lay(folder, "libsecret.so.1", ELF)
    with pytest.raises(Problem) as caught:
        write_licences(folder)
    assert "libsecret.so.1: it belongs to nothing that is known" in str(caught.value)
    assert not (folder / PLACE).exists()


def test_a_wheel_whose_libraries_nobody_knows_stops_the_build(tmp_path: Path) -> None:
    folder = freeze(tmp_path / "parlor")
    with pytest.raises(Problem) as caught:
        write_licences(folder, Known())
    told = str(caught.value)
    assert f"{native('av.libs/libx264')} of av" in told
    assert "segno" in told


def test_without_the_freezer_there_is_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> Distribution:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(licences, "distribution", absent)
    with pytest.raises(Problem, match="not installed"):
        write_licences(freeze(tmp_path / "parlor"))


def test_a_library_of_the_machine_is_told_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package("libffi8", "3.4.4-1", "amd64", "Files: * ...")
    monkeypatch.setattr(licences, "package_of", lambda _file: package)
    component, texts = describe("libffi.so.8", FFI)
    assert component.name == "libffi (libffi8)"
    assert component.purl == "pkg:deb/debian/libffi8@3.4.4-1?arch=amd64"
    assert texts == [("copyright", "Files: * ...")]


def test_or_by_what_the_interpreter_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "package_of", lambda _file: None)
    openssl = next(host for host in load_hosts() if host.name == "OpenSSL")
    component, texts = describe("libssl.so.3", openssl)
    assert component.version[0].isdigit()
    assert texts == []
    assert not describe("libffi.so.8", FFI)[0].version


def test_an_interpreter_may_have_libraries_in_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [host.name for host in built_in(load_hosts(), ("_ssl", "zlib", "_io"))]
    assert names == ["OpenSSL", "zlib"]
    monkeypatch.setattr(licences, "built_in", lambda hosts, _modules: list(hosts)[:2])
    folder = freeze(tmp_path / "parlor")
    assert licence_of(folder) == "MIT"
    write_licences(folder)
    assert licence_of(folder) == "MIT AND GPL-3.0-or-later"
    inside = [each for each in shipped(folder / PLACE).components if each.within == "Python"]
    names = [each.name for each in inside]
    assert "OpenSSL" in names  # libffi is a file here
    assert "libffi" not in names
    assert next(each for each in inside if each.name == "OpenSSL").version[0].isdigit()
