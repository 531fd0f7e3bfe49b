"""How files are painted in lists, and how what can be done with them is asked for."""

from __future__ import annotations

from PySide6.QtCore import (
    QPoint,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter

from app.domain.files import TransferState, TransferView
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.files.deeds import GLYPHS, Deed, deeds
from app.ui.files.model import FileRow, FileSection, TransfersModel
from app.ui.models.keyed import ROW_ROLE
from app.ui.theme import Radius, TextSize, Theme, Weight, font, paint_icon
from app.ui.widgets.lists import RowList
from app.ui.widgets.rows import POINTED, RowDelegate, State, paint_ground, paint_heading

FILE, SECTION = 54, 34
INSET, TILE = 12, 36
ICON = 28
ROOMY = 420
"""From this width on a row has its deeds beside it, below it dots that open a menu."""
_BESIDE = (Deed.ACCEPT, Deed.PAUSE, Deed.RESUME, Deed.SHOW, Deed.DECLINE, Deed.CANCEL)


def spots(view: TransferView, row: QRectF) -> list[tuple[QRectF, Deed | None]]:
    """Where the deeds of a row are, from the left; None stands for the dots of its menu."""
    offered = deeds(view)
    shown: list[Deed | None] = [deed for deed in _BESIDE if deed in offered]
    if row.width() < ROOMY:
        shown = [None] if offered else []
    left = row.right() - INSET - 4 - ICON * len(shown)
    top = row.center().y() - ICON / 2
    return [(QRectF(left + at * ICON, top, ICON, ICON), deed) for at, deed in enumerate(shown)]


class FileDelegate(RowDelegate):
    """Paints icon, name, line, progress, and what can be done."""

    def __init__(self, theme: Theme, model: TransfersModel) -> None:
        super().__init__(theme)
        self._model = model

    def height(self, row: FileRow) -> int:
        return SECTION if isinstance(row, FileSection) else FILE

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: FileRow) -> None:
        if isinstance(row, FileSection):
            paint_heading(painter, area.adjusted(20, 8, -20, 0), self._theme.palette, row.title)
        else:
            self._paint_file(painter, area, row, lit=bool(state & POINTED))

    def _paint_file(
        self, painter: QPainter, area: QRectF, view: TransferView, *, lit: bool
    ) -> None:
        palette = self._theme.palette
        tile = area.adjusted(INSET, 1, -INSET, -1)
        paint_ground(painter, tile, palette, lit=lit)
        square = QRectF(tile.left() + 8, tile.center().y() - TILE / 2, TILE, TILE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent_soft)
        painter.drawRoundedRect(square, Radius.CODE, Radius.CODE)
        glyph = phrases.glyph(view.name, is_folder=view.is_folder)
        paint_icon(painter, square.adjusted(9, 9, -9, -9), glyph, palette.accent_text)
        texts = tile.adjusted(56, 0, -8, 0)
        for at, (box, deed) in enumerate(spots(view, area)):
            colour = palette.text2 if lit else palette.text3
            name = GLYPHS[deed] if deed else "ellipsis"
            paint_icon(painter, box.adjusted(5, 5, -5, -5), name, colour, 2)
            if not at:
                texts.setRight(box.left() - 6)
        self._paint_texts(painter, texts, view, short=area.width() < ROOMY)

    def _paint_texts(
        self, painter: QPainter, area: QRectF, view: TransferView, *, short: bool
    ) -> None:
        palette, width = self._theme.palette, int(area.width())
        bar = phrases.has_bar(view)
        middle = area.center().y() - (3 if bar else 0)
        painter.setFont(font(TextSize.PREVIEW, Weight.SEMIBOLD))
        painter.setPen(palette.text)
        name = shown_name(view.name)
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, width)
        upper = QRectF(area.left(), middle - 19, area.width(), 19)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(upper, left, shown)
        painter.setFont(font(TextSize.SMALL, tabular=True))
        wrong = view.state is TransferState.FAILED
        painter.setPen(palette.danger if wrong else palette.text2)
        line = self._model.line(view, short=short)
        elided = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(area.left(), middle, area.width(), 18), left, elided)
        if bar:
            whole = QRectF(area.left(), middle + 20, area.width(), 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.line)
            painter.drawRoundedRect(whole, 1.5, 1.5)
            share = min(view.done / view.size, 1.0) if view.size else 1.0
            whole.setWidth(max(whole.width() * share, 3))
            painter.setBrush(palette.accent)
            painter.drawRoundedRect(whole, 1.5, 1.5)


class FileList(RowList):
    """Emits `deed_wanted` with a transfer and a deed; `menu_wanted` and `chosen` as any list."""

    deed_wanted = Signal(object, object)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = index.data(ROW_ROLE)
        if event.button() == Qt.MouseButton.LeftButton and isinstance(row, TransferView):
            for box, deed in spots(row, QRectF(self.visualRect(index))):
                if box.contains(QPointF(event.position())):
                    self.setCurrentIndex(index)
                    self._press(row, deed, box)
                    return
        super().mousePressEvent(event)

    def _press(self, row: TransferView, deed: Deed | None, box: QRectF) -> None:
        if deed is None:
            below = box.bottomLeft().toPoint() + QPoint(0, 2)
            self.menu_wanted.emit(row, self.viewport().mapToGlobal(below))
        else:
            self.deed_wanted.emit(row, deed)
