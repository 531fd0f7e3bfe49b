from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app.services.notices.wheels import plain_name
from artefacts import contents
from artefacts.contents import Contents, Host, load_hosts, look, package_of
from tests.artefacts.frozen import ELF, freeze, lay, native


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    return look(freeze(tmp_path_factory.mktemp("frozen") / "parlor"))


def test_every_file_has_an_owner(found: Contents) -> None:
    assert [plain_name(each.name) for each in found.distributions] == [
        "aioice", "aiortc", "av", "pyside6-essentials", "segno", "shiboken6",
    ]  # fmt: skip
    assert found.natives == {
        native("av.libs/libopus"): "av",
        native("av.libs/libx264"): "av",
        native("PySide6/QtCore."): "pyside6-essentials",
    }
    assert found.stand_ins == {native("av.libs/libx265")}
    assert {name: host.name for name, host in found.hosts.items()} == {"libffi.so.8": "libffi"}
    assert found.interpreter == ("libpython3.11.so.1.0", "python3.11/lib-dynload/_ssl.so")
    assert found.programs == ("parlor",)
    assert found.resources == {"fonts/Inter-Regular.ttf"}
    assert found.strays == ()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("libsecret.so.1", ELF),
        ("av.libs/libunheard-of.so.1", ELF),
        ("strange/module.pyc", b"code"),
        ("unnamed", b"MZ of Windows"),
        ("of_a_mac", b"\xcf\xfa\xed\xfe"),
    ],
)
def test_what_is_nobodys_is_named(tmp_path: Path, name: str, data: bytes) -> None:
    lay(tmp_path / "parlor", name, data)
    assert look(tmp_path / "parlor").strays == (name,)


def test_data_of_nobody_is_no_code(tmp_path: Path) -> None:
    lay(tmp_path / "parlor", "signaling/static/join.html", b"<html>")
    assert look(tmp_path / "parlor").strays == ()


def test_names_of_windows_are_known_in_any_case(tmp_path: Path) -> None:
    lay(tmp_path / "parlor", "VCRUNTIME140_1.dll", b"MZ")
    lay(tmp_path / "parlor", "python311.dll", b"MZ")
    found = look(tmp_path / "parlor")
    assert found.strays == ()
    assert found.hosts["VCRUNTIME140_1.dll"].name == "Microsoft Visual C++ runtime"


def test_the_table_may_be_another(tmp_path: Path) -> None:
    lay(tmp_path / "parlor", "libsecret.so.1", ELF)
    host = Host("Secret", "MIT", "", ("libsecret.so*",))
    assert look(tmp_path / "parlor", [host]).hosts == {"libsecret.so.1": host}


def test_each_host_library_is_in_the_table_once() -> None:
    names = [host.name for host in load_hosts()]
    assert len(names) == len(set(names))


def test_a_package_is_asked_for_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["libffi8:amd64: /usr/lib/libffi.so.8\n", "libffi8\n3.4.4-1\namd64\n"])
    monkeypatch.setattr(contents, "_ask", lambda *_command: next(answers))
    package = package_of("libffi.so.8")
    assert package is not None
    assert (package.name, package.version, package.architecture) == ("libffi8", "3.4.4-1", "amd64")


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError("dpkg-query"), subprocess.CalledProcessError(1, "dpkg-query")],
)
def test_without_a_package_there_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_command: str) -> str:
        raise error

    monkeypatch.setattr(contents, "_ask", fail)
    assert package_of("libffi.so.8") is None
