"""How components are painted in a list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.models.keyed import ROW_ROLE
from app.ui.notices_words import licence_line
from app.ui.theme import Radius, TextSize, Theme, Weight, font

ROW = 48
_LIT = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus


class ComponentDelegate(QStyledItemDelegate):
    """Paints name and version, and the licence below them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        component, palette = index.data(ROW_ROLE), self._theme.palette
        tile = QRectF(option.rect).adjusted(0, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = option.state & QStyle.StateFlag.State_Selected
        if chosen or option.state & _LIT:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.selected if chosen else palette.hover)
            painter.drawRoundedRect(tile, Radius.FIELD, Radius.FIELD)
        right_to_left = option.direction == Qt.LayoutDirection.RightToLeft
        line = _Line(painter, tile.adjusted(10, 4, -10, -4), right_to_left=right_to_left)
        line.first(component.name, palette.text, component.version, palette.text2)
        line.second(licence_line(component), palette.text2)
        painter.restore()


class _Line:
    """Two lines of text in an area, from its leading edge."""

    def __init__(self, painter: QPainter, area: QRectF, *, right_to_left: bool) -> None:
        self._painter, self._area, self._mirrored = painter, area, right_to_left
        side = Qt.AlignmentFlag.AlignRight if right_to_left else Qt.AlignmentFlag.AlignLeft
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
