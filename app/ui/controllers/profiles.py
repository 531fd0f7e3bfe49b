"""Switching between profiles, making and deleting them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from app.services.api import Account
from app.ui.controllers.desk import Desk
from app.ui.dialogs.forms import FieldSheet, Question
from app.ui.dialogs.profiles import DeletionSheet, ProfilesSheet

Ask = Callable[[QDialog], Awaitable[bool]]
Flow = Callable[[], Awaitable[object]]


class ProfileFlows(QObject):
    """Each public coroutine is one dialog; `begin_anew` is called when another profile is due."""

    def __init__(
        self, desk: Desk, account: Account, ask: Ask, begin_anew: Callable[[], object]
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._account, self._ask, self._begin_anew = account, ask, begin_anew

    async def show(self) -> None:
        """Show the profiles, and go where the person wants to."""
        names = await self._account.profiles()
        sheet = ProfilesSheet(self._window.theme, self._window, names, self._account.name)
        then: list[Flow] = []

        def leave_for(flow: Flow) -> None:
            then.append(flow)
            sheet.accept()

        sheet.switch_asked.connect(lambda name: leave_for(lambda: self.switch(name)))
        sheet.create_asked.connect(lambda: leave_for(self.create))
        sheet.deletion_asked.connect(lambda: leave_for(self.delete))
        await self._ask(sheet)
        for flow in then:
            await flow()

    async def switch(self, name: str) -> None:
        """Go on as another profile."""
        await self._account.switch_to(name)
        self._begin_anew()

    async def create(self) -> None:
        """Ask for a name and go on as a new profile."""
        line = "Only you see this name. How others see you can be changed afterwards."
        question = Question("New profile", line, "Create", "Name of the profile", "Work", limit=32)
        theme, window = self._window.theme, self._window
        if await self._ask(FieldSheet(theme, window, self._tasks, question, self._account.create)):
            self._begin_anew()

    async def delete(self) -> None:
        """Ask to type our name, and erase this profile."""
        sheet = DeletionSheet(
            self._window.theme,
            self._window,
            self._tasks,
            self._backend.profile.name,
            self._account.delete,
        )
        if await self._ask(sheet):
            self._begin_anew()
