from __future__ import annotations

import errno
import os
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.placement import Kind, Placement
from app.ui.desktop.autostart import (
    RUN_KEY,
    RUN_NAME,
    LaunchAgent,
    RegistryRun,
    XdgAutostart,
)
from app.ui.desktop.choices import DesktopChoices, choices_here, desktop_choices, xdg_folders
from app.ui.desktop.link_handler import KIND, NAME, XdgFolders, XdgLinks
from app.ui.theme.logo import DRAWING
from tests.support.desktop import eventually

PROGRAM = ("/media/ana/Parlor 2/parlor",)


class FakeRegistry:
    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str] = {}
        self.refuses = False

    def _look(self) -> None:
        if self.refuses:
            raise PermissionError

    def read(self, key: str, name: str) -> str | None:
        self._look()
        return self.values.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        self._look()
        self.values[key, name] = text

    def delete(self, key: str, name: str) -> None:
        self._look()
        self.values.pop((key, name), None)


def files_in(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_linux_starts_it_by_an_entry(tmp_path: Path) -> None:
    startup = XdgAutostart(tmp_path / "config" / "autostart", PROGRAM)
    assert not startup.is_on()
    startup.switch(True)
    assert startup.is_on()
    text = startup.path.read_text(encoding="utf-8")
    assert 'Exec="/media/ana/Parlor 2/parlor" --background\n' in text
    assert "TryExec=/media/ana/Parlor 2/parlor\n" in text
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", startup.path], check=True)
    # Another place of the program is another choice.
    assert not XdgAutostart(startup.path.parent, ("/elsewhere",)).is_on()
    startup.switch(False)
    startup.switch(False)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_a_desktop_may_switch_it_off_itself(tmp_path: Path, line: str) -> None:
    startup = XdgAutostart(tmp_path, PROGRAM)
    startup.switch(True)
    with startup.path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    assert not startup.is_on()
    startup.switch(True)
    assert startup.is_on()


def test_macos_starts_it_by_an_agent(tmp_path: Path) -> None:
    startup = LaunchAgent(tmp_path / "LaunchAgents", PROGRAM)
    assert not startup.is_on()
    startup.switch(True)
    assert startup.is_on()
    agent = plistlib.loads(startup.path.read_bytes())
    assert agent["ProgramArguments"] == [*PROGRAM, "--background"]
    assert agent["RunAtLoad"] is True
    for other in (b"", b"<plist>", b"\xff\xfe", plistlib.dumps({**agent, "Disabled": True})):
        startup.path.write_bytes(other)
        assert not startup.is_on()
    startup.path.write_bytes(plistlib.dumps([]))
    assert not startup.is_on()
    startup.switch(False)
    assert files_in(tmp_path) == []


def test_windows_starts_it_by_a_value() -> None:
    registry = FakeRegistry()
    startup = RegistryRun(registry, (r"C:\Program Files\Parlor\parlor.exe",))
    assert not startup.is_on()
    startup.switch(True)
    assert startup.is_on()
    line = r'"C:\Program Files\Parlor\parlor.exe" --background'
    assert registry.values == {(RUN_KEY, RUN_NAME): line}
    startup.switch(False)
    startup.switch(False)
    assert not registry.values
    registry.refuses = True
    assert not startup.is_on()
    with pytest.raises(AppError, match="read only"):
        startup.switch(True)


@pytest.fixture
def folders(tmp_path: Path) -> XdgFolders:
    return XdgFolders(tmp_path / "data", tmp_path / "config", (tmp_path / "system",))


def test_links_are_opened_and_given_back(folders: XdgFolders, tmp_path: Path) -> None:
    links = XdgLinks(folders, PROGRAM, DRAWING)
    assert not links.is_on()
    links.switch(True)
    assert links.is_on()
    assert files_in(tmp_path) == [
        "config/mimeapps.list",
        f"data/applications/{NAME}.desktop",
        f"data/icons/hicolor/scalable/apps/{NAME}.svg",
    ]
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", links.entry], check=True)
    assert not XdgLinks(folders, ("/elsewhere",), DRAWING).is_on()
    links.switch(False)
    links.switch(False)
    assert files_in(tmp_path) == []


def test_the_desktop_asks_us_for_links(folders: XdgFolders, tmp_path: Path) -> None:
    """What opens links for desktops of the GNOME family starts the program with them."""
    if shutil.which("gio") is None:
        pytest.skip("needs gio")
    program, got = tmp_path / "My $odd dir" / "parlor", tmp_path / "got"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > {got}.new; mv {got}.new {got}\n', "ascii")
    program.chmod(0o755)
    XdgLinks(folders, (str(program),), DRAWING).switch(True)
    env = {
        **os.environ, "XDG_DATA_HOME": str(folders.data), "XDG_CONFIG_HOME": str(folders.config),
        "XDG_DATA_DIRS": str(tmp_path / "system"), "LC_ALL": "C",
    }  # fmt: skip
    subprocess.run(["gio", "open", "parlor:AQ-_x"], env=env, check=True, timeout=60)
    eventually(got.exists, "the program with the link")
    assert got.read_text(encoding="ascii") == "parlor:AQ-_x|"


def test_what_others_have_chosen_stays(folders: XdgFolders) -> None:
    links = XdgLinks(folders, PROGRAM, DRAWING)
    odd = b"[Default Applications]\ntext/html=caf\xe9.desktop;\n"
    links.list.parent.mkdir()
    links.list.write_bytes(odd)
    links.switch(True)
    links.switch(False)
    assert links.list.read_bytes() == odd
    links.switch(True)
    other = f"[Default Applications]\n{KIND}=other.desktop;\n"
    links.list.write_text(other, encoding="ascii")
    assert not links.is_on()
    links.switch(False)
    assert links.list.read_text(encoding="ascii") == other


def test_a_list_that_is_a_link_stays_one(folders: XdgFolders, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.list"
    real.touch()
    folders.config.mkdir()
    (folders.config / "mimeapps.list").symlink_to(real)
    XdgLinks(folders, PROGRAM, DRAWING).switch(True)
    assert (folders.config / "mimeapps.list").is_symlink()
    assert KIND in real.read_text(encoding="utf-8")


def test_what_cannot_be_written_is_told(tmp_path: Path, folders: XdgFolders) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AppError, match="read only") as caught:
        XdgAutostart(tmp_path / "file", PROGRAM).switch(True)
    assert caught.value.params["folder"] == str(tmp_path / "file")
    (folders.config / "mimeapps.list").mkdir(parents=True)
    with pytest.raises(AppError, match="read only"):
        XdgLinks(folders, PROGRAM, DRAWING).switch(True)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_path: Path, _content: bytes) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(AppError, match="disk full"):
        XdgAutostart(tmp_path, PROGRAM).switch(True)
    assert files_in(tmp_path) == []


def placement(kind: Kind) -> Placement:
    return Placement(kind, PROGRAM)


def test_who_may_choose_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"XDG_DATA_DIRS": str(tmp_path / "system")}

    def offered(kind: Kind) -> tuple[bool, bool]:
        made = desktop_choices(placement(kind), environ, tmp_path)
        assert bool(made) == (made.startup is not None or made.links is not None)
        return made.startup is not None, made.links is not None

    for kind in (Kind.SOURCE, Kind.FOLDER, Kind.APPIMAGE):
        assert offered(kind) == (True, True)
    for kind in (Kind.PACKAGE, Kind.LIBRARY):
        assert offered(kind) == (True, False)
    assert offered(Kind.FLATPAK) == (False, False)
    entry = tmp_path / "system" / "applications" / "org.parlor.Parlor.desktop"
    entry.parent.mkdir(parents=True)
    entry.touch()
    assert offered(Kind.APPIMAGE) == (True, False)
    monkeypatch.setattr("sys.platform", "darwin")
    made = desktop_choices(placement(Kind.BUNDLE), environ, tmp_path)
    assert isinstance(made.startup, LaunchAgent)
    assert made.startup.path.is_relative_to(tmp_path / "Library" / "LaunchAgents")
    assert not DesktopChoices()


def test_the_usual_folders_are_used_where_none_is_named(tmp_path: Path) -> None:
    usual = xdg_folders({"XDG_DATA_HOME": "relative"}, tmp_path)
    assert usual.data == tmp_path / ".local" / "share"
    assert usual.config == tmp_path / ".config"
    assert Path("/usr/share") in usual.system
    assert choices_here().startup is not None
