"""A line of small text that leads somewhere."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.ui.theme import TextSize, Theme, font
from app.ui.widgets.pressing import EnterPresses

INSET = 5
"""Room left and right of the words, for the ring around what has the keys."""


class LineButton(EnterPresses, QAbstractButton):
    """Looks like a label until it is pointed at; hidden while it says nothing."""

    def __init__(self, theme: Theme, tip: str) -> None:
        super().__init__()
        self._theme = theme
        self.setFont(font(TextSize.SMALL))
        self.setToolTip(tip)
        self.setAccessibleDescription(tip)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.say("")

    def say(self, words: str) -> None:
        """Say this; "" takes it away."""
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
        self.setVisible(bool(words))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + 2 * INSET
        return QSize(width, metrics.height() + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(palette.accent_text if self.underMouse() else palette.text2)
        elide = Qt.TextElideMode.ElideRight
        room = self.rect().adjusted(INSET, 0, -INSET, 0)
        shown = self.fontMetrics().elidedText(self.text(), elide, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(palette.accent, 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
