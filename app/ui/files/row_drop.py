"""Files dragged over a list of conversations: which one they would go to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.ui.files.attachment import Hovering, has_files
from app.ui.models.keyed import ROW_ROLE
from app.ui.theme import Radius, Theme, paint_icon
from app.ui.widgets.lists import RowList

TINT = 0.28
EDGE = 24
"""Pixels at which the list moves on."""


class RowDrop(QWidget):
    """A frame around the row below the pointer; `dropped` carries the row's value and mime data.

    `takes` tells whether a row's value can be given files.
    """

    dropped = Signal(object, object)

    def __init__(self, theme: Theme, rows: RowList, takes: Callable[[object], bool]) -> None:
        super().__init__(rows.viewport())
        self._theme, self._rows, self._takes = theme, rows, takes
        self._index = QPersistentModelIndex()
        self._hovering = Hovering()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        rows.viewport().setAcceptDrops(True)
        rows.viewport().installEventFilter(self)
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        match event:
            case QDragEnterEvent():  # a kind of moving; if refused, no move would follow
                self._moved(event)
                event.setAccepted(has_files(event.mimeData()))
            case QDragMoveEvent():
                self._moved(event)
            case QDragLeaveEvent():
                self.hide()
            case QDropEvent():
                self._dropped(event)
            case _:
                return False
        return True

    def _moved(self, event: QDragMoveEvent) -> None:
        at = event.position().toPoint()
        if not self._hovering.look(event.mimeData()):
            event.ignore()
            return
        self._scroll(at)
        self._index = QPersistentModelIndex(self._rows.indexAt(at))
        if self._index.isValid() and self._takes(self._index.data(ROW_ROLE)):
            self.setGeometry(self._rows.visualRect(self._rows.indexAt(at)))
            self.raise_()
            self.show()
            event.setDropAction(Qt.DropAction.CopyAction)
        else:
            self.hide()
        event.setAccepted(not self.isHidden())

    def _scroll(self, at: QPoint) -> None:
        bar = self._rows.verticalScrollBar()
        if at.y() < EDGE:
            bar.setValue(bar.value() - EDGE)
        elif at.y() > self._rows.viewport().height() - EDGE:
            bar.setValue(bar.value() + EDGE)

    def _dropped(self, event: QDropEvent) -> None:
        taken = not self.isHidden()
        self.hide()
        if taken:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            mime = self._hovering.dropped(event.mimeData())
            self.dropped.emit(self._index.data(ROW_ROLE), mime)
        else:
            event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = QColor(palette.accent_soft)
        tint.setAlphaF(TINT)
        painter.setPen(QPen(palette.accent, 2))
        painter.setBrush(tint)
        frame = QRectF(self.rect()).adjusted(9, 2, -9, -2)
        painter.drawRoundedRect(frame, Radius.ROW, Radius.ROW)
        disc = QRectF(0, 0, 28, 28)
        disc.moveCenter(frame.center())
        disc.moveRight(frame.right() - 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent)
        painter.drawEllipse(disc)
        paint_icon(painter, disc.adjusted(6, 6, -6, -6), "upload", palette.on_accent, 2)
