"""The pop-up above the field that completes `@names` and `:emoji:`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from app.ui.models.keyed import KeyedListModel
from app.ui.theme import Radius, TextSize, Theme, Weight, font
from app.ui.widgets.lists import RowList
from app.ui.widgets.rows import MARKED, RowDelegate, State

ROW = 34
SHOWN = 7
WIDTH = 300


@dataclass(frozen=True, slots=True)
class Offer:
    """`text` takes the place of what was typed; `mark` and `line` are what is shown of it."""

    text: str
    mark: str
    line: str


class OffersModel(KeyedListModel[Offer]):
    def __init__(self) -> None:
        super().__init__(lambda row: row)

    def text(self, row: Offer) -> str:
        return f"{row.mark} {row.line}".strip()


class OfferDelegate(RowDelegate):
    """Paints an offer in one line."""

    def height(self, _row: Offer) -> int:
        return ROW

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: Offer) -> None:
        palette = self._theme.palette
        if state & MARKED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.selected)
            painter.drawRoundedRect(area.adjusted(4, 1, -4, -1), Radius.CODE, Radius.CODE)
        inner = area.adjusted(14, 0, -10, 0)
        painter.setFont(font(TextSize.BODY, Weight.MEDIUM))
        painter.setPen(palette.text)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, middle, row.mark)
        inner.setLeft(inner.left() + painter.fontMetrics().horizontalAdvance(row.mark) + 8)
        painter.setFont(font(TextSize.PREVIEW))
        painter.setPen(palette.text2)
        elide = Qt.TextElideMode.ElideRight
        line = painter.fontMetrics().elidedText(row.line, elide, max(int(inner.width()), 0))
        painter.drawText(inner, middle, line)


class CompletionPopup(QWidget):
    """Lies above the field; the field keeps the focus and hands the keys on."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = OffersModel()
        self.list = RowList("Completions", self._model, OfferDelegate(theme))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 5, 1, 5)
        column.addWidget(self.list)
        self.hide()

    def offer(self, offers: Sequence[Offer], above: QRect) -> None:
        """Show these above a rectangle of the parent; none hides the pop-up."""
        if not offers:
            self.hide()
            return
        self._model.set_rows(offers)
        self.list.choose_first()
        height = min(len(offers), SHOWN) * ROW + 10
        width = min(WIDTH, above.width())
        self.setGeometry(above.left(), above.top() - height - 4, width, height)
        self.show()
        self.raise_()

    def current(self) -> Offer | None:
        """The offer that Enter takes; None while the pop-up is hidden."""
        row = self.list.current_row()
        return row if self.isVisible() and isinstance(row, Offer) else None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.palette.line, 1))
        painter.setBrush(self._theme.palette.panel)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), Radius.CARD, Radius.CARD)
