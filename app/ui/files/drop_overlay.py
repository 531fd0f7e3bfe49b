"""What lies over a conversation while files are dragged over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.ui.files.attachment import Hovering
from app.ui.theme import Radius, TextSize, Theme, Weight, font, paint_icon

INSET = 16
TILE = 56
VEIL = 0.9
LINE = "Files and folders; you can add some words before they go"


class DropOverlay(QWidget):
    """Covers `area` while something is dragged over it that can be sent.

    Emits `dropped` with the mime data. `say` tells where it would go now; nothing is taken while
    it has no words.
    """

    dropped = Signal(object)

    def __init__(self, theme: Theme, area: QWidget, say: Callable[[], str]) -> None:
        super().__init__(area)
        self._theme, self._area, self._say, self.title = theme, area, say, ""
        self._hovering = Hovering()
        area.setAcceptDrops(True)
        self.setAcceptDrops(True)
        area.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area:
            match event:
                case QDragEnterEvent():
                    return self._entered(event)
                case QDragLeaveEvent():  # perhaps for the overlay itself, which then comes again
                    self.hide()
                case QDropEvent() if event.type() == QEvent.Type.Drop and self.isVisible():
                    self.dropEvent(event)
                    return True
        return super().eventFilter(watched, event)

    def _entered(self, event: QDragEnterEvent) -> bool:
        if not self._say() or not self._hovering.look(event.mimeData()):
            return False
        self.cover()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def cover(self) -> None:
        """Come up."""
        self.title = self._say()
        self.setAccessibleName(self.title)
        self.setGeometry(self._area.rect())
        self.raise_()
        self.show()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._hovering.look(event.mimeData()):
            self.cover()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.hide()
        self.dropped.emit(self._hovering.dropped(event.mimeData()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(palette.canvas)
        veil.setAlphaF(VEIL)
        painter.fillRect(self.rect(), veil)
        frame = QRectF(self.rect()).adjusted(INSET, INSET, -INSET, -INSET)
        painter.setPen(QPen(palette.accent, 2, Qt.PenStyle.DashLine))
        painter.setBrush(palette.accent_soft)
        painter.drawRoundedRect(frame, Radius.BUBBLE, Radius.BUBBLE)
        tile = QRectF(0, 0, TILE, TILE)
        tile.moveCenter(frame.center())
        tile.translate(0, -TILE / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent)
        painter.drawRoundedRect(tile, Radius.BUBBLE, Radius.BUBBLE)
        paint_icon(painter, tile.adjusted(16, 16, -16, -16), "upload", palette.on_accent)
        self._words(painter, frame, tile.bottom() + 14)

    def _words(self, painter: QPainter, frame: QRectF, top: float) -> None:
        palette, centre = self._theme.palette, Qt.AlignmentFlag.AlignCenter
        painter.setFont(font(TextSize.DRAWER, Weight.SEMIBOLD))
        painter.setPen(palette.text)
        width = int(frame.width()) - 32
        elide = Qt.TextElideMode.ElideRight
        title = painter.fontMetrics().elidedText(self.title, elide, width)
        painter.drawText(QRectF(frame.left(), top, frame.width(), 24), centre, title)
        painter.setFont(font(TextSize.PREVIEW))
        painter.setPen(palette.text2)
        wrapped = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(frame.left() + 16, top + 30, width, frame.bottom() - top - 30)
        painter.drawText(room, wrapped, LINE)
