"""What can be done about a row of the network's page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.ids import PeerId
from app.ui.network.facts import PersonRow, ServerRow
from app.ui.tasks import TaskOwner

PersonFlow = Callable[[PeerId], Coroutine[None, None, object]]
Flow = Callable[[], Coroutine[None, None, object]]


class NetworkMenu(QObject):
    """Opens where it is asked for; `people` are flows about a person by what the menu says."""

    def __init__(
        self, parent: QWidget, tasks: TaskOwner, people: dict[str, PersonFlow], servers: Flow
    ) -> None:
        super().__init__(parent)
        self._tasks, self._people, self._servers = tasks, people, servers
        self.menu = QMenu(parent)

    def show(self, row: object, where: QPoint) -> None:
        """Open the menu about a row, if there is one."""
        self.menu.clear()
        match row:
            case PersonRow(peer, name):
                self.menu.setAccessibleName(name)
                for words, flow in self._people.items():
                    self._add(words, partial(self._begin, flow, peer))
            case ServerRow(url):
                self.menu.setAccessibleName(url)
                self._add("Copy the address", lambda: QGuiApplication.clipboard().setText(url))
                self._add("Servers…", lambda: self._tasks.spawn(self._servers()))
            case _:
                return
        self.menu.popup(where)
        self.menu.setActiveAction(self.menu.actions()[0])

    def _begin(self, flow: PersonFlow, peer: PeerId) -> None:
        self._tasks.spawn(flow(peer))

    def _add(self, words: str, deed: Callable[[], object]) -> None:
        self.menu.addAction(words).triggered.connect(lambda _on=False: deed())
