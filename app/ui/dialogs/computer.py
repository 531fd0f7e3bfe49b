"""What this computer does with the program by itself: starts it, gives it links."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.ui import wording
from app.ui.desktop.autostart import Switchable
from app.ui.desktop.choices import DesktopChoices
from app.ui.dialogs.base import Sheet
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch

LINE = "This holds for your login on this computer, whichever profile is open."
STARTUP, LINKS = "Start with the computer", "Open parlor: links with this program"
_STARTUP = "Minimised, so that messages reach you and nothing is in your way."
_LINKS = "A link in a browser or a mail then shows here what it leads to, and asks first."


class ComputerSheet(Sheet):
    """Each switch takes effect at once; one that fails goes back and says why."""

    def __init__(
        self, theme: Theme, parent: QWidget, tasks: TaskOwner, choices: DesktopChoices
    ) -> None:
        super().__init__(theme, parent, "This computer", LINE)
        self._tasks = tasks
        self.startup = self._switch(STARTUP, _STARTUP, choices.startup)
        self.links = self._switch(LINKS, _LINKS, choices.links)
        done = push_button("Done", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(done)

    def _switch(self, name: str, note: str, choice: Switchable | None) -> Switch:
        switch = Switch(self.theme, name)
        words = Label(self.theme, TextSize.SMALL, tone="text2", text=note)
        words.setWordWrap(True)
        switch.setAccessibleDescription(note)
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(switch)
        column.addWidget(words)
        self.add(both)
        both.setVisible(choice is not None)
        if choice is not None:
            switch.setChecked(choice.is_on())
            switch.clicked.connect(lambda on: self._tasks.spawn(self._set(switch, choice, on)))
        return switch

    async def _set(self, switch: Switch, choice: Switchable, on: bool) -> None:
        switch.setEnabled(False)
        try:
            await asyncio.to_thread(choice.switch, on)
            self.say_problem("")
        except AppError as error:
            self.say_problem(wording.words_for(error))
        switch.setChecked(await asyncio.to_thread(choice.is_on))
        switch.setEnabled(True)
        switch.setFocus()
