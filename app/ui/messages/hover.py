"""What can be done at once with the message under the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.views import MessageView
from app.ui.theme import Theme
from app.ui.widgets.buttons import IconButton

HEIGHT = 34
BUTTON = QSize(30, 28)
GAP = 8
MARGIN = 6
OVERLAP = 12
"""How much of a bubble is covered that leaves no room beside it."""


class HoverBar(QWidget):
    """React, reply, more: beside the bubble; each signal carries the message."""

    react = Signal(object)
    reply = Signal(object)
    more = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._area = theme, parent
        self._message: MessageView | None = None
        self.setCursor(Qt.CursorShape.ArrowCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(5, 3, 5, 3)
        row.setSpacing(1)
        offers = (
            ("smile-plus", "React", self.react),
            ("reply", "Reply", self.reply),
            ("ellipsis", "More", self.more),
        )
        for icon, name, signal in offers:
            button = IconButton(theme, icon, name)
            button.setFixedSize(BUTTON)
            button.setIconSize(QSize(18, 18))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _on=False, out=signal: out.emit(self._message))
            row.addWidget(button)
        self.resize(3 * BUTTON.width() + 12, HEIGHT)
        self.hide()

    @property
    def message(self) -> MessageView | None:
        return self._message if self.isVisible() else None

    def show_for(self, message: MessageView, bubble: QRect) -> None:
        """Stand beside `bubble`, which is in the parent's coordinates, or over its corner."""
        if not message.is_live:
            self.hide()
            return
        self._message = message
        area = self._area.rect()
        x = bubble.left() - GAP - self.width() if message.own else bubble.right() + GAP
        fits = MARGIN <= x <= area.width() - self.width() - MARGIN
        x = min(max(x, MARGIN), area.width() - self.width() - MARGIN)
        y = bubble.top() + (2 if fits else OVERLAP - HEIGHT)
        upper, lower = MARGIN, area.height() - HEIGHT - MARGIN
        self.move(x, min(max(y, upper), max(lower, upper)))
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.line, 1))
        painter.setBrush(palette.panel)
        frame = QRectF(QPointF(0.5, 0.5), QPointF(self.width() - 0.5, self.height() - 0.5))
        painter.drawRoundedRect(frame, HEIGHT / 2, HEIGHT / 2)
