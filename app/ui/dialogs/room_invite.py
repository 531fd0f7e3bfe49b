"""Lets people into a room: by name, or by a link, a code, a QR code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.governing import RoomLink
from app.domain.ids import PeerId
from app.ui import government, phrases
from app.ui.dialogs.base import Sheet
from app.ui.dialogs.invite import InvitePage
from app.ui.dialogs.people_picker import PeoplePicker, Search
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label
from app.ui.widgets.tabs import Tabs

PEOPLE, LINK = 0, 1
NO_LINK = "Nobody gets in by a link now. Make a new one below."
WITHDRAWN = (
    "The room code is no longer valid: it was taken back, or somebody who knew it was removed."
)
NOT_OURS = "Only admins can let people into this room."


@dataclass(frozen=True, slots=True)
class Doorway:
    """What the sheet works with. `make` takes Unix ms, 0 for a link that never expires."""

    search: Search
    invite: Callable[[Sequence[PeerId]], Awaitable[object]]
    make: Callable[[int], Awaitable[RoomLink]]
    revoke: Callable[[RoomLink], Awaitable[object]]
    now: Callable[[], datetime]


class LinkPage(QWidget):
    """One link with its code, and a way to others."""

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme, self._now = theme, now
        self.link: RoomLink | None = None
        self.page: InvitePage | None = None
        self.note = Label(theme, TextSize.PREVIEW, tone="text2")
        self.note.setWordWrap(True)
        self.until = Label(theme, TextSize.SMALL, tone="text2")
        self.revoke = push_button("Revoke", "quiet")
        self.revoke.setAccessibleName("Revoke this link")
        self.expiry = Tabs(theme, government.LINK_WORDS)
        self.expiry.setAccessibleName("A new link expires after")
        self.expiry.choose(government.LINK_CHOICES.index(government.WEEK))
        self.make = push_button("Make link")
        self._place = QVBoxLayout()
        self._lay_out()

    @property
    def seconds(self) -> int:
        """After how many seconds a new link is to expire, 0 for never."""
        at = [button.isChecked() for button in self.expiry.buttons()].index(True)
        return government.LINK_CHOICES[at]

    def show_link(self, link: RoomLink | None, note: str = "") -> None:
        """Show this link in place of the one before; None for none at all."""
        while (item := self._place.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.link, self.page = link, None
        if link is not None:
            self.page = InvitePage(self._theme, link.link, link.code)
            self._place.addWidget(self.page)
            self.until.setText(government.until_line(link.until_ms, self._now()).capitalize())
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.until.setVisible(link is not None)
        self.revoke.setVisible(link is not None)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self.until, 1)
        below.addWidget(self.revoke)
        new = QHBoxLayout()
        new.setSpacing(8)
        new.addWidget(self.expiry, 1)
        new.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.note)
        column.addLayout(self._place)
        column.addLayout(below)
        caption = "Another link, which expires after"
        column.addWidget(Label(self._theme, TextSize.SMALL, Weight.MEDIUM, "text2", text=caption))
        column.addLayout(new)
        column.addStretch()


class RoomInviteSheet(Sheet):
    """Emits `invited` with how many people were sent an invitation."""

    invited = Signal(int)

    def __init__(  # noqa: PLR0913, PLR0917 - what it shows is all it is
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        title: str,
        doorway: Doorway,
        links: Sequence[RoomLink],
    ) -> None:
        super().__init__(theme, parent, title)
        self._tasks, self._doorway = tasks, doorway
        self.tabs = Tabs(theme, ("People", "Link"))
        self.tabs.setAccessibleName("How to invite")
        self.picker = PeoplePicker(theme, tasks, doorway.search)
        self.links = LinkPage(theme, doorway.now)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.picker)
        self._pages.addWidget(self.links)
        self.add(self.tabs)
        self.add(self._pages, 1)
        self.go = push_button("Invite", "primary")
        self.done_button = push_button("Done")
        self.done_button.clicked.connect(self.accept)
        self.finish(self.done_button, self.go)
        first = links[0] if links else None
        withdrawn = "" if first is not None and first.code else WITHDRAWN
        self.links.show_link(first, withdrawn if first is not None else NO_LINK)
        self.tabs.chosen.connect(self.show_page)
        self.picker.changed.connect(self._on_chosen)
        self.go.clicked.connect(lambda: self._spawn(self._invite))
        self.links.make.clicked.connect(lambda: self._spawn(self._make))
        self.links.revoke.clicked.connect(lambda: self._spawn(self._revoke))
        self._on_chosen(0)

    def show_page(self, at: int) -> None:
        """Turn to `PEOPLE` or to `LINK`."""
        self.tabs.choose(at)
        self._pages.setCurrentIndex(at)
        self.go.setVisible(at == PEOPLE)
        self.done_button.setDefault(at == LINK)
        if at == PEOPLE:
            self.picker.field.setFocus()

    def _on_chosen(self, number: int) -> None:
        self.go.setEnabled(number > 0)
        words = f"Invite {phrases.count(number, 'person', 'people')}" if number else "Invite"
        self.go.setText(words)
        self.go.setAccessibleName(words)

    def _spawn(self, work: Callable[[], Awaitable[object]]) -> None:
        self.say_problem("")
        self._tasks.spawn(self.try_here(work))

    async def _invite(self) -> None:
        chosen = self.picker.chosen()
        self.go.setEnabled(False)
        try:
            await self._doorway.invite(chosen)
        finally:
            self.go.setEnabled(True)
        self.invited.emit(len(chosen))
        self.accept()

    async def _make(self) -> None:
        seconds = self.links.seconds
        until = round(self._doorway.now().timestamp() + seconds) * 1000 if seconds else 0
        self.links.show_link(await self._doorway.make(until))

    async def _revoke(self) -> None:
        if self.links.link is not None:
            await self._doorway.revoke(self.links.link)
            self.links.show_link(None, NO_LINK)
            self.links.make.setFocus()
