"""Paints what stands between rows: dates, the unread divider, who is typing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.ui.messages.layout import LEFT, NEW_BELOW, PILL, RIGHT
from app.ui.messages.wording import new_line
from app.ui.theme import TextSize, Theme, Weight, font

PILL_PAD = 12
DIVIDER_GAP = 8
OUTLINE = 0.6
DOTS = 3
DOT_RADIUS, DOT_STEP = 3.2, 11
DOT_FADE = (1.0, 0.6, 0.3)
TYPING_WIDTH, TYPING_HEIGHT = 56, 32


class BetweenPainter:
    """Draws in the theme's colours, centred between the margins."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._date = font(TextSize.SMALL, Weight.MEDIUM)
        self._new = font(TextSize.SMALL, Weight.SEMIBOLD)

    def date(
        self, painter: QPainter, text: str, top: float, width: int, *, floating: bool = False
    ) -> None:
        """Draw a date's pill with its upper edge at `top`; one that floats has an outline."""
        palette = self._theme.palette
        painter.setFont(self._date)
        box = _capsule(painter, text, top, width, (palette.pill, palette.pill_text))
        if floating:
            painter.setPen(palette.offline)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setOpacity(OUTLINE)
            painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), PILL / 2, PILL / 2)
            painter.setOpacity(1)

    def divider(self, painter: QPainter, number: int, bottom: float, width: int) -> None:
        """Draw the line above the first unread message, whose bubble begins at `bottom`."""
        palette = self._theme.palette
        top = bottom - NEW_BELOW - PILL
        painter.setFont(self._new)
        colours = (palette.accent_soft, palette.accent_text)
        box = _capsule(painter, new_line(number), top, width, colours)
        line = QColor(palette.accent)
        line.setAlphaF(0.4)
        middle = top + PILL // 2
        start, end = box.left() - DIVIDER_GAP, box.right() + DIVIDER_GAP
        painter.fillRect(QRectF(LEFT, middle, max(start - LEFT, 0), 1), line)
        painter.fillRect(QRectF(end, middle, max(width - RIGHT - end, 0), 1), line)

    def typing(self, painter: QPainter, left: float, top: float, phase: int) -> None:
        """Draw the bubble with three dots, the `phase`-th of them the strongest."""
        palette = self._theme.palette
        box = QRectF(left, top, TYPING_WIDTH, TYPING_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.bubble_in)
        painter.drawRoundedRect(box, TYPING_HEIGHT / 2, TYPING_HEIGHT / 2)
        for dot in range(DOTS):
            colour = QColor(palette.text2)
            colour.setAlphaF(DOT_FADE[(dot - phase) % DOTS])
            painter.setBrush(colour)
            centre = box.center() + QPointF((dot - 1) * DOT_STEP, 0)
            painter.drawEllipse(centre, DOT_RADIUS, DOT_RADIUS)


def _capsule(
    painter: QPainter, text: str, top: float, width: int, colours: tuple[QColor, QColor]
) -> QRectF:
    """Draw `text` in a pill between the margins; return the pill."""
    long = painter.fontMetrics().horizontalAdvance(text) + 2 * PILL_PAD
    centre = (width + LEFT - RIGHT) / 2
    box = QRectF(round(centre - long / 2), round(top), long, PILL)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours[0])
    painter.drawRoundedRect(box, PILL / 2, PILL / 2)
    painter.setPen(colours[1])
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box
