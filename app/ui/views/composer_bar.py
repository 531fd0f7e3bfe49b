"""The strip above the field: which message is being answered or edited."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.surfaces import Label

HEIGHT = 44
BAR = 3


class ComposerBar(QWidget):
    """Hidden until told what to show. `pressed` is a click on it, `closed` one on its cross."""

    pressed = Signal()
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._colour: QColor | None = None
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.title = Label(theme, TextSize.SMALL, Weight.SEMIBOLD, "accent_text", elide=True)
        self.line = Label(theme, TextSize.SMALL, tone="text2", elide=True)
        self.close_button = IconButton(theme, "x", "Cancel")
        self.close_button.setFixedSize(28, 28)
        self.close_button.clicked.connect(self.closed)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.setContentsMargins(0, 2, 0, 8)
        texts.addWidget(self.title)
        texts.addWidget(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 2, 4)
        row.addLayout(texts, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self.update)
        self.hide()

    def show_text(self, title: str, line: str, colour: QColor | None = None) -> None:
        """Show a title and a line; `colour` is that of the title, None for the accent's."""
        self._colour = colour
        self.title.setText(title)
        self.line.setText(line)
        self.setAccessibleName(f"{title}: {line}")
        self.title.set_colour(colour)
        self.show()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ink())
        painter.drawRoundedRect(QRectF(0, 3, BAR, HEIGHT - 14), BAR / 2, BAR / 2)
        painter.setPen(QPen(self._theme.palette.line, 1))
        painter.drawLine(0, HEIGHT - 4, self.width(), HEIGHT - 4)

    def _ink(self) -> QColor:
        return self._colour or self._theme.palette.accent_text
