"""The bar over a conversation with its pinned messages, the latest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy

from app.domain.views import MessageView
from app.ui import phrases
from app.ui.theme import Radius, TextSize, Theme, Weight, font, paint_icon
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.pressing import EnterPresses
from app.ui.widgets.surfaces import Surface

HEIGHT = 48
TITLE = "Pinned message"


class PinButton(EnterPresses, QAbstractButton):
    """One pinned message in two lines, with a stroke for each of all."""

    MOST_STROKES = 4

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._title, self._line = TITLE, ""
        self._at, self._of = 0, 1
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT - 6)

    def show_message(self, message: MessageView, at: int, of: int) -> None:
        """Show the `at`-th of `of` pinned messages, counted from the oldest."""
        self._at, self._of = at, of
        self._title = TITLE if of == 1 else f"{TITLE} {at + 1} of {of}"
        self._line = phrases.message_line(message)
        self.setAccessibleName(f"{self._title}: {message.author_name}: {self._line}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(palette.accent, 1) if self.hasFocus() else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(palette.hover if self.underMouse() else palette.panel)
        painter.drawRoundedRect(frame, Radius.CODE, Radius.CODE)
        self._paint_strokes(painter, frame)
        texts = frame.adjusted(20, 0, -8, 0)
        paint_icon(painter, QRectF(texts.left(), 6, 13, 13), "pin", palette.accent_text, 2)
        painter.setFont(font(TextSize.SMALL, Weight.SEMIBOLD))
        painter.setPen(palette.accent_text)
        self._draw(painter, texts.adjusted(17, 3, 0, 0), self._title)
        painter.setFont(font(TextSize.PREVIEW))
        painter.setPen(palette.text)
        self._draw(painter, texts.adjusted(0, 20, 0, 0), self._line)

    def _paint_strokes(self, painter: QPainter, frame: QRectF) -> None:
        """Draw where among all pinned messages this one is."""
        palette, shown = self._theme.palette, min(self._of, self.MOST_STROKES)
        here = self._at * shown // self._of
        tall = (frame.height() - 10 - 2 * (shown - 1)) / shown
        painter.setPen(Qt.PenStyle.NoPen)
        for at in range(shown):
            painter.setBrush(palette.accent if at == here else palette.line)
            top = frame.top() + 5 + at * (tall + 2)
            painter.drawRoundedRect(QRectF(frame.left() + 7, top, 3, tall), 1.5, 1.5)

    @staticmethod
    def _draw(painter: QPainter, area: QRectF, text: str) -> None:
        elide = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(text, elide, max(int(area.width()), 0))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop, shown)


class PinBar(Surface):
    """Emits `jumped` with a message when it is clicked, and shows the one before it then."""

    jumped = Signal(object)
    all_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "panel", edges=("bottom",))
        self._pins: tuple[MessageView, ...] = ()
        self._at = 0
        self.setFixedHeight(HEIGHT)
        self.button = PinButton(theme)
        self.all = IconButton(theme, "list", "All pinned messages")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 12, 4)
        row.setSpacing(4)
        row.addWidget(self.button, 1)
        row.addWidget(self.all)
        self.button.clicked.connect(self.step)
        self.all.clicked.connect(self.all_asked)
        self.hide()

    @property
    def pins(self) -> tuple[MessageView, ...]:
        """The pinned messages, the oldest first."""
        return self._pins

    def show_pins(self, pins: Sequence[MessageView]) -> None:
        """Show these, beginning with the latest unless one that stays is shown; none hide it."""
        shown = self._pins[self._at].event if self._pins else None
        grown = len(pins) > len(self._pins)
        self._pins = tuple(pins)
        events = [message.event for message in pins]
        stays = shown in events and not grown
        self._at = events.index(shown) if stays and shown is not None else max(len(events) - 1, 0)
        self._renew()

    def step(self) -> None:
        """Lead to the message that is shown, and offer the one before it."""
        if self._pins:
            message = self._pins[self._at]
            self._at = (self._at - 1) % len(self._pins)
            self._renew()
            self.jumped.emit(message)

    def _renew(self) -> None:
        self.setVisible(bool(self._pins))
        self.all.setVisible(len(self._pins) > 1)
        if self._pins:
            self.button.show_message(self._pins[self._at], self._at, len(self._pins))
