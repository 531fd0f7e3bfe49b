"""Chooses several people by typing: letters narrow the list, Enter takes the marked one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from app.domain.ids import PeerId
from app.ui.models.candidates import Candidate, CandidateModel
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight, font
from app.ui.widgets.avatar import Face, paint_face
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import RowList
from app.ui.widgets.rows import MARKED, RowDelegate, State, paint_disc, paint_ground
from app.ui.widgets.surfaces import Label

ROW = 48
SHOWN = 5
NOBODY = "Nobody is known by this name. Send a link instead."

Search = Callable[[str], Awaitable[Sequence[Candidate]]]


class CandidateDelegate(RowDelegate):
    """Paints avatar, name, a line, and with `discs` one that is ticked for who is chosen."""

    def __init__(self, theme: Theme, *, discs: bool = True) -> None:
        super().__init__(theme)
        self._discs = discs

    def height(self, _row: Candidate) -> int:
        return ROW

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: Candidate) -> None:
        palette = self._theme.palette
        tile = area.adjusted(0, 1, 0, -1)
        behind = paint_ground(painter, tile, palette, lit=bool(state & MARKED))
        square = QRectF(tile.left() + 8, tile.center().y() - 17, 34, 34)
        painter.setOpacity(0.55 if row.note else 1)
        paint_face(
            painter, square, Face(row.peer, row.name, online=row.online), self._theme, behind
        )
        painter.setOpacity(1)
        texts = tile.adjusted(54, 0, -46, 0)
        line = row.note or row.line
        upper = QRectF(texts.left(), texts.center().y() - (20 if line else 10), texts.width(), 20)
        painter.setFont(font(TextSize.BODY, Weight.MEDIUM))
        painter.setPen(palette.text3 if row.note else palette.text)
        self._draw(painter, upper, row.name)
        painter.setFont(font(TextSize.SMALL))
        painter.setPen(palette.text3 if row.note else palette.text2)
        self._draw(painter, upper.translated(0, 19), line)
        if self._discs and not row.note:
            paint_disc(painter, tile, palette, chosen=row.chosen)

    @staticmethod
    def _draw(painter: QPainter, area: QRectF, text: str) -> None:
        elided = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, elided)


class PeoplePicker(QWidget):
    """Emits `changed` with how many are chosen. `search` answers what is typed."""

    changed = Signal(int)

    def __init__(self, theme: Theme, tasks: TaskOwner, search: Search, shown: int = SHOWN) -> None:
        super().__init__()
        self._tasks, self._search = tasks, search
        self.model = CandidateModel()
        self.field = SearchField(theme, "Search people")
        self.rows = RowList("People", self.model, CandidateDelegate(theme))
        self.rows.setMinimumHeight(shown * ROW)
        self.nobody = Label(theme, TextSize.PREVIEW, tone="text2", text=NOBODY)
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nobody.setWordWrap(True)
        self.nobody.setMinimumHeight(shown * ROW)
        self.nobody.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.rows, 1)
        column.addWidget(self.nobody, 1)
        self.field.textChanged.connect(self._ask)
        self.field.stepped.connect(self.rows.step)
        self.field.returnPressed.connect(lambda: self._toggle(self.rows.current_row()))
        self.rows.chosen.connect(self._toggle)
        self._ask("")

    def chosen(self) -> tuple[PeerId, ...]:
        return self.model.chosen()

    def _ask(self, query: str) -> None:
        self._tasks.spawn(self._look(query))

    async def _look(self, query: str) -> None:
        found = await self._search(query)
        if query == self.field.text():
            self.model.show(found)
            self._settle()

    def _settle(self) -> None:
        """Mark the first one who was found, for Enter."""
        some = self.model.rowCount() > 0
        self.rows.setVisible(some)
        self.nobody.setVisible(not some)
        first = next((at for at, row in enumerate(self.model.rows()) if not row.chosen), 0)
        self.rows.setCurrentIndex(self.model.index(first, 0))

    def _toggle(self, row: object) -> None:
        if not isinstance(row, Candidate):
            return
        self.model.toggle(row)
        self.changed.emit(len(self.chosen()))
        if self.field.text():
            self.field.clear()
        elif self.field.hasFocus():
            self._settle()
