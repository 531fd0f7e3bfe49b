from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from app.domain.ids import RoomId
from app.ui import desktop_notes as notes
from app.ui.theme import Theme
from tests.gallery.shots import settle

ROOM = RoomId(b"room".ljust(16))


async def ended(made: notes.CommandNotes) -> None:
    """Wait until all programs have ended, and were heard."""
    while made.children():
        await settle(2)
        await asyncio.sleep(0.01)


def test_a_bare_desktop_has_no_notes(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert notes.desktop_notes(theme, QWidget()) is None
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert isinstance(notes.desktop_notes(theme, QWidget()), notes.CommandNotes)


@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface")
def test_a_tray_is_used_where_there_is_one(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    window = QWidget()
    made = notes.desktop_notes(theme, window)
    assert isinstance(made, notes.TrayNotes)
    opened: list[object] = []
    made.opened.connect(opened.append)
    made.show_note(ROOM, "Ana", "hello")
    made.set_unread(3)
    assert made._tray.toolTip() == "Parlor, 3 unread"
    made._tray.messageClicked.emit()
    assert opened == [ROOM]
    made.close()
    assert not made._tray.isVisible()


@pytest.mark.parametrize("answer", ["default", "2"])
async def test_the_desktops_program_shows_a_note_and_tells_of_a_click(
    qapp: object, tmp_path: Path, answer: str
) -> None:
    assert qapp is not None
    program = tmp_path / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/said\necho {answer}\n')
    program.chmod(0o755)
    parent = QWidget()
    made = notes.CommandNotes(str(program), parent)
    opened: list[object] = []
    made.opened.connect(opened.append)
    made.set_unread(2)
    made.show_note(ROOM, "--Ana", "-<b>hello")
    await ended(made)
    said = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert said[-3:] == ["--", "--Ana", "-&lt;b&gt;hello"]
    assert opened == ([ROOM] if answer == "default" else [])


async def test_a_program_that_is_gone_or_still_shows_something_does_no_harm(
    qapp: object, tmp_path: Path
) -> None:
    assert qapp is not None
    parent = QWidget()
    gone = notes.CommandNotes(str(tmp_path / "none"), parent)
    gone.show_note(ROOM, "Ana", "hello")
    await settle(10)
    program = tmp_path / "notify-send"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    waiting = notes.CommandNotes(str(program), parent)
    waiting.show_note(ROOM, "Ana", "hello")
    await settle(10)
    (process,) = waiting.findChildren(QProcess)
    waiting.close()
    over = QProcess.ProcessState.NotRunning
    assert process.state() is over or process.waitForFinished(60_000)
