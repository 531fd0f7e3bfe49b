"""Notes of the desktop: through the tray where there is one, else through `notify-send`.

A bare X11 session has neither; then a note is dropped, and nothing waits for it.
"""

from __future__ import annotations

import shutil
from enum import Enum
from html import escape
from typing import Protocol

from PySide6.QtCore import QObject, QProcess, Signal, SignalInstance
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from app.domain.ids import RoomId
from app.ui.theme import Theme, icon

SHOWN_MS = 8000
OPEN = "default"


class NoteStyle(Enum):
    """How much a note tells to whoever sees the screen."""

    FULL = "full"
    NAME = "name"
    NOTHING = "nothing"


class Notes(Protocol):
    """Shows a note; `opened` is emitted with its room when it is clicked."""

    @property
    def opened(self) -> SignalInstance: ...

    def show_note(self, room: RoomId | None, title: str, text: str) -> None: ...

    def set_unread(self, unread: int) -> None:
        """Say how many messages wait."""
        ...

    def close(self) -> None: ...


class TrayNotes(QObject):
    """Through an icon in the tray, which also brings the window back."""

    opened = Signal(object)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._room: RoomId | None = None
        self._tray = QSystemTrayIcon(self)
        self._tray.messageClicked.connect(lambda: self.opened.emit(self._room))
        self._tray.activated.connect(lambda _reason: window.activateWindow())
        self.set_unread(0)
        self._tray.show()

    def show_note(self, room: RoomId | None, title: str, text: str) -> None:
        self._room = room
        self._tray.showMessage(title, text, self._tray.icon(), SHOWN_MS)

    def set_unread(self, unread: int) -> None:
        palette = self._theme.palette
        self._tray.setIcon(icon("messages-square", palette.accent if unread else palette.text2, 22))
        self._tray.setToolTip(f"Parlor, {unread} unread" if unread else "Parlor")

    def close(self) -> None:
        self._tray.hide()


class CommandNotes(QObject):
    """Through the desktop's own program, which tells on its output that it was clicked."""

    opened = Signal(object)

    def __init__(self, program: str, parent: QObject) -> None:
        super().__init__(parent)
        self._program = program

    def show_note(self, room: RoomId | None, title: str, text: str) -> None:
        process = QProcess(self)

        def ended() -> None:
            if OPEN.encode() in bytes(process.readAllStandardOutput().data()).split():
                self.opened.emit(room)
            process.deleteLater()

        process.finished.connect(ended)
        process.errorOccurred.connect(lambda _error: process.deleteLater())
        action = f"--action={OPEN}=Open"
        process.start(
            self._program,
            ["--app-name=Parlor", f"--expire-time={SHOWN_MS}", action, "--", title, escape(text)],
        )

    def set_unread(self, unread: int) -> None:
        """The title of the window tells it."""

    def close(self) -> None:
        for process in self.findChildren(QProcess):
            process.finished.disconnect()
            process.kill()
            process.waitForFinished(200)


def desktop_notes(theme: Theme, window: QWidget) -> Notes | None:
    """Return what this desktop has for notes, None if it has nothing."""
    if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
        return TrayNotes(theme, window)
    program = shutil.which("notify-send")
    return CommandNotes(program, window) if program else None
