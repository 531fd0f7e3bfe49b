"""Everything about files in one window: cards, what is sent, pictures, the panel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from app.domain.changes import Change
from app.domain.files import TransferView
from app.ui.controllers.attaching import Attaching
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.file_lists import FileLists
from app.ui.controllers.file_pictures import FilePictures
from app.ui.controllers.media import MediaDesk
from app.ui.controllers.pending import PendingKeeper
from app.ui.controllers.transfers import TransferDeeds
from app.ui.files.deeds import Deed
from app.ui.files.row_drop import RowDrop
from app.ui.files.settings_sheet import FileSettingsSheet
from app.ui.imaging import ImageProcess
from app.ui.models.rows import RoomRow
from app.ui.people_phrases import called
from app.ui.views.conversation import ConversationView

FRIEND = "friend"
Ask = Callable[[QDialog], Awaitable[bool]]


def _takes_files(row: object) -> bool:
    """Whether something can be sent to what a row of the sidebar stands for."""
    return isinstance(row, RoomRow) and row.summary.standing == "member"


class FileDesk(QObject):
    """Joins the parts of the window that are about files to the transfers of a backend."""

    def __init__(
        self,
        desk: Desk,
        conversation: ConversationController,
        view: ConversationView,
        ask: Ask,
        images: ImageProcess,
    ) -> None:
        super().__init__(desk.window)
        transfers = desk.backend.transfers
        self._window, messages = desk.window, view.messages
        self._tasks, self._contacts = desk.tasks, desk.backend.contacts
        self._transfers, self._ask = transfers, ask
        self.deeds = TransferDeeds(desk, transfers, messages, ask)
        self.pictures = FilePictures(
            desk, messages, images, lambda: self.deeds.known, self._do_outside, ask
        )
        self.attaching = Attaching(
            desk, transfers, conversation, view, ask, self.pictures.small_one
        )
        self.row_drop = RowDrop(desk.window.theme, desk.window.sidebar.rows, _takes_files)
        self.row_drop.dropped.connect(
            lambda row, mime: self.attaching.take_into(row.summary.room, mime)
        )
        self.media = MediaDesk(desk, conversation, view, self.deeds, self._do_outside, ask)
        small, looks = self.pictures.small, self.media.looks
        files = messages.stage.measurer.files
        files.find = lambda each: small.find(each) or looks.picture(each)
        self.deeds.shows_inside = lambda each: small.has(each) or looks.is_film(each)
        self.deeds.looked_at.connect(self._look_at)
        self.deeds.picture = self.pictures.large
        self.pending = PendingKeeper(view.pending, conversation, self.deeds)

        self.lists = FileLists(desk, conversation, self.deeds)
        self.lists.page.settings.clicked.connect(lambda: desk.tasks.spawn(self.settings()))

    async def load(self) -> None:
        """Read what is known. May raise AppError."""
        await self.media.load()
        await self.deeds.load()
        await self.attaching.unsent.load()
        await self.lists.load()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        self.deeds.apply(changes)
        self.media.apply(changes)

    def close(self) -> None:
        """Play and record nothing more."""
        self.media.close()

    async def settings(self) -> None:
        """Show the settings of files, and store what is changed there."""
        people = [each for each in self._contacts.all() if each.state == FRIEND]
        people.sort(key=lambda each: called(each).casefold())
        theme, window, transfers = self._window.theme, self._window, self._transfers
        found = await transfers.settings()
        save = transfers.set_settings
        await self._ask(FileSettingsSheet(theme, window, self._tasks, found, people, save))

    def _look_at(self, view: TransferView) -> None:
        if self.media.looks.is_film(view):
            self.media.show(view)
        else:
            self.pictures.view(view)

    def _do_outside(self, view: TransferView, deed: Deed) -> None:
        self._tasks.spawn(self.deeds.open_outside(view, deed))
