"""Why somebody, or the network, cannot be reached: looked at live, with a way to each fix."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from app.domain.changes import LinkState
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.ui import wording
from app.ui.controllers.desk import Desk
from app.ui.network.diagnosis_sheet import DiagnosisSheet
from app.ui.network.findings import Place
from app.ui.people_phrases import called
from app.ui.phrases import isolated

WHOLE = "Is the network all right?"
REACHED = "How is {name} reached?"
MISSED = "Why can't I reach {name}?"

Ask = Callable[[QDialog], Awaitable[bool]]
Flow = Callable[[], Awaitable[object]]


class Diagnosing(QObject):
    """`places` leads to where things are mended; the person's profile is `profile`."""

    def __init__(
        self,
        desk: Desk,
        ask: Ask,
        places: Mapping[Place, Flow],
        profile: Callable[[PeerId], Awaitable[object]],
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._ask, self._places, self._profile = ask, places, profile

    async def network(self) -> None:
        """Look at everything between us and the others."""
        await self._look_at(None, WHOLE)

    async def person(self, peer: PeerId) -> None:
        """Look at everything between us and somebody."""
        name = isolated(called(self._backend.contacts.of(peer)))
        links = self._backend.network.links()
        linked = any(each.peer == peer and each.state is LinkState.ONLINE for each in links)
        await self._look_at(peer, (REACHED if linked else MISSED).format(name=name))

    async def _look_at(self, peer: PeerId | None, title: str) -> None:
        sheet = DiagnosisSheet(self._window.theme, self._window, title)
        asked: list[Place] = []
        sheet.asked.connect(asked.append)
        looking: list[asyncio.Task[None] | None] = []

        def look() -> None:
            looking.append(self._tasks.spawn(self._fill(sheet, peer)))

        sheet.again.connect(look)
        look()
        try:
            await self._ask(sheet)
        finally:
            for task in looking:
                if task is not None:
                    task.cancel()
        for place in asked:
            await self._lead(place, peer)

    async def _fill(self, sheet: DiagnosisSheet, peer: PeerId | None) -> None:
        sheet.begin()
        try:
            found = await self._backend.insight.diagnose(peer, sheet.hear)
        except AppError as error:
            sheet.fail(wording.words_for(error))
        else:
            sheet.end(found.findings, found.report)

    async def _lead(self, place: Place, peer: PeerId | None) -> None:
        if place is Place.PEOPLE and peer is not None:
            await self._profile(peer)
        else:
            await self._places[place]()
