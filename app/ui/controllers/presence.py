"""What others are to see of us, chosen below our own name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from app.domain.contacts import Presence
from app.services.privacy import PRESENCE_SETTING
from app.ui.controllers.desk import Desk
from app.ui.people_phrases import PRESENCE_WORDS, PRESENCES


class PresenceControl(QObject):
    """Opens a menu at our own picture; `own` shows our profile, `chosen` is told of a choice."""

    def __init__(
        self,
        desk: Desk,
        own: Callable[[], Coroutine[None, None, None]],
        chosen: Callable[[Presence], object],
    ) -> None:
        super().__init__(desk.window)
        self._backend, self._tasks = desk.backend, desk.tasks
        self._header, self._chosen = desk.window.sidebar.header, chosen
        self.menu = QMenu(desk.window)
        self.menu.setAccessibleName("Me")
        group = QActionGroup(self.menu)
        self.actions = {state: self.menu.addAction(PRESENCE_WORDS[state]) for state in PRESENCES}
        for state, action in self.actions.items():
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _on=False, what=state: self.choose(what))
        self.menu.addSeparator()
        self.profile = self.menu.addAction("My profile…")
        self.profile.triggered.connect(lambda: self._tasks.spawn(own()))
        self._header.me.clicked.connect(self.open)

    async def start(self) -> None:
        """Read what was chosen last; may raise AppError."""
        stored = (await self._backend.setting(PRESENCE_SETTING, "online")).upper()
        self._show(Presence.__members__.get(stored, Presence.ONLINE))

    def open(self) -> None:
        """Open the menu below our picture."""
        self.menu.popup(self._header.me.mapToGlobal(QPoint(0, self._header.me.height())))

    def choose(self, state: Presence) -> None:
        """Be seen so from now on."""
        self._show(state)
        self._tasks.spawn(self._backend.contacts.set_presence(state))

    def _show(self, state: Presence) -> None:
        self.actions[state].setChecked(True)
        words = PRESENCE_WORDS[state]
        self._header.me.setAccessibleName(f"Me: {words}")
        self._header.me.setToolTip(f"{words}. Click to change, or to see your profile")
        self._chosen(state)
