"""What the painted rows of all lists have in common."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.models.keyed import ROW_ROLE
from app.ui.theme import Palette, Radius, TextSize, Theme, Weight, font, paint_icon

State = QStyle.StateFlag
POINTED = State.State_MouseOver | State.State_HasFocus
"""The states in which a row that only the keys or the pointer stand on is lit."""
MARKED = State.State_MouseOver | State.State_Selected
"""The states in which a row of a list that something is picked from is lit."""


class RowDelegate(QStyledItemDelegate):
    """Paints rows; whoever derives from it says how high a row is and what is on it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def height(self, row: Any) -> int:
        """Return a row's height in pixels."""
        raise NotImplementedError

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: Any) -> None:
        """Paint a row; what is set on the painter is forgotten afterwards."""
        raise NotImplementedError

    def sizeHint(
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, self.height(index.data(ROW_ROLE)))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_row(painter, QRectF(option.rect), option.state, index.data(ROW_ROLE))
        painter.restore()


def paint_heading(painter: QPainter, area: QRectF, palette: Palette, title: str) -> None:
    """Write the heading of the rows that follow."""
    painter.setFont(font(TextSize.SMALL, Weight.SEMIBOLD))
    painter.setPen(palette.text3)
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, title)


def paint_ground(painter: QPainter, tile: QRectF, palette: Palette, *, lit: bool) -> QColor:
    """Paint what is behind a row that is lit; return the colour that is behind it now."""
    if not lit:
        return palette.panel
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.hover)
    painter.drawRoundedRect(tile, Radius.ROW, Radius.ROW)
    return palette.hover


def paint_disc(painter: QPainter, tile: QRectF, palette: Palette, *, chosen: bool) -> None:
    """Paint the disc at the end of a row that is ticked once it is chosen."""
    disc = QRectF(tile.right() - 34, tile.center().y() - 10, 20, 20)
    painter.setPen(QPen(Qt.PenStyle.NoPen) if chosen else QPen(palette.text3, 1.5))
    painter.setBrush(palette.accent if chosen else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(disc)
    if chosen:
        paint_icon(painter, disc.adjusted(4, 4, -4, -4), "check", palette.on_accent, 3)
