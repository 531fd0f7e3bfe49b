"""Everything about files in one window: cards, the panel, what is sent, small pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from app.domain.changes import Change
from app.services.transfers_api import Transfers
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.transfers import TransferDeeds
from app.ui.views.conversation import ConversationView

Ask = Callable[[QDialog], Awaitable[bool]]


class FileDesk(QObject):
    """Joins the parts of the window that are about files to the transfers of a backend."""

    def __init__(
        self,
        desk: Desk,
        transfers: Transfers,
        conversation: ConversationController,
        view: ConversationView,
        ask: Ask,
    ) -> None:
        super().__init__(desk.window)
        self._conversation = conversation
        self.deeds = TransferDeeds(desk, transfers, view.messages, ask)

    async def load(self) -> None:
        """Read what is known. May raise AppError."""
        await self.deeds.load()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        self.deeds.apply(changes)


def file_desk(
    desk: Desk, conversation: ConversationController, view: ConversationView, ask: Ask
) -> FileDesk | None:
    """Make one if the backend knows files."""
    transfers: Transfers | None = getattr(desk.backend, "transfers", None)
    if transfers is None:
        return None
    return FileDesk(desk, transfers, conversation, view, ask)
