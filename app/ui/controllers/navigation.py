"""Getting about: next and previous, by number, by name, and back out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.views import RoomSummary
from app.ui.actions import NTH
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.find import FindController
from app.ui.controllers.sidebar import SidebarController
from app.ui.dialogs.base import ask
from app.ui.dialogs.switcher import Switcher, SwitcherModel
from app.ui.models.rows import PersonRow, PlaceRow
from app.ui.views.conversation import ConversationView

NOBODY = "Nobody else is here yet. People appear by themselves once Parlor runs on their computer."

PLACES = (
    PlaceRow("network", "Network", "Servers, links, what is in the way", "network"),
    PlaceRow("transfers", "Transfers", "Files that come and go", "arrow-down-up"),
    PlaceRow("settings", "Settings", "How Parlor looks and what it does", "settings"),
    PlaceRow("about", "About Parlor", "Version, licence, what it is made of", "info"),
)


class NewMenu(QMenu):
    """What can be begun."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("New conversation")
        self.write_to = QAction("Write to somebody…", self)
        self.create_room = QAction("Create a room…", self)
        self.join = QAction("Join or add a contact…", self)
        self.contact = QAction("My contact link…", self)
        self.others = [self.create_room, self.join, self.contact]
        self.addActions([self.write_to, *self.others])


class Navigation(QObject):
    """Carries out the actions that lead somewhere."""

    def __init__(
        self,
        desk: Desk,
        view: ConversationView,
        conversation: ConversationController,
        sidebar: SidebarController,
        find: FindController,
    ) -> None:
        super().__init__(desk.window)
        self._window, self._view, self._conversation = desk.window, view, conversation
        self._sidebar, self._find = sidebar, find
        self._backend, self._tasks = desk.backend, desk.tasks
        self.new_menu = NewMenu(desk.window)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What each of its actions does."""
        messages = self._view.messages
        nth = {f"nth-{number}": partial(self._go_nth, number) for number in range(1, NTH + 1)}
        return {
            **nth,
            "switcher": lambda: self._tasks.spawn(self._switch()),
            "find-everywhere": self._find_everywhere,
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
            "previous-unread": lambda: self._step(-1, unread=True),
            "next-unread": lambda: self._step(1, unread=True),
            "notes": lambda: self._tasks.spawn(self._open_notes()),
            "find": self._find_here,
            "first-message": messages.go_to_start,
            "last-message": messages.go_to_end,
            "first-unread": self._go_to_first_unread,
            "back": self.peel,
            "reply-previous": lambda: self._step_reply(-1),
            "reply-next": lambda: self._step_reply(1),
            "focus-composer": self._view.composer.field.setFocus,
        }

    def peel(self) -> None:
        """Take away what lies on top: one layer at a time."""
        panes = self._window.panes
        if self._conversation.writing.peel():
            return
        if self._find.close() or panes.fold_overlay():
            return
        if self._window.sidebar.search.text():
            self._window.sidebar.search.clear()
        else:
            self._conversation.mark_all_read()
            self._view.messages.go_to_end()

    def _step_reply(self, by: int) -> None:
        if self._is_open():
            self._conversation.writing.step_reply(by)

    def find_nearby(self) -> None:
        """Lead to the people on this network, or say that there is nobody."""
        rows = self._window.rooms.rows()
        at = next((at for at, row in enumerate(rows) if isinstance(row, PersonRow)), None)
        self._sidebar.look_around()
        self._window.empty.hint.setText(NOBODY if at is None else "")
        self._window.panes.show_content(shown=False)
        if at is not None:
            listed = self._window.sidebar.rows
            listed.setCurrentIndex(self._window.rooms.index(at, 0))
            listed.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_new_menu(self) -> None:
        """Open the menu of what can be begun, below its button."""
        button = self._window.sidebar.header.new
        self.new_menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _go_nth(self, number: int) -> None:
        rooms = self._window.rooms.conversations()
        if number <= len(rooms):
            self._go(rooms[number - 1])

    def _step(self, by: int, *, unread: bool = False) -> None:
        rooms = self._window.rooms.conversations()
        here = next(
            (at for at, room in enumerate(rooms) if room == self._conversation.summary()), -1
        )
        ahead = rooms[here + 1 :] if by > 0 else rooms[: max(here, 0)][::-1]
        target = next((room for room in ahead if room.unread or not unread), None)
        if target is not None:
            self._go(target)

    def _is_open(self) -> bool:
        return self._conversation.summary() is not None

    def _go(self, summary: RoomSummary) -> None:
        self._tasks.spawn(self._conversation.open(summary.room))

    async def _open_notes(self) -> None:
        await self._conversation.open(await self._backend.chats.open_notes())

    def _find_everywhere(self) -> None:
        self._window.panes.show_content(shown=False)
        self._window.sidebar.search.setFocus()
        self._window.sidebar.search.selectAll()

    def _find_here(self) -> None:
        if self._is_open():
            self._find.open()
        else:
            self._find_everywhere()

    def _go_to_first_unread(self) -> None:
        summary = self._conversation.summary()
        if summary is not None and summary.unread and summary.read_to is not None:
            self._view.messages.go_to(summary.read_to)

    async def _switch(self) -> None:
        rooms = self._window.rooms
        model = SwitcherModel((*rooms.conversations(), *rooms.archived()), rooms.people(), PLACES)
        switcher = Switcher(self._window.theme, self._window, model, self._window.now)
        switcher.chosen.connect(self._choose)
        await ask(switcher)

    def _choose(self, row: object) -> None:
        if isinstance(row, PlaceRow):
            self._window.actions_registry.action(row.action).trigger()
        else:
            self._sidebar.choose(row)
