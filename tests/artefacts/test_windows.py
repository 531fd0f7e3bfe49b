"""What Windows gets, as far as it can be read here; tests/soak/windows installs it under wine."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import struct
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter

from artefacts import icon_files, msi, windows, wix
from artefacts.plan import Build
from launch.shell import Problem, must

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "packaging" / "windows" / "parlor.iss").read_text(encoding="utf-8")
WIX = f"{{{wix.NAMESPACE}}}"
PICTURES = icon_files.pictures(ROOT / "packaging" / "icons")
SIZES = (16, 24, 48)
has_tools = all(map(shutil.which, ("wixl", "msibuild", "msiinfo", "msiextract")))
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def build(tmp_path: Path) -> Build:
    build = Build(ROOT, tmp_path / "out", tmp_path / "work", "1.2.3", 1_700_000_000, "x86_64")
    build.out.mkdir()
    for name in ("parlor.exe", "_internal/app/a.pyc", "_internal/b/a.pyc", "_internal/ü b.txt"):
        (build.app / name).parent.mkdir(parents=True, exist_ok=True)
        (build.app / name).write_text(name)
    return build


def described(build: Build, identity: str = "") -> Element:
    icon = build.work / "parlor.ico"
    text = wix.package(build.app, build.work, "1.2.3", icon, identity)
    return fromstring(text)  # noqa: S314 - our own


def test_the_icon_holds_a_picture_of_each_size() -> None:
    file = icon_files.ico(icon_files.pictures(ROOT / "packaging" / "icons"))
    kind, count = struct.unpack_from("<2xHH", file)
    assert (kind, count) == (1, len(icon_files.ICO_SIZES))
    end = 6 + 16 * count
    for place, size in enumerate(icon_files.ICO_SIZES):
        entry = struct.unpack_from("<4B2H2I", file, 6 + 16 * place)
        width, _, _, _, _, bits, length, offset = entry
        assert (width or 256, bits, offset) == (size, 32, end)
        assert file[offset:].startswith(PNG)
        assert struct.unpack_from(">2I", file, offset + 16) == (size, size)
        end = offset + length
    assert end == len(file)


@pytest.mark.parametrize("program", windows.PROGRAMS)
def test_the_version_is_one_expression(program: str) -> None:
    read = ast.parse(windows.version_file(program, "1.2.3"), mode="eval")
    text = ast.unparse(read)
    assert "filevers=(1, 2, 3, 0)" in text
    assert f"'{program}.exe'" in text


@given(st.tuples(*[st.integers(0, 65535)] * 3))
def test_a_version_of_three_numbers_is_one(three: tuple[int, int, int]) -> None:
    assert windows.numbers(".".join(map(str, three))) == (*three, 0)


@pytest.mark.parametrize("version", ["", "1.2", "1.2.3rc1", "1.2.70000", "1.2.3.4", "1.2.3\n"])
def test_any_other_version_is_refused(version: str) -> None:
    with pytest.raises(Problem, match="nothing of the version"):
        windows.numbers(version)


def test_paths_are_written_as_windows_does() -> None:
    assert windows.for_windows(Path("/a b/c")) == "Z:\\a b\\c"
    assert windows.for_windows(Path("c")) == "c"


def test_the_script_is_told_what_it_asks_for(build: Build) -> None:
    said = dict(word[2:].split("=", 1) for word in windows.definitions(build))
    defined = set(re.findall(r"^#define (\w+)", SCRIPT, re.MULTILINE))
    assert set(re.findall(r"\{#(\w+)\}", SCRIPT)) == defined | set(said)
    assert Path(said["Icon"][2:].replace("\\", "/")).read_bytes().startswith(b"\0\0\1\0")


def test_without_the_compiler_the_reason_is_told(build: Build, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="npm ci"):
        windows.installer(replace(build, root=tmp_path))


def test_the_package_holds_each_file_once(build: Build) -> None:
    found = described(build)
    sources = [file.attrib["Source"] for file in found.iter(f"{WIX}File")]
    there = (each for each in build.app.rglob("*") if each.is_file())
    assert sorted(sources) == sorted(each.relative_to(build.work).as_posix() for each in there)
    named = [each.attrib["Id"] for each in found.iter() if "Id" in each.attrib]
    components = {each.attrib["Id"] for each in found.iter(f"{WIX}Component")}
    assert len([name for name in named if name in components]) == 2 * len(components)
    assert {each.attrib["Id"] for each in found.iter(f"{WIX}ComponentRef")} == components
    assert all(re.fullmatch(r"[A-Za-z_][\w.]{0,71}", name) for name in components)


def test_a_component_keeps_its_name_and_a_package_does_not(build: Build) -> None:
    one, same, other = described(build), described(build), described(build, "of other bytes")

    def guids(found: Element) -> list[str]:
        return [each.attrib["Guid"] for each in found.iter(f"{WIX}Component")]

    def product(found: Element, name: str) -> str:
        return next(found.iter(f"{WIX}Product")).attrib[name]

    assert guids(one) == guids(other)
    assert len(set(guids(one))) == len(guids(one))
    assert product(one, "Id") == product(same, "Id") != product(other, "Id")
    assert product(one, "UpgradeCode") == product(other, "UpgradeCode")


def test_links_are_handed_over_in_both_ways_alike() -> None:
    assert '""{app}\\parlor.exe"" ""%1"""' in SCRIPT
    assert '"[INSTALLDIR]parlor.exe" "%1"' in (ROOT / "packaging/artefacts/wix.py").read_text()


def test_the_digest_is_of_names_and_contents(build: Build) -> None:
    before = msi.digest(build.app)
    windows.date(build.app, 1)
    assert msi.digest(build.app) == before
    file = build.app / "parlor.exe"
    file.rename(file.with_name("parlour.exe"))
    assert msi.digest(build.app) != before


def test_a_package_is_dated_back() -> None:
    def stamp(moment: int) -> bytes:
        return msi.FILETIME + struct.pack("<Q", (moment + msi.SINCE_1601) * 10_000_000)

    package = b"before" + stamp(1000) * 2 + b"after"
    dated = msi.dated(package, range(999, 1002), 7)
    assert dated == b"before" + stamp(7) * 2 + b"after"
    saved_later = b"before" + stamp(1000) + stamp(1001) + b"after"
    assert msi.dated(saved_later, range(999, 1002), 7) == dated
    with pytest.raises(Problem, match="when it was made"):
        msi.dated(package, range(1001, 1003), 7)


def test_without_its_tools_the_reason_is_told(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Problem, match="wixl is missing"):
        msi.package(build)


@pytest.mark.skipif(not has_tools, reason="wixl or msitools is not installed")
def test_a_package_can_be_unpacked_and_is_always_the_same(build: Build, tmp_path: Path) -> None:
    copy = replace(build, out=tmp_path / "other" / "out", work=tmp_path / "other" / "work")
    shutil.copytree(build.app, copy.app)
    copy.out.mkdir()
    (made,), (again,) = msi.package(build), msi.package(copy)
    assert made.read_bytes() == again.read_bytes()
    said = must(["msiinfo", "suminfo", made], "Reading it", {**os.environ, "TZ": "UTC"})
    assert "Created: Tue Nov 14 22:13:20 2023" in said
    assert "System.AppUserModel.ID" in must(["msiinfo", "export", made, "MsiShortcutProperty"], "")
    inside = tmp_path / "unpacked"
    must(["msiextract", "--directory", inside, made], "Unpacking it")
    (program,) = inside.rglob("parlor.exe")
    assert files_of(program.parent) == files_of(build.app)


def files_of(folder: Path) -> dict[str, bytes]:
    found = (each for each in folder.rglob("*") if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}


def test_the_package_has_the_bill_of_the_installer(build: Build) -> None:
    installer = build.out / "parlor-1.2.3-windows-x64-setup.exe"
    package = build.out / "parlor-1.2.3-windows-x64.msi"
    installer.write_bytes(b"one")
    package.write_bytes(b"other")
    with pytest.raises(Problem, match=r"needs .*-setup\.exe\.cdx\.json"):
        msi.bill(build)
    told = build.out / f"{installer.name}.cdx.json"
    number = "urn:uuid:00000000-0000-0000-0000-000000000000"
    digests = [hashlib.sha256(text).hexdigest() for text in (b"one", b"other")]
    told.write_text(f'["{number}", "{installer.name}", "{digests[0]}", "the rest"]')
    (made,) = msi.bill(build)
    other, name, digest, rest = json.loads(made.read_text())
    assert made.name == f"{package.name}.cdx.json"
    assert other.startswith("urn:uuid:")
    assert other != number
    assert [name, digest, rest] == [package.name, digests[1], "the rest"]
    told.write_text("[]")
    with pytest.raises(Problem, match="not of this installer"):
        msi.bill(build)


@given(st.sampled_from(sorted(SIZES)), st.tuples(*[st.integers(0, 255)] * 3))
@settings(max_examples=10)
def test_a_bitmap_is_what_another_painter_makes_of_it(
    size: int, ground: tuple[int, int, int]
) -> None:
    png = PICTURES[size]
    made = QImage.fromData(icon_files.bitmap(png, size + 5, size + 9, ground))
    wanted = QImage(made.size(), QImage.Format.Format_RGB32)
    wanted.fill(QColor(*ground))
    painter = QPainter(wanted)
    painter.drawImage(2, 4, QImage.fromData(png))
    painter.end()
    for y in range(made.height()):
        for x in range(made.width()):
            one, other = made.pixelColor(x, y), wanted.pixelColor(x, y)
            assert abs(one.red() - other.red()) <= 2
            assert abs(one.green() - other.green()) <= 2
            assert abs(one.blue() - other.blue()) <= 2


def test_a_picture_of_another_form_is_refused() -> None:
    grey = PICTURES[16][:25] + b"\0" + PICTURES[16][26:]
    with pytest.raises(Problem, match="not square"):
        icon_files.bitmap(grey, 20, 20, (0, 0, 0))
