"""Shows pictures one at a time, as large as the window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.files import TransferView
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight, font, icon
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.columns import middle_lines
from app.ui.widgets.surfaces import Label

GROUND = QColor(12, 13, 18)
INK, QUIET = QColor(255, 255, 255), QColor(185, 189, 203)
BAR = 56
MOST_ZOOM, STEP = 8.0, 1.25
GONE = "This picture cannot be shown. It may have been moved or changed."

Load = Callable[[TransferView], Awaitable[QImage]]


class PictureArea(QWidget):
    """One picture: fitted, or zoomed in and moved about with the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self._image, self._words = QImage(), ""
        self.zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self._pressed: QPointF | None = None

    def show_image(self, image: QImage, words: str = "") -> None:
        """Show a picture whole, or some words instead."""
        self._image, self._words = image, words
        self.zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self.update()

    @property
    def image(self) -> QImage:
        return self._image

    def zoom_by(self, factor: float) -> None:
        """Come nearer or go away, between the whole picture and eight times that."""
        self.zoom = min(max(self.zoom * factor, 1.0), MOST_ZOOM)
        if self.zoom == 1.0:
            self._middle = QPointF(0.5, 0.5)
        self.update()

    def place(self) -> QRectF:
        """Where the picture lies now, beyond the edges where it is zoomed in."""
        area, size = QRectF(self.rect()), QSizeF(self._image.size())
        fitted = size.scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        if fitted.width() > size.width():
            fitted = size
        shown = fitted * self.zoom
        found = QRectF(QPointF(), shown)
        found.moveCenter(area.center())
        found.translate(
            (0.5 - self._middle.x()) * shown.width(), (0.5 - self._middle.y()) * shown.height()
        )
        return found

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or self.zoom == 1.0 or self._image.isNull():
            return
        by, self._pressed = event.position() - self._pressed, event.position()
        shown = self.place()
        x = self._middle.x() - by.x() / shown.width()
        y = self._middle.y() - by.y() / shown.height()
        self._middle = QPointF(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._pressed = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.zoom_by(2.0 if self.zoom == 1.0 else 1 / MOST_ZOOM)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), GROUND)
        if self._image.isNull():
            painter.setPen(QUIET)
            painter.setFont(font(TextSize.BODY))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 0, -24, 0), wrapped, self._words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.place(), self._image)


class Viewer(QDialog):
    """Left and Right turn to the others, + and - zoom, Esc closes.

    `opened` and `shown_in_folder` carry the file that is in front.
    """

    opened = Signal(object)
    shown_in_folder = Signal(object)

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        files: Sequence[TransferView],
        load: Load,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._files, self._load = tasks, list(files), load
        self._at = 0
        self.setWindowTitle("Picture")
        self.setAccessibleName("Picture")
        self.area = PictureArea()
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setFocus()
        self.name = Label(theme, TextSize.BODY, Weight.SEMIBOLD, elide=True)
        self.line = Label(theme, TextSize.SMALL, elide=True)
        self.name.set_colour(INK)
        self.line.set_colour(QUIET)
        self.previous = self._button(theme, "chevron-left", "Previous", lambda: self.turn(-1))
        self.next = self._button(theme, "chevron-right", "Next", lambda: self.turn(1))
        self._lay_out(theme)
        self.resize(parent.size())

    @property
    def current(self) -> TransferView:
        return self._files[self._at]

    def start_at(self, view: TransferView) -> None:
        """Begin with this one."""
        ids = [each.transfer for each in self._files]
        self._at = ids.index(view.transfer) if view.transfer in ids else 0
        self._show()

    def turn(self, by: int) -> None:
        """Go on to the next, or back, as far as there are any."""
        at = self._at + by
        if 0 <= at < len(self._files):
            self._at = at
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Up | Qt.Key.Key_PageUp:
                self.turn(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down | Qt.Key.Key_PageDown | Qt.Key.Key_Space:
                self.turn(1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.area.zoom_by(STEP)
            case Qt.Key.Key_Minus:
                self.area.zoom_by(1 / STEP)
            case Qt.Key.Key_0:
                self.area.zoom_by(1 / MOST_ZOOM)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), GROUND)

    def _show(self) -> None:
        view, many = self.current, len(self._files)
        name = shown_name(view.name)
        place = f"{self._at + 1} of {many} · " if many > 1 else ""
        self.name.setText(name)
        self.line.setText(f"{place}{view.peer_name} · {phrases.size(view.size)}")
        self.setAccessibleName(f"Picture {name}, {place}{phrases.size(view.size)}")
        self.previous.setEnabled(self._at > 0)
        self.next.setEnabled(self._at < many - 1)
        self.area.show_image(QImage())
        self._tasks.spawn(self._fetch(view))

    async def _fetch(self, view: TransferView) -> None:
        try:
            found, words = await self._load(view), ""
        except AppError:
            found, words = QImage(), GONE
        if self.isVisible() and view is self.current:
            self.area.show_image(found, words)

    @staticmethod
    def _button(theme: Theme, glyph: str, name: str, deed: Callable[[], object]) -> IconButton:
        button = IconButton(theme, glyph, name)
        button.setIcon(icon(glyph, INK, 20, disabled=QColor(90, 94, 108)))
        button.clicked.connect(lambda _on=False: deed())
        return button

    def _lay_out(self, theme: Theme) -> None:
        texts = middle_lines(self.name, self.line)
        bar = QHBoxLayout()
        bar.setContentsMargins(20, 0, 12, 0)
        bar.setSpacing(2)
        bar.addLayout(texts, 1)
        deeds = (
            ("zoom-out", "Zoom out", lambda: self.area.zoom_by(1 / STEP)),
            ("zoom-in", "Zoom in", lambda: self.area.zoom_by(STEP)),
            ("file", "Open with another program", lambda: self.opened.emit(self.current)),
            ("folder", "Show in folder", lambda: self.shown_in_folder.emit(self.current)),
        )
        for widget in (self.previous, self.next):
            bar.addWidget(widget)
        for glyph, name, deed in deeds:
            bar.addWidget(self._button(theme, glyph, name, deed))
        self.close_button = self._button(theme, "x", "Close", self.reject)
        bar.addWidget(self.close_button)
        top = QWidget()
        top.setFixedHeight(BAR)
        top.setLayout(bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.area, 1)
