"""Enter presses the button that has the focus, as the space bar does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class EnterPresses(_Button):
    """Mixed into a button. In a sheet the one with the focus is pressed, not the default one."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _ENTER:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()


class WordButton(EnterPresses, QPushButton):
    """A button with words."""


class SignButton(EnterPresses, QToolButton):
    """A button with a sign."""
