"""Sound and film in one window: looked at, played, recorded, shown large."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog

from app.domain.changes import Change
from app.domain.files import TransferChanged, TransferView
from app.media.process import MediaProcess
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.playing import Playing
from app.ui.controllers.speaking import Speaking, load_media
from app.ui.controllers.transfers import TransferDeeds
from app.ui.files.deeds import Deed
from app.ui.files.looks import Looks
from app.ui.views.conversation import ConversationView


class MediaDesk(QObject):
    """`do` carries out what is asked for beside a film that is shown."""

    def __init__(  # noqa: PLR0913, PLR0917 - it joins what each of these does alone
        self,
        desk: Desk,
        conversation: ConversationController,
        view: ConversationView,
        transfers: TransferDeeds,
        do: Callable[[TransferView, Deed], object],
        ask: Callable[[QDialog], Awaitable[bool]],
    ) -> None:
        super().__init__(desk.window)
        self._window, self._tasks, self._do, self._ask = desk.window, desk.tasks, do, ask
        messages = view.messages
        self._process = MediaProcess()
        self.looks = Looks(self._process, desk.tasks, messages.stage.pictured)
        self.looks.ratio = desk.window.devicePixelRatioF()
        self.playing = Playing(desk, messages, self.looks, lambda: transfers.known, transfers.do)
        transfers.sounds = self.playing.add_to
        self.speaking = Speaking(desk, desk.backend.transfers, conversation, view)
        self.speaking.began.connect(self.playing.hush)

    async def load(self) -> None:
        """Read what was listened to. May raise AppError."""
        await self.playing.load()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        self.playing.apply([each.view for each in changes if isinstance(each, TransferChanged)])

    def show(self, view: TransferView) -> None:
        """Show a film as large as the window."""
        self._tasks.spawn(self._show(view))

    def close(self) -> None:
        """Let go of microphone and loudspeaker, and look at nothing more."""
        self.speaking.close()
        self.playing.close()
        self._process.close()

    async def _show(self, view: TransferView) -> None:
        await load_media()
        from app.ui.files.film_viewer import FilmViewer  # noqa: PLC0415 - loaded at first use

        self.playing.hush()
        window = self._window
        still = self.looks.picture(view) or QImage()
        viewer = FilmViewer(window.theme, window, view, still)
        viewer.opened.connect(lambda each: self._do(each, Deed.OPEN))
        viewer.shown_in_folder.connect(lambda each: self._do(each, Deed.SHOW))
        viewer.open()
        viewer.start()
        await self._ask(viewer)
