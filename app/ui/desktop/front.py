"""Brings the window to the front, as far as the desktop allows it."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.desktop.turn import WAYLAND_TOKEN


def bring_to_front(window: QWidget, token: str = "") -> None:
    """Show a window that may be minimised or covered; where it may not take the keys, it blinks.

    `token` is the permission of the program that was asked for it.
    """
    if token and QGuiApplication.platformName().startswith("wayland"):
        os.environ[WAYLAND_TOKEN] = token  # Qt takes it from there, once, when it activates
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)
