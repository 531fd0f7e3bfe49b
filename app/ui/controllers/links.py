"""Opens links from messages, never without showing where they lead."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from app.ui.controllers.desk import Desk
from app.ui.dialogs.base import ask
from app.ui.dialogs.forms import ConfirmSheet, Question

SCHEMES = {"http", "https", "mailto"}


class LinkOpener(QObject):
    """Asks with the whole address in sight, then leaves it to the system."""

    def __init__(
        self,
        desk: Desk,
        launch: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(desk.window)
        self._window, self._tasks, self._launch = desk.window, desk.tasks, launch

    def open(self, address: str) -> None:
        """Ask whether to open this address; other schemes than those of the web are ignored."""
        url = QUrl(address, QUrl.ParsingMode.StrictMode)
        if url.isValid() and url.scheme().lower() in SCHEMES:
            self._tasks.spawn(self._open(url))

    async def _open(self, url: QUrl) -> None:
        # Encoded, so that look-alike letters of another script show.
        shown = bytes(url.toEncoded().data()).decode("ascii")
        question = Question("Open this address?", shown, "Open")
        sheet = ConfirmSheet(self._window.theme, self._window, question, "primary")
        if await ask(sheet):
            self._launch(url)
