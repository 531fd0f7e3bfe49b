"""Dialogs that are opened and awaited, never executed: a nested loop would break tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.ui import wording
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label

WIDTH = 440


class Sheet(QDialog):
    """A title, a line of text, content, a line for what went wrong, buttons."""

    def __init__(self, theme: Theme, parent: QWidget, title: str, line: str = "") -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(min(WIDTH, max(parent.width() - 24, 320)))
        self.problem = Label(theme, TextSize.SMALL, tone="danger")
        self.problem.setWordWrap(True)
        self.problem.hide()
        heading = Label(theme, TextSize.DRAWER, Weight.SEMIBOLD)
        heading.setText(title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 22, 24, 20)
        self._column.setSpacing(12)
        self._column.addWidget(heading)
        if line:
            words = Label(theme, TextSize.PREVIEW, tone="text2")
            words.setText(line)
            words.setWordWrap(True)
            self._column.addWidget(words)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        self._column.addWidget(widget, stretch)

    def finish(self, *buttons: QPushButton) -> None:
        """End the sheet with the line for problems and these buttons, right-aligned."""
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        self._column.addWidget(self.problem)
        self._column.addSpacing(4)
        self._column.addLayout(row)

    def cancel_button(self, text: str = "Cancel") -> QPushButton:
        button = push_button(text)
        button.clicked.connect(self.reject)
        return button

    def say_problem(self, words: str) -> None:
        """Show what went wrong; "" takes it back."""
        self.problem.setText(words)
        self.problem.setAccessibleName(words)
        self.problem.setVisible(bool(words))

    async def try_to(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work` and close the sheet; if it fails, say so and stay."""
        try:
            await work()
        except AppError as error:
            self.say_problem(wording.words_for(error))
        else:
            self.accept()

    async def try_here(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work` and stay open; if it fails, say so."""
        try:
            await work()
        except AppError as error:
            self.say_problem(wording.words_for(error))


async def ask(sheet: QDialog) -> bool:
    """Open the sheet and wait until it is closed; whether it was accepted."""
    closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(code: int) -> None:
        if not closed.done():
            closed.set_result(code)

    sheet.finished.connect(settle)
    sheet.open()
    try:
        return await closed == QDialog.DialogCode.Accepted
    finally:
        sheet.finished.disconnect(settle)
        sheet.hide()
        sheet.deleteLater()
        if (parent := sheet.parentWidget()) is not None:
            parent.activateWindow()
