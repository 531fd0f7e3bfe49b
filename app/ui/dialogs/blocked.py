"""Who was blocked, each with a way back in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.domain.contacts import ContactView
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.ui import wording
from app.ui.dialogs.base import Sheet
from app.ui.people_phrases import called
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label

LINE = "They cannot write to you, invite you or see whether you are here."
MOST_HEIGHT = 320
NOBODY = "You have blocked nobody."


class BlockedSheet(Sheet):
    """`blocked` lists them as they are now, `unblock` lets one in again."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        blocked: Callable[[], Sequence[ContactView]],
        unblock: Callable[[PeerId], Awaitable[None]],
    ) -> None:
        super().__init__(theme, parent, "Blocked people", LINE)
        self._tasks, self._blocked, self._unblock = tasks, blocked, unblock
        self.nobody = Label(theme, TextSize.PREVIEW, tone="text2", text=NOBODY)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._rows.setContentsMargins(0, 0, 12, 0)
        self._box = QWidget()
        self._box.setLayout(self._rows)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self._box)
        # A scroll area and what it holds would else paint the canvas over the sheet.
        self.area.viewport().setAutoFillBackground(False)
        self._box.setAutoFillBackground(False)
        self.add(self.nobody)
        self.add(self.area, 1)
        self.leave = push_button("Done", "primary")
        self.leave.setDefault(True)
        self.leave.clicked.connect(self.accept)
        self.finish(self.leave)
        self._refresh()

    def _refresh(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        people = self._blocked()
        self.nobody.setVisible(not people)
        self.area.setVisible(bool(people))
        buttons = [self._add(person) for person in people]
        self._rows.addStretch()
        self.area.setFixedHeight(min(self._box.sizeHint().height(), MOST_HEIGHT))
        for one, following in pairwise([*buttons, self.leave]):
            self.setTabOrder(one, following)

    def _add(self, person: ContactView) -> QPushButton:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Label(self.theme, TextSize.BODY, elide=True, text=called(person)), 1)
        button = push_button("Unblock")
        button.setAccessibleName(f"Unblock {called(person)}")
        button.clicked.connect(lambda: self._tasks.spawn(self._let_in(person.peer)))
        line.addWidget(button)
        self._rows.addWidget(row)
        return button

    async def _let_in(self, peer: PeerId) -> None:
        self.say_problem("")
        try:
            await self._unblock(peer)
        except AppError as error:
            self.say_problem(wording.words_for(error))
        self._refresh()
        self.leave.setFocus()
