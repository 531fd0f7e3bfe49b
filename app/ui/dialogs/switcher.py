"""The quick switcher: a few letters and Enter lead to any conversation or person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.domain.views import PersonView, RoomSummary
from app.ui.models.keyed import KeyedListModel
from app.ui.models.ranking import rank
from app.ui.models.rows import PersonRow, PlaceRow, RoomRow, SidebarRow, row_key
from app.ui.theme import Size, Theme
from app.ui.views.sidebar_rows import SidebarDelegate
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import RowList

SHOWN = 7


class SwitcherModel(KeyedListModel[SidebarRow]):
    """Conversations and people that answer the query, the best first."""

    def __init__(
        self,
        rooms: Sequence[RoomSummary],
        people: Sequence[PersonView],
        places: Sequence[PlaceRow] = (),
    ) -> None:
        super().__init__(row_key)
        self._all: list[tuple[str, SidebarRow]] = [
            *((summary.name, RoomRow(summary)) for summary in rooms),
            *((person.name, PersonRow(person)) for person in people),
            *((place.title, place) for place in places),
        ]
        self.ask("")

    def ask(self, query: str) -> None:
        """Show what answers this query, in the order of the list where it answers alike."""
        ranked = [(rank(query, name), row) for name, row in self._all]
        found = [(place, row) for place, row in ranked if place is not None]
        self.set_rows([row for _, row in sorted(found, key=lambda pair: pair[0])])

    def text(self, row: SidebarRow) -> str:
        match row:
            case RoomRow(summary):
                return summary.name
            case PersonRow(person):
                return person.name
            case PlaceRow():
                return row.title
            case _:
                raise TypeError(row)


class Switcher(QDialog):
    """Emits `chosen` with a row and closes."""

    chosen = Signal(object)

    def __init__(
        self, theme: Theme, parent: QWidget, model: SwitcherModel, now: Callable[[], datetime]
    ) -> None:
        super().__init__(parent)
        self._model = model
        self.setWindowTitle("Quick switcher")
        self.setAccessibleName("Quick switcher")
        self.field = SearchField(theme, "Go to a person or a room")
        self.rows = RowList("Conversations and people", model, SidebarDelegate(theme, now))
        self.rows.setFixedHeight(min(max(model.rowCount(), 1), SHOWN) * Size.ROW)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(min(440, max(parent.width() - 24, 320)))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.rows)
        self.field.textChanged.connect(self._ask)
        self.field.stepped.connect(self.rows.step)
        self.field.returnPressed.connect(lambda: self._choose(self.rows.current_row()))
        self.field.left.connect(self.reject)
        self.rows.chosen.connect(self._choose)
        self.rows.choose_first()

    def _ask(self, query: str) -> None:
        self._model.ask(query)
        self.rows.choose_first()

    def _choose(self, row: object) -> None:
        if row is not None:
            self.chosen.emit(row)
            self.accept()
