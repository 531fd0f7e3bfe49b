from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app import placement
from app.bootstrap_files import here as bulk_here
from app.config import LONGEST_LINK, parse_arguments
from app.placement import Facts, Kind, Placement, find


def facts(executable: Path, root: Path, **environ: str) -> Facts:
    return Facts(executable, True, root, environ)


def program(folder: Path, name: str = "parlor") -> Path:
    folder.mkdir(parents=True)
    (folder / name).touch()
    return folder / name


def test_a_checkout_is_started_by_its_script(tmp_path: Path) -> None:
    (tmp_path / "parlor").touch()
    found = find(Facts(Path("/usr/bin/python3"), False, tmp_path, {}))
    assert found.kind is Kind.SOURCE
    assert found.command == (str(tmp_path / "parlor"), "run")
    assert found.portable_data == tmp_path / "parlor-data"
    assert not found.is_marked()
    assert placement.here().kind is Kind.SOURCE


def test_an_installed_library_has_no_place_of_its_own(tmp_path: Path) -> None:
    found = find(Facts(Path("/usr/bin/python3"), False, tmp_path, {}))
    assert found.command == ("/usr/bin/python3", "-m", "app")
    assert found.kind is Kind.LIBRARY
    assert found.portable_data is None


def test_a_folder_keeps_its_data_beside_itself(tmp_path: Path) -> None:
    made = program(tmp_path / "stick" / "parlor")
    # The headless program finds the same.
    for executable in (made, made.with_name("parlor-cli")):
        found = find(facts(executable, tmp_path))
        assert found == Placement(
            Kind.FOLDER, (str(made),), tmp_path / "stick", made.with_name("portable")
        )
        assert found.portable_data == tmp_path / "stick" / "parlor-data"
    assert not found.is_marked()
    made.with_name("portable").touch()
    assert found.is_marked()
    windows = find(facts(made.with_name("parlor-cli.exe"), tmp_path))
    assert windows.command == (str(made.with_name("parlor.exe")),)


def test_an_image_keeps_its_data_beside_the_file(tmp_path: Path) -> None:
    made = program(tmp_path / "mount" / "usr" / "lib")
    image, mount = str(tmp_path / "Parlor.AppImage"), str(tmp_path / "mount")
    found = find(facts(made, tmp_path, APPIMAGE=image, APPDIR=mount))
    assert (found.kind, found.command, found.beside) == (Kind.APPIMAGE, (image,), tmp_path)
    assert found.marker == tmp_path / "portable"
    # A terminal from an image of its own hands its variables on.
    other = find(facts(made, tmp_path, APPIMAGE="/x.AppImage", APPDIR="/mnt/x"))
    assert other.kind is Kind.FOLDER


def test_a_bundle_is_one_thing(tmp_path: Path) -> None:
    made = program(tmp_path / "Parlor.app" / "Contents" / "MacOS")
    found = find(facts(made, tmp_path))
    assert (found.kind, found.beside) == (Kind.BUNDLE, tmp_path)
    assert found.command == (str(made),)


def test_what_the_system_installs_is_not_portable(tmp_path: Path) -> None:
    for path in ("/usr/lib/parlor/parlor", "/opt/parlor/parlor"):
        found = find(facts(Path(path), tmp_path))
        assert (found.kind, found.command) == (Kind.PACKAGE, (path,))
        assert found.portable_data is None
    boxed = find(replace(facts(Path("/app/lib/parlor/parlor"), tmp_path), flatpak=True))
    assert (boxed.kind, boxed.command) == (Kind.FLATPAK, ("parlor",))


def placed(monkeypatch: pytest.MonkeyPatch, found: Placement) -> None:
    monkeypatch.setattr("app.config.here", lambda: found)


def test_portable_keeps_everything_beside_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(monkeypatch, Placement(Kind.FOLDER, ("p",), tmp_path, tmp_path / "portable"))
    given = parse_arguments("p", "s", ["--portable"])
    assert given.data_dir == tmp_path / "parlor-data"
    assert given.downloads == tmp_path / "parlor-data" / "Downloads"
    assert (given.portable, given.use_keyring, given.last_used) == (True, False, True)
    usual = parse_arguments("p", "s", [])
    assert (usual.portable, usual.use_keyring, usual.downloads) == (False, True, None)


def test_a_file_makes_it_portable_unless_a_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(monkeypatch, Placement(Kind.FOLDER, ("p",), tmp_path, tmp_path / "portable"))
    (tmp_path / "portable").touch()
    assert parse_arguments("p", "s", []).data_dir == tmp_path / "parlor-data"
    elsewhere = parse_arguments("p", "s", ["--data-dir", "/d"])
    assert (elsewhere.data_dir, elsewhere.portable) == (Path("/d"), False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--portable", "--data-dir", "/d"], "not both"), (["--portable"], "no folder of its own")],
)
def test_portable_is_refused_where_it_means_nothing(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    placed(monkeypatch, Placement(Kind.PACKAGE, ("p",)))
    with pytest.raises(SystemExit) as ended:
        parse_arguments("p", "s", arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_window_may_be_given_a_link() -> None:
    given = parse_arguments("p", "s", ["--background", " PARLOR:abc\udcff "], window=True)
    assert (given.link, given.background) == ("PARLOR:abc?", True)
    long = parse_arguments("p", "s", ["parlor:" + "x" * 9999], window=True)
    assert len(long.link) == LONGEST_LINK
    for nothing in ([], [""]):
        assert parse_arguments("p", "s", nothing, window=True).link == ""


@pytest.mark.parametrize("text", ["rum", "https://example.org", "-x", "/etc/passwd"])
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(SystemExit):
        parse_arguments("p", "s", [text], window=True)


def test_the_headless_program_takes_no_link() -> None:
    for argument in ("parlor:abc", "--background"):
        with pytest.raises(SystemExit):
            parse_arguments("p", "s", [argument])


def test_passing_files_stay_beside_the_program_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, "before")
    placement.keep_to(tmp_path / "data")
    assert os.environ["TMPDIR"] == os.environ["TEMP"] == str(tmp_path / "data" / "tmp")
    assert (tmp_path / "data" / "tmp").stat().st_mode & 0o077 == 0
    (tmp_path / "file").touch()
    placement.keep_to(tmp_path / "file")
    assert os.environ["TMP"] == str(tmp_path / "data" / "tmp")


COPY = """
import sys
from pathlib import Path
import app.placement as placement
placement.find = lambda facts: placement.Placement(
    placement.Kind.FOLDER, ("parlor",), Path(sys.argv[1])
)
from app.cli.__main__ import main
sys.exit(main(sys.argv[2:]))
"""


def snapshot(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*")}


def test_a_portable_program_leaves_nothing_elsewhere(tmp_path: Path) -> None:
    elsewhere = {
        name: str(tmp_path / "elsewhere" / name)
        for name in (
            "HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME",
            "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
        )
    }  # fmt: skip
    for folder in elsewhere.values():
        Path(folder).mkdir(parents=True, mode=0o700)
    before = snapshot(tmp_path / "elsewhere")
    # A keyring that would be asked is noticed: it fails.
    env = {**os.environ, **elsewhere, "PYTHONDONTWRITEBYTECODE": "1"}
    said = subprocess.run(
        [sys.executable, "-c", COPY, str(tmp_path), "--portable", "--name", "Ana", "--no-lan"],
        env=env, input="", capture_output=True, text=True, check=False, timeout=150,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert '"ready"' in said.stdout
    assert snapshot(tmp_path / "elsewhere") == before
    assert (tmp_path / "parlor-data" / "vault").exists()
    assert (tmp_path / "parlor-data").stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "parlor-data").touch()
    said = subprocess.run(
        [sys.executable, "-c", COPY, str(tmp_path), "--portable", "--no-lan"],
        input="", capture_output=True, text=True, check=False, timeout=150,
    )  # fmt: skip
    assert said.returncode == 1
    assert said.stderr.startswith("parlor-cli: ")
    assert "Traceback" not in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_received_files_lie_beside_the_program_too(tmp_path: Path) -> None:
    assert bulk_here(tmp_path, tmp_path / "Downloads").downloads == tmp_path / "Downloads"
    assert bulk_here(tmp_path).downloads == Path.home() / "Downloads"
