"""The window before anything else: painted while asyncio, storage and networking are not loaded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, QSize
from PySide6.QtWidgets import QApplication

from app.ui.display import make_application
from app.ui.main_window import MainWindow
from app.ui.theme import Choice, Theme
from app.ui.theme.logo import logo

FIRST_PAINT_S = 2.0
"""So long everything else waits for the first paint; a window may start minimised."""

STEP_MS = 20

FRAME = 40
"""Pixels that a window manager may put above and below a window."""


def first_window(
    choice: Choice = Choice.SYSTEM,
    on_painted: Callable[[], object] | None = None,
    *,
    background: bool = False,
) -> MainWindow:
    """Make the application and show its window; return as soon as that was painted.

    `on_painted` is called right after the first paint, if there is one in time. In the
    `background` it is minimised, and nothing waits for its being painted.
    """
    window = MainWindow(_theme(_application(), choice))
    _keep_to_screen(window)
    if on_painted is not None:
        window.painted.connect(on_painted)
    if background:
        window.showMinimized()
    else:
        window.show()
        _wait_for_paint(window)
    QApplication.setWindowIcon(logo())
    return window


def keep_qt_to(folder: Path) -> None:
    """Let what Qt remembers by itself, as its file dialog does, lie in this folder."""
    native, own = QSettings.Format.NativeFormat, QSettings.Scope.UserScope
    QSettings.setPath(native, own, str(folder / "qt"))


def _keep_to_screen(window: MainWindow) -> None:
    """A small screen cut the composer off."""
    room = window.screen().availableGeometry().size() - QSize(0, FRAME)
    window.resize(window.size().boundedTo(room).expandedTo(window.minimumSize()))


def _wait_for_paint(window: MainWindow) -> None:
    end = time.monotonic() + FIRST_PAINT_S
    while not window.was_painted and time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, STEP_MS)


def _application() -> QApplication:
    app = QApplication.instance() or make_application()
    if not isinstance(app, QApplication):
        raise TypeError("there is a Qt application without windows already")
    app.setApplicationName("parlor")
    app.setApplicationDisplayName("Parlor")
    app.setDesktopFileName("org.parlor.Parlor")
    app.setQuitOnLastWindowClosed(False)
    return app


def _theme(app: QApplication, choice: Choice) -> Theme:
    theme = Theme(choice)
    theme.install(app)
    return theme
