"""What desktops, software centres, manuals and the service manager read, read by their tools."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from artefacts import icons, tree
from signaling.config import load_config
from tests.artefacts.standin import ROOT, small_build

APP = ROOT / "packaging" / "linux" / "app"
SERVER = ROOT / "packaging" / "linux" / "server"
ENTRY = APP / "org.parlor.Parlor.desktop"
PAGES = {
    "app": APP / "parlor.1",
    "app.cli": APP / "parlor-cli.1",
    "signaling": SERVER / "parlor-server.8",
}
BOTTOM_ROUGH = 6
"""How far the mean of a picture's colours may be from what is drawn here; 0 to 255."""


def run(*command: str | Path) -> tuple[int, str]:
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return result.returncode, result.stdout + result.stderr


def entry() -> configparser.SectionProxy:
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(ENTRY, encoding="utf-8")
    return read["Desktop Entry"]


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="not installed")
def test_the_entry_is_valid() -> None:
    assert run("desktop-file-validate", "--warn-kde", ENTRY) == (0, "")


def test_the_entry_opens_links_with_the_app() -> None:
    found = entry()
    assert found["Exec"] == "parlor %u"
    assert found["MimeType"] == "x-scheme-handler/parlor;"
    assert found["Icon"] == tree.APP_ID


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="not installed")
def test_the_metadata_is_valid(tmp_path: Path) -> None:
    file = tmp_path / f"{tree.APP_ID}.metainfo.xml"
    file.write_text(tree.metainfo(small_build(tmp_path)), encoding="utf-8")
    code, said = run("appstreamcli", "validate", "--no-net", "--no-color", file)
    assert code == 0, said


def test_the_metadata_fits_the_entry(tmp_path: Path) -> None:
    top = ET.fromstring(tree.metainfo(small_build(tmp_path)))  # noqa: S314 - our own
    assert top.findtext("id") == tree.APP_ID
    assert top.findtext("launchable") == ENTRY.name
    named = {category.text for category in top.iter("category")}
    assert named < set(entry()["Categories"].split(";"))


def test_metadata_without_a_place_for_releases_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "packaging" / "linux" / "app"
    folder.mkdir(parents=True)
    (folder / f"{tree.APP_ID}.metainfo.xml").write_text("<component/>", encoding="utf-8")
    build = small_build(tmp_path / "b")
    with pytest.raises(ValueError, match="no place for releases"):
        tree.metainfo(type(build)(tmp_path, build.out, build.work, "1", 0, "x86_64"))


@pytest.mark.parametrize("size", icons.SIZES)
def test_the_pictures_are_of_the_drawing(qtbot: QtBot, size: int) -> None:
    del qtbot
    kept = QImage(str(icons.FOLDER / f"{size}.png"))
    assert kept.size() == QSize(size, size)
    drawn = icons.draw(size)
    fresh = QImage.fromData(icons.png(drawn))
    pairs = zip(colours(kept), colours(fresh), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= BOTTOM_ROUGH
    assert kept.pixelColor(0, 0).alpha() == 0


def colours(image: QImage) -> bytes:
    """Return the colours of the picture, scaled to few points."""
    small = image.convertToFormat(QImage.Format.Format_RGBA8888_Premultiplied).scaled(8, 8)
    return bytes(small.constBits())


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="not installed")
@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.name)
def test_manuals_are_well_formed(page: Path) -> None:
    _, said = run("mandoc", "-T", "lint", "-W", "warning", page)
    assert said == ""


@pytest.mark.parametrize(("module", "page"), PAGES.items())
def test_manuals_tell_every_option(module: str, page: Path) -> None:
    code, said = run(sys.executable, "-m", module, "--help")
    assert code == 0
    offered = set(re.findall(r"--([a-z][a-z-]+)", said))
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:Fl|,) -([a-z-]+)", text)) == offered


def test_the_settings_that_come_with_the_server_are_ones() -> None:
    config = load_config(["--config", str(SERVER / "config.toml")], {})
    assert (config.port, config.advertise, config.admin_token) == (8765, True, "")


def test_the_user_is_the_one_of_the_unit() -> None:
    unit = (ROOT / "packaging" / "systemd" / "parlor-server.service").read_text(encoding="utf-8")
    kind, name, *_ = (SERVER / "sysusers.conf").read_text(encoding="utf-8").split()
    assert (kind, f"User={name}" in unit.splitlines()) == ("u", True)
    assert "/etc/parlor-server/config.toml" in unit


def test_the_flatpak_is_filled_from_what_the_build_lays_out() -> None:
    manifest = ROOT / "packaging" / "flatpak" / "org.parlor.Parlor.yaml"
    read = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    assert (read["id"], manifest.stem, read["command"]) == (tree.APP_ID, tree.APP_ID, "parlor")
    (source,) = read["modules"][0]["sources"]
    assert (manifest.parent / source["path"]).resolve() == ROOT / "dist" / "Parlor.AppDir"
    assert "--filesystem=home" not in read["finish-args"]
