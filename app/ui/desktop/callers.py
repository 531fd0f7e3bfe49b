"""Everybody who may call the program once it runs; the link that was opened last waits here."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent

from app.config import LINK_SCHEME, LONGEST_LINK
from app.ui.desktop.call import Call
from app.ui.desktop.listener import Listener


class Callers(QObject):
    """Emits `called` with each Call. `link` is the one that nobody has answered yet, or ""."""

    called = Signal(object)

    def __init__(self, link: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self._listener = Listener(self)
        self._listener.called.connect(self.receive)
        application = QCoreApplication.instance()
        if sys.platform == "darwin" and application is not None:
            application.installEventFilter(self)  # macOS hands links to the program that runs

    def listen(self, addresses: Sequence[str]) -> None:
        """Hear other starts of the program."""
        self._listener.listen(addresses)

    def receive(self, call: Call) -> None:
        """Take a call."""
        if call.link:
            self.link = call.link
        self.called.emit(call)

    def answered(self, link: str) -> None:
        """Forget a link that the person has seen, unless another one has come meanwhile."""
        if self.link == link:
            self.link = ""

    def close(self) -> None:
        """Hear nothing more."""
        self._listener.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            link = event.url().toString()
            if link.lower().startswith(LINK_SCHEME):
                self.receive(Call(link=link[:LONGEST_LINK]))
                return True
        return super().eventFilter(watched, event)
