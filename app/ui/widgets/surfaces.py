"""Plain areas and labels that follow the theme."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.ui.theme import Theme, Weight, font

Edge = Literal["left", "right", "top", "bottom"]
Token = Literal[
    "canvas", "panel", "sidebar", "field", "warn_bg", "danger_bg", "ok_bg", "accent_soft"
]
Tone = Literal["text", "text2", "text3", "accent_text", "warn", "danger", "ok"]


class Surface(QWidget):
    """An area in one of the theme's colours, with hairlines at some edges or round corners."""

    def __init__(
        self, theme: Theme, token: Token, *, edges: tuple[Edge, ...] = (), radius: int = 0
    ) -> None:
        super().__init__()
        self._theme = theme
        self._token, self._edges, self._radius = token, edges, radius
        theme.changed.connect(self.update)

    def set_token(self, token: Token) -> None:
        self._token = token
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self._theme.palette
        fill: QColor = getattr(palette, self._token)
        if self._radius:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(QRectF(self.rect()), self._radius, self._radius)
            return
        painter.fillRect(self.rect(), fill)
        painter.setPen(QPen(palette.line, 1))
        for edge in self._edges:
            self._paint_edge(painter, edge)

    def _paint_edge(self, painter: QPainter, edge: Edge) -> None:
        right, bottom = self.width() - 1, self.height() - 1
        lines = {
            "left": (0, 0, 0, bottom),
            "right": (right, 0, right, bottom),
            "top": (0, 0, right, 0),
            "bottom": (0, bottom, right, bottom),
        }
        painter.drawLine(*lines[edge])


class Label(QLabel):
    """Text in a size, a weight and a tone of the theme; plain, never markup.

    With `elide` it takes one line and is cut with an ellipsis, its tool tip says the rest.
    """

    def __init__(  # noqa: PLR0913 - how a text looks is its whole interface
        self,
        theme: Theme,
        size: int,
        weight: Weight = Weight.REGULAR,
        tone: Tone = "text",
        *,
        elide: bool = False,
        text: str = "",
    ) -> None:
        super().__init__()
        self._theme, self._tone, self._elide = theme, tone, elide
        self._own_colour: QColor | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(size, weight))
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self._dress)
        self._dress()
        self.setText(text)

    def set_tone(self, tone: Tone) -> None:
        self._tone = tone
        self._dress()

    def set_colour(self, colour: QColor | None) -> None:
        """Take this colour instead of the tone's; None gives it up."""
        self._own_colour = colour
        self._dress()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(0, hint.height()) if self._elide else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elide:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self._colour())
        metrics = self.fontMetrics()
        room = self.contentsRect()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, self.alignment(), shown)
        tip = self.text() if shown != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(tip)

    def _colour(self) -> QColor:
        colour: QColor = getattr(self._theme.palette, self._tone)
        return self._own_colour or colour

    def _dress(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._colour())
        self.setPalette(palette)
        self.update()


def centred(widget: QWidget, margins: tuple[int, int, int, int], widest: int) -> QWidget:
    """Return a box in which it is in the middle and not wider than `widest`."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(*margins)
    row.addStretch(0)
    row.addWidget(widget, 1)
    row.addStretch(0)
    widget.setMaximumWidth(widest)
    return box
