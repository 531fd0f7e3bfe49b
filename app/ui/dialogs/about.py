"""About the program: its version, its licence, and everything that it is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QLibraryInfo, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.notices import Component
from app.services.notices import NoticeBook
from app.ui import notices_words as words
from app.ui import wording
from app.ui.dialogs.base import Sheet
from app.ui.models.components import ComponentModel
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme
from app.ui.views.component_page import ComponentPage
from app.ui.views.component_rows import ROW, ComponentDelegate
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import RowList
from app.ui.widgets.surfaces import Label
from resources.version import version

WAITING = "Looking at what Parlor is made of…"
COPIED = "Copied"
ROWS_SHOWN = 5.5
WIDTH = 560
"""Room for the lines of most licences, which were broken at eighty letters."""
_CHROME = 400


class AboutSheet(Sheet):
    """Lists what `load` finds, which is asked for once the sheet is there, in a thread.

    `launch` is given the address of a component that is to be opened. `updates_asked` says that
    somebody wants to know whether there is a newer version.
    """

    updates_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        load: Callable[[], NoticeBook],
        launch: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(theme, parent, "About Parlor", words.WHAT)
        self.setMinimumWidth(min(WIDTH, max(parent.width() - 24, 320)))
        self._load, self._book = load, NoticeBook((), str)
        self.version = Label(theme, TextSize.BODY, text=f"Version {version()}")
        self.version.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bundle = Label(theme, TextSize.PREVIEW, tone="text2", text=words.OWN)
        self.bundle.setWordWrap(True)
        self.field = SearchField(theme, "Find a component or a licence")
        self.count = Label(theme, TextSize.SMALL, tone="text2", text=WAITING)
        self._model = ComponentModel()
        self.rows = RowList("Components", self._model, ComponentDelegate(theme))
        self.page = ComponentPage(theme, launch)
        self.updates = push_button("Check for updates…")
        self.updates.setAutoDefault(False)
        self.copy_info = push_button("Copy version info")
        self.pages = QStackedWidget()
        self.pages.addWidget(self._front(parent.height() - _CHROME))
        self.pages.addWidget(self.page)
        self.add(self.pages, 1)
        done = push_button("Done", "primary")
        done.setAutoDefault(False)
        done.clicked.connect(self.accept)
        self.finish(self.copy_info, done)
        for one, following in pairwise((self.field, self.rows, self.updates, self.copy_info)):
            self.setTabOrder(one, following)
        self._connect()
        self.field.setFocus()
        tasks.spawn(self._fill())

    def _front(self, room: int) -> QWidget:
        front = QWidget()
        column = QVBoxLayout(front)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        line = QHBoxLayout()
        line.addWidget(self.version, 1)
        line.addWidget(self.updates)
        column.addLayout(line)
        for widget in (self.bundle, self.field, self.count):
            column.addWidget(widget)
        column.addWidget(self.rows, 1)
        self.rows.setMinimumHeight(min(int(ROW * ROWS_SHOWN), max(room, 2 * ROW)))
        return front

    def _connect(self) -> None:
        self.field.textChanged.connect(self._ask)
        self.field.stepped.connect(self.rows.step)
        self.field.returnPressed.connect(lambda: self._show(self.rows.current_row()))
        self.field.left.connect(self.reject)
        self.rows.chosen.connect(self._show)
        self.page.back.clicked.connect(self._return)
        self.updates.clicked.connect(self.updates_asked)
        self.copy_info.clicked.connect(self._copy)

    async def _fill(self) -> None:
        try:
            book = await asyncio.to_thread(self._load)
        except AppError as error:
            self.count.hide()
            self.say_problem(wording.words_for(error))
            return
        self.show_book(book)

    def show_book(self, book: NoticeBook) -> None:
        """List the components of this book."""
        self._book = book
        self._model.fill(book.components)
        self.bundle.setText(words.bundle_line(book.components))
        self._ask(self.field.text())

    def _ask(self, query: str) -> None:
        self._model.ask(query)
        self.count.setText(words.count_line(self._model.rowCount(), len(self._book.components)))
        self.rows.choose_first()

    def _show(self, row: object) -> None:
        if not isinstance(row, Component):
            return
        try:
            text = self._book.text(row)
        except AppError as error:
            self.say_problem(wording.words_for(error))
            return
        self.page.show_component(row, text)
        self.pages.setCurrentWidget(self.page)
        self.page.text.setFocus()

    def _return(self) -> None:
        self.pages.setCurrentIndex(0)
        self.field.setFocus()

    def reject(self) -> None:
        """Esc leaves the licence first, then the sheet."""
        if self.pages.currentWidget() is self.page:
            self._return()
        else:
            super().reject()

    def _copy(self) -> None:
        info = words.version_info(version(), QLibraryInfo.version().toString())
        QGuiApplication.clipboard().setText(info)
        self.copy_info.setText(COPIED)
