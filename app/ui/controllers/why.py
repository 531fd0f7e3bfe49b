"""Leads from "Kenji is offline" to why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from app.domain.ids import PeerId
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.phrases import isolated
from app.ui.views.conversation import ConversationView

MOST = 12
"""How many are named; the others are in the details."""

Diagnose = Callable[[PeerId], Awaitable[object]]


class WhyAway(QObject):
    """Diagnoses who is away; asks whom if that are several."""

    def __init__(
        self,
        desk: Desk,
        view: ConversationView,
        conversation: ConversationController,
        diagnose: Diagnose,
    ) -> None:
        super().__init__(view)
        self._tasks, self._banner = desk.tasks, view.offline
        self._conversation, self._diagnose = conversation, diagnose
        self.menu = QMenu(view)
        self.menu.setAccessibleName("Why can't I reach")
        view.offline.pressed.connect(self._on_pressed)

    def _on_pressed(self) -> None:
        away = [each for each in self._conversation.members if not (each.you or each.online)]
        if len(away) == 1:
            self._ask(away[0].peer)
            return
        self.menu.clear()
        for member in away[:MOST]:
            action = self.menu.addAction(isolated(member.name))
            action.triggered.connect(partial(self._ask, member.peer))
        button = self._banner.button
        self.menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        if away:
            self.menu.setActiveAction(self.menu.actions()[0])

    def _ask(self, peer: PeerId, _on: bool = False) -> None:
        async def ask() -> None:
            await self._diagnose(peer)

        self._tasks.spawn(ask())
