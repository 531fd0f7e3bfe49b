from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.desktop.address import LONGEST, address, is_ours


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder with a path as short as those of real logins."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_each_folder_has_an_address_of_its_own(tmp_path: Path, runtime: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(runtime)}
    one = address(tmp_path / "one", environ, portable=False)
    assert Path(one).parent == runtime
    assert one != address(tmp_path / "two", environ, portable=False)
    (tmp_path / "one").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "one")
    assert one == address(tmp_path / "link", environ, portable=False)


def test_a_portable_program_puts_nothing_elsewhere(runtime: Path) -> None:
    environ, data = {"XDG_RUNTIME_DIR": str(runtime)}, Path("/media/stick/parlor-data")
    assert address(data, environ, portable=True) == str(data / "window.socket")
    long = Path("/media", "x" * LONGEST)
    assert address(long, environ, portable=True) == ""
    assert address(long, environ, portable=False).startswith(str(runtime))


def test_in_a_sandbox_only_one_part_is_shared(runtime: Path) -> None:
    shared = runtime / "app" / "org.parlor.Parlor"
    shared.mkdir(parents=True, mode=0o700)
    environ = {"XDG_RUNTIME_DIR": str(runtime), "FLATPAK_ID": "org.parlor.Parlor"}
    assert Path(address(Path("/d"), environ, portable=False)).parent == shared


@pytest.mark.parametrize("given", ["", "run", "/nowhere/at/all", "/etc/passwd", "/usr"])
def test_a_runtime_folder_that_is_not_private_is_not_used(given: str) -> None:
    assert address(Path("/d"), {"XDG_RUNTIME_DIR": given}, portable=False) == "/d/window.socket"


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
