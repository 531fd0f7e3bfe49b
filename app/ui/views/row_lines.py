"""The two lines of text of a sidebar's row, with what stands at their ends."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from app.ui.theme import TextSize, Theme, Weight, font, paint_icon

CENTRE = Qt.AlignmentFlag.AlignVCenter
BADGE, DOT, MARK = 20, 10, 14


class RowLines:
    """The two lines of text beside an avatar; whatever is painted narrows what is left."""

    def __init__(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        self._painter, self._palette = painter, theme.palette
        middle = area.center().y()
        self._upper = QRectF(area.left(), middle - 21, area.width(), 20)
        self._lower = QRectF(area.left(), middle, area.width(), 20)

    def _width(self, text: str, face: QFont) -> float:
        self._painter.setFont(face)
        return self._painter.fontMetrics().horizontalAdvance(text)

    def _draw(self, area: QRectF, text: str, colour: QColor) -> None:
        metrics = self._painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        self._painter.setPen(colour)
        self._painter.drawText(area, CENTRE, shown)

    def time(self, text: str, colour: QColor) -> None:
        width = self._width(text, font(TextSize.SMALL, Weight.MEDIUM, tabular=True))
        area = self._upper.adjusted(self._upper.width() - width - 1, 0, 0, 0)
        self._draw(area, text, colour)
        self._upper.setRight(area.left() - 6)

    def tick(self, name: str, colour: QColor) -> None:
        if name:
            square = QRectF(self._upper.right() - 16, self._upper.top() + 2, 16, 16)
            paint_icon(self._painter, square, name, colour, 2)
            self._upper.setRight(square.left() - 6)

    def badge(self, text: str, *, quiet: bool) -> None:
        """Draw a number on a pill; a `quiet` one in grey."""
        width = max(float(BADGE), self._width(text, font(TextSize.SMALL, Weight.SEMIBOLD)) + 12)
        area = QRectF(self._lower.right() - width, self._lower.top(), width, BADGE)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._palette.muted if quiet else self._palette.accent)
        self._painter.drawRoundedRect(area, BADGE / 2, BADGE / 2)
        self._painter.setPen(self._palette.on_accent)
        self._painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        self._lower.setRight(area.left() - 6)

    def dot(self, *, quiet: bool) -> None:
        """Draw the mark of a conversation that was marked as unread."""
        centre = QPointF(self._lower.right() - DOT / 2 - 4, self._lower.center().y())
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._palette.muted if quiet else self._palette.accent)
        self._painter.drawEllipse(centre, DOT / 2, DOT / 2)
        self._lower.setRight(centre.x() - DOT / 2 - 6)

    def mark(self, name: str) -> None:
        """Draw a small icon at the end of the lower line."""
        square = QRectF(self._lower.right() - MARK, self._lower.top() + 3, MARK, MARK)
        paint_icon(self._painter, square, name, self._palette.text3, 2)
        self._lower.setRight(square.left() - 6)

    def upper(self, text: str, mark: str = "") -> None:
        """Draw the title, and right after it a small icon if there is one."""
        face = font(TextSize.BODY, Weight.SEMIBOLD)
        room = self._upper.width() - (MARK + 5 if mark else 0)
        width = min(self._width(text, face), room)
        title = QRectF(self._upper.left(), self._upper.top(), max(room, 0), self._upper.height())
        self._draw(title, text, self._palette.text)
        if mark:
            square = QRectF(title.left() + width + 5, self._upper.top() + 3, MARK, MARK)
            paint_icon(self._painter, square, mark, self._palette.text3, 2)

    def lead(self, text: str, colour: QColor) -> None:
        if text:
            width = self._width(text, font(TextSize.PREVIEW, Weight.MEDIUM))
            self._draw(self._lower, text, colour)
            self._lower.setLeft(min(self._lower.left() + width + 4, self._lower.right()))

    def lower(
        self, text: str, colour: QColor | None = None, weight: Weight = Weight.REGULAR
    ) -> None:
        self._painter.setFont(font(TextSize.PREVIEW, weight))
        self._draw(self._lower, text, colour or self._palette.text2)
