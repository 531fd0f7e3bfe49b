"""How components are painted in a list."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.domain.notices import Component
from app.ui.notices_words import licence_line
from app.ui.theme import Radius, TextSize, Weight, font
from app.ui.widgets.rows import POINTED, RowDelegate, State

ROW = 48


class ComponentDelegate(RowDelegate):
    """Paints name and version, and the licence below them."""

    def height(self, _row: Component) -> int:
        return ROW

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: Component) -> None:
        palette, tile = self._theme.palette, area.adjusted(0, 1, -1, -1)
        chosen = state & State.State_Selected
        if chosen or state & POINTED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.selected if chosen else palette.hover)
            painter.drawRoundedRect(tile, Radius.FIELD, Radius.FIELD)
        mirrored = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        lines = _Lines(painter, tile.adjusted(10, 4, -10, -4), mirrored=mirrored)
        lines.first(row.name, palette.text, row.version, palette.text2)
        lines.second(licence_line(row), palette.text2)


class _Lines:
    """Two lines of text in an area, from its leading edge."""

    def __init__(self, painter: QPainter, area: QRectF, *, mirrored: bool) -> None:
        self._painter, self._area, self._mirrored = painter, area, mirrored
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        self._align = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter

    def first(self, name: str, strong: QColor, version: str, weak: QColor) -> None:
        half = self._area.adjusted(0, 0, 0, -self._area.height() / 2)
        used = self._draw(half, name, strong, Weight.MEDIUM) + 6
        rest = half.adjusted(0, 0, -used, 0) if self._mirrored else half.adjusted(used, 0, 0, 0)
        self._draw(rest, version, weak, Weight.REGULAR)

    def second(self, text: str, colour: QColor) -> None:
        half = self._area.adjusted(0, self._area.height() / 2, 0, 0)
        self._draw(half, text, colour, Weight.REGULAR, TextSize.SMALL)

    def _draw(
        self, area: QRectF, text: str, colour: QColor, weight: Weight, size: int = TextSize.PREVIEW
    ) -> float:
        """Draw a text, cut where the area ends; how wide it became."""
        self._painter.setFont(font(size, weight))
        metrics = self._painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(int(area.width()), 0))
        self._painter.setPen(colour)
        self._painter.drawText(area, self._align, shown)
        return float(metrics.horizontalAdvance(shown))
