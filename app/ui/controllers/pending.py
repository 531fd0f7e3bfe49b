"""Keeps the strip above the composer true: what is read before it goes to the open conversation."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.transfers import TransferDeeds
from app.ui.files.pending import PendingStrip


class PendingKeeper(QObject):
    def __init__(
        self, strip: PendingStrip, conversation: ConversationController, transfers: TransferDeeds
    ) -> None:
        super().__init__(strip)
        self._strip, self._conversation, self._transfers = strip, conversation, transfers
        strip.deed_wanted.connect(lambda view, deed: transfers.do(view.transfer, deed))
        conversation.switched.connect(lambda _room: self._show())
        transfers.changed.connect(lambda _view: self._show())

    def _show(self) -> None:
        room = self._conversation.room
        known = self._transfers.known.values()
        views = [view for view in known if view.room == room and not view.is_offered]
        self._strip.show_views(sorted(views, key=lambda view: (view.offered_ms, view.transfer)))
