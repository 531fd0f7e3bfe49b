from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.desktop.address import LONGEST, addresses, is_ours


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder with a path as short as those of real logins."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def best(data: Path, environ: dict[str, str], *, portable: bool = False) -> Path:
    return Path(addresses(data, environ, portable=portable)[0])


def test_each_folder_has_an_address_of_its_own(tmp_path: Path, runtime: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(runtime)}
    one = best(tmp_path / "one", environ)
    assert one.parent == runtime
    assert one != best(tmp_path / "two", environ)
    (tmp_path / "one").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "one")
    assert one == best(tmp_path / "link", environ)


def test_a_portable_program_prefers_its_own_folder(runtime: Path) -> None:
    environ, data = {"XDG_RUNTIME_DIR": str(runtime)}, Path("/media/stick/parlor-data")
    own, other = addresses(data, environ, portable=True)
    assert own == str(data / "window.socket")
    assert addresses(data, environ, portable=False) == (other, own)
    long = Path("/media", "x" * LONGEST)
    assert addresses(long, {}, portable=True) == ()
    assert best(long, environ, portable=True).parent == runtime


def test_in_a_sandbox_only_one_part_is_shared(runtime: Path) -> None:
    shared = runtime / "app" / "org.parlor.Parlor"
    shared.mkdir(parents=True, mode=0o700)
    environ = {"XDG_RUNTIME_DIR": str(runtime), "FLATPAK_ID": "org.parlor.Parlor"}
    assert best(Path("/d"), environ).parent == shared


@pytest.mark.parametrize("given", ["", "run", "/nowhere/at/all", "/etc/passwd", "/usr"])
def test_a_runtime_folder_that_is_not_private_is_not_used(given: str) -> None:
    environ = {"XDG_RUNTIME_DIR": given}
    assert addresses(Path("/d"), environ, portable=False) == ("/d/window.socket",)


def test_only_our_own_sockets_are_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "s")
    assert not is_ours(path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        assert is_ours(path)
        monkeypatch.setattr(os, "getuid", lambda: Path(path).stat().st_uid + 1)
        assert not is_ours(path)
    monkeypatch.undo()
    (tmp_path / "file").touch()
    assert not is_ours(str(tmp_path / "file"))
    (tmp_path / "link").symlink_to(path)
    assert not is_ours(str(tmp_path / "link"))
