"""Small pictures in the conversation, and the viewer that a click on one opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog

from app.domain.files import TransferView
from app.domain.ids import EventId
from app.ui.controllers.desk import Desk
from app.ui.files.deeds import Deed
from app.ui.files.thumbnails import SIDE, Thumbnails, is_here, picture
from app.ui.files.viewer import Viewer
from app.ui.imaging import ImageProcess
from app.ui.messages import MessageList


class FilePictures(QObject):
    """`known` are all transfers; `do` carries out what the viewer asks for."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it needs of others
        self,
        desk: Desk,
        messages: MessageList,
        process: ImageProcess,
        known: Callable[[], Mapping[EventId, TransferView]],
        do: Callable[[TransferView, Deed], object],
        ask: Callable[[QDialog], Awaitable[bool]],
    ) -> None:
        super().__init__(messages)
        self._window, self._tasks, self._process = desk.window, desk.tasks, process
        self._known, self._do, self._ask = known, do, ask
        stage = messages.stage
        self.small = Thumbnails(process, desk.tasks, stage.pictured)
        self.small.ratio = desk.window.devicePixelRatioF()
        stage.measurer.files.find = self.small.find

    async def small_one(self, path: Path) -> QImage:
        """Return a small picture of any image file. Raises AppError("bad-picture")."""
        return await picture(self._process, path, round(SIDE * 2 * self.small.ratio))

    def view(self, view: TransferView) -> None:
        """Show it as large as the window, with the other pictures of the conversation."""
        self._tasks.spawn(self._view(view))

    async def _view(self, view: TransferView) -> None:
        others = [
            each for each in self._known().values() if each.room == view.room and is_here(each)
        ]
        others.sort(key=lambda each: each.offered_ms)
        window = self._window
        viewer = Viewer(window.theme, window, self._tasks, others or [view], self.large)
        viewer.opened.connect(lambda each: self._do(each, Deed.OPEN))
        viewer.shown_in_folder.connect(lambda each: self._do(each, Deed.SHOW))
        viewer.open()
        viewer.start_at(view)
        await self._ask(viewer)

    async def large(self, view: TransferView) -> QImage:
        """Return a picture as large as the screen. Raises AppError("bad-picture")."""
        screen = self._window.screen()
        side = max(screen.size().width(), screen.size().height())
        return await picture(self._process, Path(view.path), round(side * self.small.ratio))
