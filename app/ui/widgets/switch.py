"""A choice between on and off."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from app.ui.theme import TextSize, Theme, font

TRACK = QSize(36, 20)
KNOB = 14
DISABLED = 0.45


class Switch(QCheckBox):
    """A check box that looks like a switch; the words stand before it."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(text)
        self._theme = theme
        self.setAccessibleName(text)
        self.setFont(font(TextSize.BODY))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + 16 + TRACK.width(), 32)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        painter.setPen(palette.text)
        area = self.rect().adjusted(0, 0, -TRACK.width() - 8, 0)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)
        track = QRectF(self.width() - TRACK.width() - 1, 0, TRACK.width(), TRACK.height())
        track.moveTop((self.height() - TRACK.height()) / 2)
        painter.setPen(QPen(palette.text, 1.5) if self.hasFocus() else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(palette.accent if self.isChecked() else palette.text3)
        painter.drawRoundedRect(track, TRACK.height() / 2, TRACK.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.on_accent)
        knob = QRectF(0, 0, KNOB, KNOB)
        knob.moveCenter(track.center())
        edge = track.right() - KNOB - 3 if self.isChecked() else track.left() + 3
        knob.moveLeft(edge)
        painter.drawEllipse(knob)
