"""What macOS gets, as far as it can be read here."""

from __future__ import annotations

import plistlib
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.transport.lan_wire import PEER_SERVICE
from artefacts import icon_files, macos
from artefacts.plan import Build
from launch.shell import Problem
from signaling.protocol import SERVICE_TYPE

ROOT = Path(__file__).parents[2]
MACOS = ROOT / "packaging" / "macos"
SHELLCHECK = shutil.which("shellcheck", path=str(Path(sys.executable).parent))
PLUTIL = shutil.which("plistutil")
SECURITY = "com.apple.security."


def test_the_icon_holds_a_picture_of_each_size() -> None:
    file = icon_files.icns(icon_files.pictures(ROOT / "packaging" / "icons"))
    kind, length = struct.unpack_from(">4sI", file)
    assert (kind, length) == (b"icns", len(file))
    found, place = [], 8
    while place < len(file):
        kind, length = struct.unpack_from(">4sI", file, place)
        (width,) = struct.unpack_from(">I", file, place + 24)
        found.append((kind, width))
        place += length
    assert tuple(found) == icon_files.ICNS_KINDS


def test_the_network_is_asked_for_what_the_app_announces() -> None:
    announced = {name.removesuffix(".local.") for name in (SERVICE_TYPE, PEER_SERVICE)}
    assert set(macos.SERVICES) == announced


def test_the_description_can_be_read_back() -> None:
    told = macos.info_plist("1.2.3")
    assert plistlib.loads(plistlib.dumps(told)) == told
    assert told["CFBundleVersion"] == "1.2.3"
    asked = {name for name in told if name.endswith("UsageDescription")}
    assert asked == {
        "NSCameraUsageDescription",
        "NSLocalNetworkUsageDescription",
        "NSMicrophoneUsageDescription",
    }


@pytest.mark.skipif(PLUTIL is None, reason="plistutil is not installed")
def test_another_reader_agrees(tmp_path: Path) -> None:
    file, binary = tmp_path / "Info.plist", tmp_path / "binary.plist"
    file.write_bytes(plistlib.dumps(macos.info_plist("1.2.3")))
    for source in (file, MACOS / "entitlements.plist"):
        command = [PLUTIL or "", "-i", str(source), "-o", str(binary), "-f", "bin"]
        subprocess.run(command, check=True, timeout=120)
        assert plistlib.loads(binary.read_bytes()) == plistlib.loads(source.read_bytes())


def test_no_more_is_allowed_than_is_used() -> None:
    allowed = plistlib.loads((MACOS / "entitlements.plist").read_bytes())
    assert allowed == {
        f"{SECURITY}{name}": True
        for name in (
            "device.audio-input",
            "device.camera",
            "network.client",
            "network.server",
            "cs.allow-unsigned-executable-memory",
        )
    }


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
def test_the_scripts_are_clean() -> None:
    scripts = sorted(map(str, MACOS.glob("*.sh")))
    assert len(scripts) >= 4
    command = [SHELLCHECK or "", "--severity=style", *scripts]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (result.returncode, result.stdout) == (0, "")


def test_licences_lie_among_resources_and_are_found(tmp_path: Path) -> None:
    folder, app = tmp_path / "parlor", tmp_path / "Parlor.app"
    (folder / "_internal" / "licences").mkdir(parents=True)
    (folder / "_internal" / "licences" / "LICENSE").write_text("MIT")
    for inside in ("Frameworks", "Resources"):
        (app / "Contents" / inside).mkdir(parents=True)
    for _ in range(2):  # a second time changes nothing
        macos.add_licences(folder, app)
    assert (app / "Contents/Frameworks/licences/LICENSE").read_text() == "MIT"
    assert not (app / "Contents/Resources/licences").is_symlink()


@pytest.mark.skipif(sys.platform == "darwin", reason="would make an image")
def test_elsewhere_the_reason_is_told(tmp_path: Path) -> None:
    build = Build(ROOT, tmp_path, tmp_path, "1.2.3", 0, "arm64")
    with pytest.raises(Problem, match="macOS only"):
        macos.image(build)
    assert macos.bundle(replace(build, work=Path("w"))) == Path("w/frozen/Parlor.app")
    assert macos.icon(ROOT, tmp_path).read_bytes().startswith(b"icns")
