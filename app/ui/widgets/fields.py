"""One-line fields."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit

from app.ui.theme import TextSize, Theme, font, paint_icon

PASSPHRASE_LIMIT = 1024


class SearchField(QLineEdit):
    """A field with a magnifier; arrows and Enter are offered to the list below it."""

    stepped = Signal(int)
    """Down (1) or Up (-1) was pressed."""

    left = Signal()
    """Esc was pressed in the empty field."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.setFont(font(TextSize.PREVIEW))
        self.setMinimumHeight(36)
        self.setTextMargins(26, 0, 0, 0)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        square = QRectF(11, (self.height() - 16) / 2, 16, 16)
        paint_icon(QPainter(self), square, "search", self._theme.palette.text2, 2)

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # else the window's own Esc would come first
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self.stepped.emit(1)
            case Qt.Key.Key_Up:
                self.stepped.emit(-1)
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)


def text_field(name: str, placeholder: str = "", *, limit: int = 0) -> QLineEdit:
    """A labelled field; `limit` is the greatest number of characters, 0 for no limit."""
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    field.setMinimumHeight(38)
    if limit:
        field.setMaxLength(limit)
    return field


def passphrase_field(name: str, placeholder: str = "") -> QLineEdit:
    """A field whose text is shown as dots."""
    field = text_field(name, placeholder or name, limit=PASSPHRASE_LIMIT)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
