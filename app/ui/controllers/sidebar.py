"""Fills the sidebar and acts on what is chosen there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer

from app.domain.changes import LinkState
from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.views import PersonView, Position
from app.ui.controllers.desk import Desk
from app.ui.models.rows import ArchiveRow, HitRow, PersonRow, RoomRow

POLL_MS = 2000
HITS = 30
SEARCH_DELAY_MS = 150

Opener = Callable[[RoomId, Position | None], object]


class SidebarController(QObject):
    """`opener` is called with the conversation to open and the message to show, if any."""

    def __init__(self, desk: Desk, opener: Opener) -> None:
        sidebar = desk.window.sidebar
        super().__init__(sidebar)
        self._sidebar, self._model = sidebar, desk.window.rooms
        self._backend, self._tasks, self._opener = desk.backend, desk.tasks, opener
        self._polling = False
        self._poll = _timer(self, POLL_MS, self.look_around)
        self._delay = _timer(self, SEARCH_DELAY_MS, self._search, once=True)
        sidebar.rows.chosen.connect(self.choose)
        sidebar.search.textChanged.connect(self._on_query)

    async def load(self) -> None:
        """Read all conversations."""
        rooms = await self._backend.chats.rooms()
        links = self._backend.network.links()
        self._model.load(rooms, [link.peer for link in links if link.state is LinkState.ONLINE])
        self._poll.start()
        self.look_around()

    def stop(self) -> None:
        self._poll.stop()
        self._delay.stop()

    def look_around(self) -> None:
        """Ask who is on this network, unless nobody would see the answer."""
        if self._sidebar.isVisible() and not self._polling:
            self._polling = True
            self._tasks.spawn(self._look_around())

    async def _look_around(self) -> None:
        try:
            self._model.set_people(await self._people())
        finally:
            self._polling = False

    async def _people(self) -> Sequence[PersonView]:
        try:
            people = await self._backend.network.directory("")
        except AppError:  # there is nobody to ask; the state line tells of it
            return ()
        own = self._backend.profile.peer
        return [person for person in people if person.peer != own]

    def open_person(self, person: PersonView) -> None:
        """Open the conversation with somebody, a new one if need be."""
        self._tasks.spawn(self._open_person(person))

    async def _open_person(self, person: PersonView) -> None:
        room = await self._backend.chats.open_direct(person.peer, person.name)
        self._sidebar.search.clear()
        self._opener(room, None)

    def choose(self, row: object) -> None:
        """Go where a row leads."""
        match row:
            case RoomRow(summary):
                self._opener(summary.room, None)
            case PersonRow(person):
                self.open_person(person)
            case HitRow(hit):
                self._opener(hit.message.room, hit.message.position)
            case ArchiveRow(open=shown):
                self._model.show_archived(not shown)
            case _:
                pass

    def _on_query(self, text: str) -> None:
        self._model.set_query(text)
        if self._model.query:
            self._delay.start()
        else:
            self._delay.stop()

    def _search(self) -> None:
        self._tasks.spawn(self._find(self._model.query))

    async def _find(self, query: str) -> None:
        hits = await self._backend.chats.search(query, None, HITS)
        self._model.set_hits(query, hits)


def _timer(
    parent: QObject, interval: int, run: Callable[[], object], *, once: bool = False
) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(interval)
    timer.setSingleShot(once)
    timer.timeout.connect(run)
    return timer
