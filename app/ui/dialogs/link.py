"""A link that was opened outside of the program: what it would do, and nothing before a yes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.dialogs.base import Sheet
from app.ui.invitation_text import Purpose, purpose_of
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label, Tone

LINE = "This link was opened outside of Parlor. Go on only if you know whom it is from."


class LinkSheet(Sheet):
    """Says what a link leads to and follows it when told so; a bad one can only be put away.

    The keys are with the way out: whoever is typing elsewhere when it appears, follows nothing.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        link: str,
        follow: Callable[[str], Awaitable[object]],
    ) -> None:
        purpose = purpose_of(link)
        super().__init__(theme, parent, purpose.title, "" if purpose.broken else LINE)
        self._tasks, self._link, self._follow = tasks, link, follow
        if purpose.lines:
            self.add(self._line("\n".join(purpose.lines), "text"))
        self.add(self._line(link, "text3", elide=True))
        self.away = self.cancel_button("Close" if purpose.broken else "Cancel")
        self.go = push_button(purpose.button, "primary")
        self.go.clicked.connect(self._go)
        self._finish(purpose)

    def _finish(self, purpose: Purpose) -> None:
        if purpose.broken:
            self.go.hide()
            self.finish(self.away)
            self.say_problem(purpose.broken)
        else:
            self.finish(self.away, self.go)
        for button in (self.go, self.away):
            button.setAutoDefault(True)  # Return presses the one that has the keys
        self.away.setFocus()

    def _line(self, text: str, tone: Tone, *, elide: bool = False) -> Label:
        line = Label(self.theme, TextSize.PREVIEW, tone=tone, elide=elide, text=text)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.setWordWrap(not elide)
        return line

    def _go(self) -> None:
        self.go.setEnabled(False)
        self._tasks.spawn(self._carry_out())

    async def _carry_out(self) -> None:
        await self.try_to(lambda: self._follow(self._link))
        self.go.setEnabled(True)
