"""Small charts: a line of what was lately, and columns of how often something took how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import Radius, TextSize, Theme, Weight, font
from app.ui.widgets.surfaces import Label, Surface

LEAST_SPAN = 10.0
"""A line of less than so many ms of difference looks flat, for it is."""
HEAD_ROOM = 1.2
COLUMNS_HEIGHT = 64
EDGE = 16
GAP = 2
_NO_PEN = Qt.PenStyle.NoPen


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns with what the first and the last of them stand for.

    `figure` is what is said at a glance, `line` the rest; without columns `line` says why.
    """

    title: str
    figure: str
    line: str
    columns: tuple[int, ...] = ()
    first: str = ""
    last: str = ""

    @property
    def spoken(self) -> str:
        """All of it as text."""
        return ". ".join(part for part in (self.title, self.figure, self.line) if part)


def pieces(values: Sequence[float | None], area: QRectF, kept: int) -> list[QPolygonF]:
    """The lines through `values`, the newest at the right of `area`; a gap begins another one."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    top = max(max(known) * HEAD_ROOM, LEAST_SPAN)
    step = area.width() / max(kept - 1, 1)
    found, line = [], QPolygonF()
    for back, value in enumerate(reversed(values)):
        if value is None:
            found.append(line)
            line = QPolygonF()
            continue
        height = area.height() * min(value / top, 1.0)
        line.append(QPointF(area.right() - back * step, area.bottom() - height))
    return [line for line in (*found, line) if not line.isEmpty()]


def paint_past(
    painter: QPainter, area: QRectF, past: Sequence[float | None], colour: QColor, kept: int
) -> None:
    """Draw a line with a pale ground below it."""
    ground = QColor(colour)
    ground.setAlphaF(0.14)
    for line in pieces(past, area, kept):
        filled = QPainterPath(QPointF(line.first().x(), area.bottom()))
        for at in range(line.size()):
            filled.lineTo(line.at(at))
        filled.lineTo(line.last().x(), area.bottom())
        painter.fillPath(filled, ground)
        painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if line.size() == 1:
            painter.drawPoint(line.first())
        else:
            painter.drawPolyline(line)


class Columns(QWidget):
    """The columns of a chart, with words at both ends below them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chart = Chart("", "", "")
        self.setFixedHeight(COLUMNS_HEIGHT + EDGE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(160, COLUMNS_HEIGHT + EDGE)

    def show_chart(self, chart: Chart) -> None:
        if chart != self._chart:
            self._chart = chart
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, chart = self._theme.palette, self._chart
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, COLUMNS_HEIGHT, self.width(), 1), palette.line)
        tallest = max(chart.columns, default=0)
        if not tallest:
            return
        step = (self.width() + GAP) / len(chart.columns)
        painter.setPen(_NO_PEN)
        painter.setBrush(palette.accent)
        for at, number in enumerate(chart.columns):
            if number:
                height = max(number / tallest * (COLUMNS_HEIGHT - 4), 2)
                column = QRectF(at * step, COLUMNS_HEIGHT - height, step - GAP, height)
                painter.drawRoundedRect(column, 2, 2)
        painter.setFont(font(TextSize.META, tabular=True))
        painter.setPen(palette.text2)
        words = QRectF(0, COLUMNS_HEIGHT + 2, self.width(), EDGE - 2)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, chart.first)
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, chart.last)


class ChartCard(Surface):
    """A chart with its title and its text; all of it can be read aloud and reached by Tab."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "field", radius=Radius.CARD)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._title = Label(theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", elide=True)
        self._figure = Label(theme, TextSize.DRAWER, Weight.SEMIBOLD, elide=True)
        self._line = Label(theme, TextSize.SMALL, tone="text2")
        self._line.setWordWrap(True)
        self.columns = Columns(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        for part in (self._title, self._figure, self._line):
            column.addWidget(part)
        column.addStretch()
        column.addWidget(self.columns)

    def show_chart(self, chart: Chart) -> None:
        """Show another state; what stays the same is not painted again."""
        if chart.spoken == self.accessibleName() and not chart.columns:
            return
        self.setAccessibleName(chart.spoken)
        for label, words in (
            (self._title, chart.title),
            (self._figure, chart.figure),
            (self._line, chart.line),
        ):
            if label.text() != words:
                label.setText(words)
        self._figure.setVisible(bool(chart.figure))
        self.columns.setVisible(bool(chart.columns))
        self.columns.show_chart(chart)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.palette.accent, 1.5))
            frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(frame, Radius.CARD, Radius.CARD)
