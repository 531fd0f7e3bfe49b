"""Asks for newer versions, when the person does: the source, a button, what was found."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.domain.errors import AppError
from app.protocol.update_source import MAX_SOURCE
from app.services.updates_api import Updates
from app.ui import update_words as words
from app.ui import wording
from app.ui.dialogs.base import Sheet
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight
from app.ui.views.update_outcome import UpdateOutcome
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label
from resources.version import version

WIDTH = 560


class UpdatesSheet(Sheet):
    """The source is kept by checking, and by Done. `launch` opens addresses of the web."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it shows, and what is done with it
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        updates: Updates,
        source: str,
        launch: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(theme, parent, "Updates", words.LINE)
        self.setMinimumWidth(min(WIDTH, max(parent.width() - 24, 320)))
        self._tasks, self._updates, self._source = tasks, updates, source
        self.field = text_field("Source", words.HINT, limit=MAX_SOURCE)
        self.field.setText(source)
        self.field.setCursorPosition(0)
        self.hint = Label(theme, TextSize.SMALL, tone="text2", text=words.NO_SOURCE)
        self.hint.setWordWrap(True)
        self.outcome = UpdateOutcome(theme, launch)
        self.outcome.hide()
        self.leave = push_button("Done")
        self.check = push_button("Check now", "primary")
        self.check.setDefault(True)
        self.leave.setAutoDefault(False)
        self.version = Label(theme, TextSize.BODY, text=f"You have version {version()}.")
        self.add(self.version)
        self.add(Label(theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text="Source"))
        self.add(self.field)
        self.add(self.hint)
        self.add(self.outcome, 1)
        self.finish(self.leave, self.check)
        self.field.textChanged.connect(self._on_text)
        self.check.clicked.connect(self._begin)
        self.leave.clicked.connect(lambda: self._tasks.spawn(self.try_to(self._keep)))
        self._on_text()
        (self.check if source else self.field).setFocus()

    def _on_text(self) -> None:
        typed = bool(self.field.text().strip())
        self.check.setEnabled(typed)
        self.hint.setVisible(not typed)

    async def _keep(self) -> None:
        text = self.field.text().strip()
        if text != self._source:
            self._source = await self._updates.set_source(text)

    def _begin(self) -> None:
        self.check.setEnabled(False)
        self.outcome.wait()
        self.say_problem("")
        self._tasks.spawn(self._check())

    async def _check(self) -> None:
        try:
            await self._keep()
            self.outcome.show_report(await self._updates.check())
            self._stay_on_screen()
        except AppError as error:
            self.outcome.hide()
            self.say_problem(wording.words_for(error))
        finally:
            self._on_text()
            self.check.setFocus()

    def _stay_on_screen(self) -> None:
        """What was found makes the sheet grow; its buttons must not leave the screen for that."""
        self.adjustSize()
        screen, frame = self.screen().availableGeometry(), self.frameGeometry()
        below = frame.bottom() - screen.bottom()
        if below > 0:
            self.move(frame.x(), max(screen.top(), frame.y() - below))
