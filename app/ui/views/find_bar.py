"""Finding words in the open conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QVBoxLayout,
)

from app.domain.views import SearchHit
from app.ui import phrases
from app.ui.models.keyed import KeyedListModel
from app.ui.theme import TextSize, Theme, Weight, font
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import RowList
from app.ui.widgets.rows import MARKED, RowDelegate, State
from app.ui.widgets.surfaces import Label, Surface

HIT = 44
GAP = 8
SHOWN = 4


class HitsModel(KeyedListModel[SearchHit]):
    """What was found, the latest first."""

    def __init__(self) -> None:
        super().__init__(lambda hit: hit.message.event)

    def text(self, row: SearchHit) -> str:
        return f"{row.message.author_name}: {phrases.plain_snippet(row.snippet)}"


class HitDelegate(RowDelegate):
    """Paints a hit in one line with what matched in the accent colour."""

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(theme)
        self._now = now

    def height(self, _row: SearchHit) -> int:
        return HIT

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: SearchHit) -> None:
        palette = self._theme.palette
        if state & MARKED:
            painter.fillRect(area, palette.hover)
        area = area.adjusted(20, 3, -20, -3)
        painter.setFont(font(TextSize.META, tabular=True))
        painter.setPen(palette.text2)
        when = phrases.short_time(row.message.time_ms, self._now())
        top_right = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        painter.drawText(area, top_right, when)
        room = int(area.width()) - painter.fontMetrics().horizontalAdvance(when) - GAP
        painter.setFont(font(TextSize.SMALL, Weight.SEMIBOLD))
        painter.setPen(palette.text)
        elide = Qt.TextElideMode.ElideRight
        name = painter.fontMetrics().elidedText(row.message.author_name, elide, max(room, 0))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop, name)
        self._paint_snippet(painter, area.adjusted(0, 18, 0, 0), row.snippet)

    def _paint_snippet(self, painter: QPainter, area: QRectF, snippet: str) -> None:
        palette = self._theme.palette
        for at, part in enumerate(phrases.one_line(snippet).split(phrases.MARK_START)):
            marked, _, rest = part.rpartition(phrases.MARK_END)
            for text, hit in ((marked, at > 0), (rest, False)):
                weight = Weight.SEMIBOLD if hit else Weight.REGULAR
                painter.setFont(font(TextSize.SMALL, weight))
                painter.setPen(palette.accent_text if hit else palette.text2)
                metrics = painter.fontMetrics()
                room = max(int(area.width()), 0)
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
                painter.drawText(area, Qt.AlignmentFlag.AlignTop, shown)
                area.setLeft(area.left() + metrics.horizontalAdvance(shown))


class FindBar(Surface):
    """A field, how many there are, and the list of what was found."""

    asked = Signal(str)
    jumped = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(theme, "panel", edges=("bottom",))
        self.hits = HitsModel()
        self.field = SearchField(theme, "Find in this conversation")
        self.count = Label(theme, TextSize.SMALL, tone="text2")
        self.close_button = IconButton(theme, "x", "Close search")
        self.list = RowList("Found messages", self.hits, HitDelegate(theme, now))
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self.field, 1)
        row.addWidget(self.count)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 1)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.list)
        self.field.textChanged.connect(self.asked)
        self.field.stepped.connect(self._step)
        self.field.returnPressed.connect(lambda: self._step(1))
        self.field.left.connect(self.closed)
        self.close_button.clicked.connect(self.closed)
        self.list.chosen.connect(self.jumped)
        self.list.hide()
        self.hide()

    def show_hits(self, hits: Sequence[SearchHit], limit: int) -> None:
        """List what was found for the text in the field."""
        self.hits.set_rows(hits)
        asked = bool(self.field.text().strip())
        more = "+" if len(hits) >= limit else ""
        found = f"{len(hits)}{more} found" if hits else "Nothing found"
        self.count.setText(found if asked else "")
        self.list.setVisible(bool(hits))
        self.list.setFixedHeight(HIT * min(len(hits), SHOWN))

    def _step(self, by: int) -> None:
        if not self.list.currentIndex().isValid():
            self.list.choose_first()
        else:
            self.list.step(by)
        if self.list.currentIndex().isValid():
            self.jumped.emit(self.list.current_row())
