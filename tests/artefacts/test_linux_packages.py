"""The packages, made of small stand-ins by what makes the real ones, and read by dpkg and rpm."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from artefacts import appdir, nfpm, tree
from artefacts.needs import UnknownLibraryError
from artefacts.plan import Build
from launch.shell import Problem
from tests.artefacts.standin import ROOT, small_build

NFPM = Path(sys.executable).parent / "nfpm"
pytestmark = [
    pytest.mark.skipif(not NFPM.exists(), reason="nfpm is not installed"),
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed"),
]


def output(*command: str | Path) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return result.stdout


def field(package: Path, name: str) -> str:
    return output("dpkg-deb", "--field", package, name).strip()


def files(package: Path) -> dict[str, tarfile.TarInfo]:
    command: list[str | Path] = ["dpkg-deb", "--fsys-tarfile", package]
    data = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name.removeprefix("."): member for member in archive}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, dict[str, Path]]:
    build = small_build(tmp_path_factory.mktemp("packages"))
    return build, {path.name: path for path in nfpm.packages(build)}


def test_both_come_in_both_forms(made: tuple[Build, dict[str, Path]]) -> None:
    assert set(made[1]) == {
        "parlor_0.2.0_amd64.deb",
        "parlor-0.2.0-1.x86_64.rpm",
        "parlor-server_0.2.0_amd64.deb",
        "parlor-server-0.2.0-1.x86_64.rpm",
    }


def test_the_app_is_where_people_and_desktops_look(made: tuple[Build, dict[str, Path]]) -> None:
    package = made[1]["parlor_0.2.0_amd64.deb"]
    found = files(package)
    assert found["/usr/bin/parlor"].linkname == "../lib/parlor/parlor"
    assert found["/usr/bin/parlor-cli"].linkname == "../lib/parlor/parlor-cli"
    # The server's own package has it; the app runs the one that it brings.
    assert "/usr/bin/parlor-server" not in found
    assert found["/usr/lib/parlor/parlor-server"].mode == 0o755
    assert found["/usr/lib/parlor/_internal/libsmall.so.1"].mode == 0o644
    assert found["/usr/lib/parlor/_internal/libsmall.so"].linkname == "libsmall.so.1"
    share = "/usr/share"
    for path in (
        f"{share}/applications/org.parlor.Parlor.desktop",
        f"{share}/metainfo/org.parlor.Parlor.metainfo.xml",
        f"{share}/icons/hicolor/scalable/apps/org.parlor.Parlor.svg",
        f"{share}/icons/hicolor/48x48/apps/org.parlor.Parlor.png",
        f"{share}/man/man1/parlor.1.gz",
        f"{share}/man/man1/parlor-cli.1.gz",
        f"{share}/doc/parlor/copyright",
        f"{share}/doc/parlor/changelog.gz",
    ):
        assert found[path].mode == 0o644, path
    assert {(member.uid, member.gid, member.mtime) for member in found.values()} == {
        (0, 0, made[0].epoch)
    }
    assert field(package, "Depends").startswith("libc6 (>= 2.")


def test_the_server_is_a_service_with_settings(made: tuple[Build, dict[str, Path]]) -> None:
    package = made[1]["parlor-server_0.2.0_amd64.deb"]
    found = files(package)
    assert found["/usr/bin/parlor-server"].linkname == "../lib/parlor-server/parlor-server"
    assert found["/etc/parlor-server/config.toml"].mode == 0o640
    assert "/usr/lib/systemd/system/parlor-server.service" in found
    assert "/usr/lib/sysusers.d/parlor-server.conf" in found
    assert output("dpkg-deb", "--info", package, "conffiles").split() == [
        "/etc/parlor-server/config.toml"
    ]
    for script in ("postinst", "prerm", "postrm"):
        assert output("dpkg-deb", "--info", package, script).startswith("#!/bin/sh\nset -e\n")


@pytest.mark.skipif(shutil.which("rpm") is None, reason="rpm is not installed")
def test_rpm_reads_them_too(made: tuple[Build, dict[str, Path]], tmp_path: Path) -> None:
    ask = ("rpm", "--dbpath", tmp_path, "-qp", "--qf", "[%{FILENAMES}\n]")
    app = output(*ask, made[1]["parlor-0.2.0-1.x86_64.rpm"]).split()
    assert "/usr/lib/parlor/parlor" in app
    assert not {"/usr", "/usr/bin", "/usr/lib"} & set(app)
    server = made[1]["parlor-server-0.2.0-1.x86_64.rpm"]
    flags = output(*ask[:-1], "[%{FILENAMES} %{FILEFLAGS:fflags}\n]", server).splitlines()
    assert "/etc/parlor-server/config.toml cn" in flags


def test_the_same_is_made_of_the_same(made: tuple[Build, dict[str, Path]], tmp_path: Path) -> None:
    again = {path.name: path for path in nfpm.packages(small_build(tmp_path / "elsewhere"))}
    for name, path in made[1].items():
        assert again[name].read_bytes() == path.read_bytes(), name


def test_what_cannot_be_packed_is_said(tmp_path: Path) -> None:
    build = small_build(tmp_path)
    laid = tree.server(build)
    build.out.rmdir()
    with pytest.raises(Problem, match=r"nfpm made no parlor-server_0\.2\.0_amd64\.deb: "):
        nfpm.pack(nfpm.SERVER, laid, nfpm.DEB)


def test_a_library_from_nowhere_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = small_build(tmp_path)
    monkeypatch.setattr("artefacts.needs.C_LIBRARY", frozenset())
    with pytest.raises(UnknownLibraryError, match=r"libc\.so\.6"):
        nfpm.packages(build)


def test_scripts_are_shell(tmp_path: Path) -> None:
    del tmp_path
    for script in (ROOT / "packaging" / "linux" / "server").glob("*/*"):
        output("sh", "-n", script)


def test_the_metadata_names_the_version(made: tuple[Build, dict[str, Path]]) -> None:
    root = made[0].work / "linux" / "parlor" / "usr" / "share"
    text = (root / "metainfo" / "org.parlor.Parlor.metainfo.xml").read_text(encoding="utf-8")
    assert '<release version="0.2.0" date="20' in text
    changelog = gzip.decompress((root / "doc" / "parlor" / "changelog.gz").read_bytes())
    assert changelog.startswith(b"parlor (0.2.0) ")


def test_the_folder_of_an_appimage_starts_each_program(tmp_path: Path) -> None:
    build = small_build(tmp_path)
    for program in ("parlor", "parlor-cli", "parlor-server"):
        said = f'#!/bin/sh\necho {program} "$@"\n'
        (build.app / program).write_text(said, encoding="utf-8")
    (folder,) = appdir.appdir(build)
    start = folder / "AppRun"
    assert output(start, "parlor:x", "--a b") == "parlor parlor:x --a b\n"
    assert output(start, "--cli", "--no-lan") == "parlor-cli --no-lan\n"
    assert output(start, "--server", "--port", "0") == "parlor-server --port 0\n"
    for name in ("org.parlor.Parlor.desktop", "org.parlor.Parlor.png", ".DirIcon"):
        assert (folder / name).resolve().is_file()
    assert appdir.appdir(build) == [folder]
