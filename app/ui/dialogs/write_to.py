"""Begins a conversation: letters narrow the list of people, Enter leads to the marked one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.ui.dialogs.people_picker import NOBODY, ROW, CandidateDelegate, Search
from app.ui.models.candidates import Candidate, CandidateModel
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import RowList
from app.ui.widgets.surfaces import Label

SHOWN = 7
WIDTH = 440


class WriteToSheet(QDialog):
    """Emits `chosen` with a candidate and closes; so does a button for each of `others`."""

    chosen = Signal(object)

    def __init__(  # noqa: PLR0913, PLR0917 - who is sought, how, and what else there is
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        search: Search,
        others: Sequence[QAction],
        title: str = "New conversation",
        prompt: str = "Write to somebody",
    ) -> None:
        super().__init__(parent)
        self._tasks, self._search = tasks, search
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setFixedWidth(min(WIDTH, max(parent.width() - 24, 320)))
        self.model = CandidateModel()
        self.field = SearchField(theme, prompt)
        self.rows = RowList("People", self.model, CandidateDelegate(theme, discs=False))
        self.nobody = Label(theme, TextSize.PREVIEW, tone="text2", text=NOBODY)
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nobody.setWordWrap(True)
        for each in (self.rows, self.nobody):
            each.setFixedHeight(SHOWN * ROW)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nobody.hide()
        self._lay_out(others)
        self.field.textChanged.connect(self._ask)
        self.field.stepped.connect(self.rows.step)
        self.field.returnPressed.connect(lambda: self._choose(self.rows.current_row()))
        self.field.left.connect(self.reject)
        self.rows.chosen.connect(self._choose)
        self._ask("")

    def _lay_out(self, others: Sequence[QAction]) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 8, 12)
        column.setSpacing(6)
        for each in (self.field, self.rows, self.nobody):
            column.addWidget(each)
        for action in others:
            button = push_button(action.text())
            button.setAutoDefault(False)
            button.clicked.connect(self.accept)
            button.clicked.connect(action.trigger)
            column.addWidget(button)

    def _ask(self, query: str) -> None:
        self._tasks.spawn(self._look(query))

    async def _look(self, query: str) -> None:
        found = await self._search(query)
        if query == self.field.text():
            self.model.show(found)
            some = self.model.rowCount() > 0
            self.rows.setVisible(some)
            self.nobody.setVisible(not some)
            self.rows.choose_first()

    def _choose(self, row: object) -> None:
        if isinstance(row, Candidate):
            self.chosen.emit(row)
            self.accept()
