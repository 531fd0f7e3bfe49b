"""Requests to talk that wait for our answer: counted, shown, answered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.crypto.identity import fingerprint
from app.domain.changes import Change
from app.domain.contacts import ContactChanged, ContactView
from app.domain.ids import PeerId
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.people import PeopleFlows
from app.ui.models.rows import RequestsRow
from app.ui.views.requests import RequestsPage

INCOMING = "incoming"


class Requests(QObject):
    """Keeps the row of the sidebar and the page true."""

    def __init__(
        self,
        desk: Desk,
        conversation: ConversationController,
        people: PeopleFlows,
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._contacts = desk.backend.contacts
        self._conversation, self._people = conversation, people
        self._order: dict[PeerId, None] = {}
        self.page = RequestsPage(desk.window.theme, fingerprint)
        desk.window.add_page(self.page)
        self._connect()

    def load(self) -> None:
        """Read what waits."""
        self.show()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        if any(isinstance(change, ContactChanged) for change in changes):
            self.show()

    def waiting(self) -> tuple[ContactView, ...]:
        """Those who ask, the first to ask first as far as this run knows."""
        found = {view.peer: view for view in self._contacts.all() if view.state == INCOMING}
        self._order = {peer: None for peer in (*self._order, *found) if peer in found}
        return tuple(found[peer] for peer in self._order)

    def show(self) -> None:
        """Show in the list and on the page who asks now."""
        waiting = self.waiting()
        blocked = [view.peer for view in self._contacts.all() if view.state == "blocked"]
        self._window.rooms.set_requests(waiting, blocked)
        self.page.show_requests(waiting)

    def open(self) -> None:
        """Show the page beside the list."""
        self._conversation.close()
        self._window.show_page(self.page)
        self._window.panes.show_content(shown=True)
        self.page.focus_on()

    async def accept(self, peer: PeerId, answer: str) -> None:
        """Accept, send the answer if there is one, go there. May raise AppError."""
        room = await self._contacts.accept(peer)
        await self._conversation.open(room)
        if answer:
            await self._backend.chats.send(room, answer)

    async def delete(self, peer: PeerId) -> None:
        """Forget a request. May raise AppError."""
        await self._contacts.reject(peer)

    def _connect(self) -> None:
        spawn, page = self._tasks.spawn, self.page
        page.accepted.connect(lambda peer, answer: spawn(self.accept(peer, answer)))
        page.deleted.connect(lambda peer: spawn(self.delete(peer)))
        page.blocked.connect(lambda peer: spawn(self._people.block(peer)))
        page.reported.connect(lambda peer: spawn(self._people.report(peer)))
        page.back.clicked.connect(lambda: self._window.panes.show_content(shown=False))
        self._window.sidebar.rows.chosen.connect(self._on_row)
        self._window.panes.arranged.connect(lambda: page.back.setVisible(self._window.panes.single))

    def _on_row(self, row: object) -> None:
        if isinstance(row, RequestsRow):
            self.open()
