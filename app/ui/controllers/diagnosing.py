"""Why somebody, or the network, cannot be reached: looked at live, with a way to each fix."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from app.domain.changes import LinkState
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.services.diagnosis_report import report
from app.services.network_api import Diagnosis, Finding
from app.ui import wording
from app.ui.controllers.desk import Desk
from app.ui.network.diagnosis_sheet import DiagnosisSheet
from app.ui.network.findings import Place
from app.ui.people_phrases import called
from app.ui.phrases import isolated

ROOM = "Does {name} hold together?"
WHOLE = "Is the network all right?"
REACHED = "How is {name} reached?"
MISSED = "Why can't I reach {name}?"

Ask = Callable[[QDialog], Awaitable[bool]]
Flow = Callable[[], Awaitable[object]]
Heard = Callable[[Finding], None]


class Look(Protocol):
    """Looks at something, and tells each finding as it is made."""

    async def __call__(self, *, heard: Heard) -> Diagnosis: ...


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
        await self._look_at(WHOLE, None, self._backend.insight.diagnose)

    async def person(self, peer: PeerId) -> None:
        """Look at everything between us and somebody."""
        name = isolated(called(self._backend.contacts.of(peer)))
        links = self._backend.network.links()
        linked = any(each.peer == peer and each.state is LinkState.ONLINE for each in links)
        title = (REACHED if linked else MISSED).format(name=name)
        await self._look_at(title, peer, partial(self._backend.insight.diagnose, peer))

    async def room(self, room: RoomId) -> None:
        """Look whether a room holds together, and have mended what does not."""
        name = isolated((await self._backend.chats.room(room)).name)

        async def look(*, heard: Heard) -> Diagnosis:
            found = tuple(await self._backend.insight.validate(room))
            for finding in found:
                heard(finding)
            return Diagnosis(found, report(found, {}))

        await self._look_at(ROOM.format(name=name), None, look)

    async def _look_at(self, title: str, peer: PeerId | None, look: Look) -> None:
        sheet = DiagnosisSheet(self._window.theme, self._window, title)
        asked: list[Place] = []
        sheet.asked.connect(asked.append)
        looking: list[asyncio.Task[None] | None] = []

        def begin() -> None:
            looking.append(self._tasks.spawn(self._fill(sheet, look)))

        sheet.again.connect(begin)
        begin()
        try:
            await self._ask(sheet)
        finally:
            for task in looking:
                if task is not None:
                    task.cancel()
        for place in asked:
            await self._lead(place, peer)

    @staticmethod
    async def _fill(sheet: DiagnosisSheet, look: Look) -> None:
        sheet.begin()
        try:
            found = await look(heard=sheet.hear)
        except AppError as error:
            sheet.fail(wording.words_for(error))
        else:
            sheet.end(found.findings, found.report)

    async def _lead(self, place: Place, peer: PeerId | None) -> None:
        if place is Place.PEOPLE and peer is not None:
            await self._profile(peer)
        else:
            await self._places[place]()
