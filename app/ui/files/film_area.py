"""Where a film is seen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtMultimedia import QVideoFrame, QVideoSink
from PySide6.QtWidgets import QWidget

from app.ui.files.viewer import GROUND, QUIET
from app.ui.theme import TextSize, font
from app.ui.voice.engine import know_overrides


class FilmArea(QWidget):
    """Paints what `sink` is given; before that a still picture, or some words."""

    pressed = Signal()

    def __init__(self, still: QImage) -> None:
        super().__init__()
        self.sink = QVideoSink(self)
        know_overrides(self.sink)
        self._still, self._words = still, ""
        self._frame = QVideoFrame()
        self.sink.videoFrameChanged.connect(self._on_frame)

    @property
    def words(self) -> str:
        return self._words

    def say(self, words: str) -> None:
        """Show words instead of pictures."""
        self._words = words
        self.setAccessibleDescription(words)
        self.update()

    def _on_frame(self, frame: QVideoFrame) -> None:
        if frame.isValid():
            self._frame = frame
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), GROUND)
        if self._words:
            painter.setPen(QUIET)
            painter.setFont(font(TextSize.BODY))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 0, -24, 0), wrapped, self._words)
        elif self._frame.isValid():
            options = QVideoFrame.PaintOptions()
            options.backgroundColor = GROUND
            self._frame.paint(painter, QRectF(self.rect()), options)
        elif not self._still.isNull():
            size = QSizeF(self._still.size())
            shown = size.scaled(QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, shown.width(), shown.height())
            place.moveCenter(QRectF(self.rect()).center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._still)
