"""The statement on a version: made of what lies in dist/, and read by the app."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from app.crypto.identity import Identity
from app.domain.ids import peer_id, to_text
from app.domain.updates import DAY_MS, Platform, Release, fitting
from app.protocol.update_manifest import read_manifest
from app.storage.migrations import MIGRATIONS
from artefacts.manifest import KEY_NAME, NAME, keygen, manifest
from artefacts.plan import Build
from artefacts.steps import STEPS
from launch.shell import Problem
from resources.version import version

SIGNER = Identity(bytes(range(32)))
URL = "https://parlor.example/0.2.0"
FILES = (
    "parlor_0.2.0_amd64.deb",
    "parlor-0.2.0-1.x86_64.rpm",
    "parlor-0.2.0-linux-aarch64.tar.xz",
    "parlor-0.2.0-linux-x86_64.AppImage",
    "parlor-0.2.0-windows-x64-setup.exe",
    "parlor-0.2.0-windows-x64.msi",
    "parlor-0.2.0-macos-arm64.dmg",
)
OTHERS = (
    "parlor-server_0.2.0_amd64.deb",
    "parlor_0.2.0_amd64.deb.cdx.json",
    "parlor_0.1.0_amd64.deb",
    "SHA256SUMS",
)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    out, work = tmp_path / "dist", tmp_path / "build"
    for folder in (out, work):
        folder.mkdir()
    for name in (*FILES, *OTHERS):
        (out / name).write_text(name)
    return Build(tmp_path, out, work, "0.2.0", 1_800_000_000, "x86_64")


@pytest.fixture(autouse=True)
def _told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PARLOR_UPDATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PARLOR_UPDATE_URL", URL + "/")
    monkeypatch.setenv("PARLOR_UPDATE_KEY", to_text(SIGNER.seed))


def made(build: Build) -> Release:
    [path] = manifest(build)
    assert path == build.out / NAME
    return read_manifest(path.read_bytes(), SIGNER.peer)


def test_what_lies_there_is_described(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    release = made(build)
    assert (release.version.text, release.released) == ("0.2.0", "2027-01-15")
    assert (release.opens, release.database) == (1, len(MIGRATIONS))
    assert release.expires_ms - release.issued_ms == 180 * DAY_MS
    assert {one.name for one in release.artefacts} == set(FILES)
    first = next(one for one in release.artefacts if one.name == FILES[0])
    assert first.url == f"{URL}/{FILES[0]}"
    assert first.sha256 == hashlib.sha256(FILES[0].encode()).hexdigest()
    assert first.size == len(FILES[0])
    here = {one.name for one in fitting(release.artefacts, Platform("windows", "x86_64"))}
    assert here == set(FILES[4:6])
    [mac] = fitting(release.artefacts, Platform("macos", "aarch64"))
    assert mac.name == FILES[6]
    [arm] = fitting(release.artefacts, Platform("linux", "aarch64"))
    assert arm.name == FILES[2]
    assert f"{URL}/latest#ed25519={to_text(SIGNER.peer)}" in capsys.readouterr().out


def test_words_of_our_own(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Calls of two.\nMore.\n", encoding="utf-8")
    monkeypatch.setenv("PARLOR_UPDATE_NOTES", str(notes))
    monkeypatch.setenv("PARLOR_UPDATE_PAGE", "https://parlor.example/news")
    monkeypatch.setenv("PARLOR_UPDATE_DAYS", "30")
    release = made(build)
    assert release.notes == "Calls of two.\nMore."
    assert release.page == "https://parlor.example/news"
    assert release.expires_ms - release.issued_ms == 30 * DAY_MS


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("URL", "", "PARLOR_UPDATE_URL"),
        ("URL", "http://parlor.example", "no address"),
        ("URL", "https://parlor.example/a b", "no address"),
        ("KEY", "", "PARLOR_UPDATE_KEY"),
        ("KEY", "short", "PARLOR_UPDATE_KEY"),
        ("PAGE", "javascript:1", "would not read"),
        ("DAYS", "401", "would not read"),
        ("DAYS", "soon", "PARLOR_UPDATE_DAYS"),
    ],
)
def test_what_cannot_be_signed(
    build: Build, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"PARLOR_UPDATE_{name}", value)
    with pytest.raises(Problem, match=words):
        manifest(build)
    assert not (build.out / NAME).exists()


def test_nothing_or_something_strange_lies_there(build: Build) -> None:
    for name in FILES:
        (build.out / name).unlink()
    with pytest.raises(Problem, match="nothing of version"):
        manifest(build)
    (build.out / "parlor-0.2.0-linux-m68k.tar.xz").touch()
    with pytest.raises(Problem, match="what machine"):
        manifest(build)


def test_a_new_key(
    build: Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keygen(build) == []
    path = build.work / KEY_NAME
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = capsys.readouterr().out
    secret = path.read_text().strip()
    assert secret not in said
    with pytest.raises(Problem, match="already"):
        keygen(build)
    monkeypatch.delenv("PARLOR_UPDATE_KEY")
    monkeypatch.setenv("PARLOR_UPDATE_KEY_FILE", str(path))
    [made] = manifest(build)
    key = peer_id(said.split("#ed25519=")[1].split()[0])
    assert read_manifest(made.read_bytes(), key).version.text == "0.2.0"


def test_the_steps_are_only_taken_when_asked_for() -> None:
    asked = {step.name for step in STEPS if step.is_asked}
    assert {"update-key", "manifest"} <= asked


def test_no_source_is_built_in() -> None:
    assert (Path(__file__).parents[2] / "resources" / "update-source").read_text() == ""
    assert version()
