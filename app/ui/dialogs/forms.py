"""Sheets with one field: a room's name, our own name, an invitation to follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.ui.dialogs.base import Sheet
from app.ui.invitation_text import Hint
from app.ui.tasks import TaskOwner
from app.ui.theme import Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field

NAME_LIMIT = 64

Deed = Callable[[str], Awaitable[object]]
Check = Callable[[str], Hint]
"""Says what is missing or wrong in a text while it is typed."""


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a sheet; `text` is there to begin with, `limit` counts characters.

    `empty` allows an answer without any.
    """

    title: str
    line: str
    button: str
    field: str = ""
    placeholder: str = ""
    text: str = ""
    limit: int = NAME_LIMIT
    check: Check | None = None
    empty: bool = False


class FieldSheet(Sheet):
    """Asks for one text and does something with it; stays open, and says why, if that fails."""

    def __init__(
        self, theme: Theme, parent: QWidget, tasks: TaskOwner, question: Question, deed: Deed
    ) -> None:
        super().__init__(theme, parent, question.title, question.line)
        self._tasks, self._deed, self._check = tasks, deed, question.check
        self._empty = question.empty
        self.field = text_field(question.field, question.placeholder, limit=question.limit)
        self.field.setText(question.text)
        self.field.selectAll()
        self.go = push_button(question.button, "primary")
        self.go.setDefault(True)
        self.add(self.field)
        self.finish(self.cancel_button(), self.go)
        self.go.clicked.connect(self._submit)
        self.field.textChanged.connect(self._on_text)
        self._on_text(question.text)
        self.say_problem("")
        self.field.setFocus()

    def _on_text(self, text: str) -> None:
        checks = self._check is not None and bool(text.strip())
        hint = self._check(text) if self._check is not None and checks else Hint()
        self.problem.set_tone("danger" if hint.wrong else "text2")
        self.say_problem(hint.words)
        self.go.setEnabled((self._empty or bool(text.strip())) and not hint.words)

    def _submit(self) -> None:
        self.go.setEnabled(False)
        self._tasks.spawn(self._carry_out(self.field.text().strip()))

    async def _carry_out(self, text: str) -> None:
        self.problem.set_tone("danger")
        await self.try_to(lambda: self._deed(text))
        self.go.setEnabled(True)


class ConfirmSheet(Sheet):
    """Asks before something that one may not want."""

    def __init__(
        self, theme: Theme, parent: QWidget, question: Question, kind: str = "danger"
    ) -> None:
        super().__init__(theme, parent, question.title, question.line)
        self.go = push_button(question.button, kind)
        self.go.clicked.connect(self.accept)
        cancel = self.cancel_button()
        self.finish(cancel, self.go)
        cancel.setFocus()
