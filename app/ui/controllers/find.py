"""Finding in the open conversation."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.domain.views import SearchHit
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.views.conversation import ConversationView

LIMIT = 100


class FindController(QObject):
    """Opens and closes the find bar, asks for hits, jumps to them."""

    def __init__(
        self,
        desk: Desk,
        view: ConversationView,
        conversation: ConversationController,
    ) -> None:
        super().__init__(view)
        self._view, self._conversation = view, conversation
        self._chats, self._tasks = desk.backend.chats, desk.tasks
        view.find_bar.asked.connect(self._ask)
        view.find_bar.jumped.connect(self._jump)
        view.find_bar.closed.connect(self.close)
        view.header.find_button.clicked.connect(self._toggle)
        conversation.switched.connect(lambda _room: self.close())

    def open(self) -> None:
        self._view.find_bar.show()
        self._view.header.find_button.setChecked(True)
        self._view.find_bar.field.setFocus()
        self._view.find_bar.field.selectAll()

    def close(self) -> bool:
        """Close the bar; False if it was not open."""
        self._view.header.find_button.setChecked(False)
        if self._view.find_bar.isHidden():
            return False
        self._view.find_bar.hide()
        self._view.find_bar.field.clear()
        self._view.composer.field.setFocus()
        return True

    def _toggle(self, on: bool) -> None:
        if on:
            self.open()
        else:
            self.close()

    def _ask(self, text: str) -> None:
        self._tasks.spawn(self._find(text))

    async def _find(self, text: str) -> None:
        room, query = self._conversation.room, text.strip()
        hits = await self._chats.search(query, room, LIMIT) if query and room else ()
        if text == self._view.find_bar.field.text():
            self._view.find_bar.show_hits(hits, LIMIT)

    def _jump(self, hit: SearchHit) -> None:
        self._view.messages.go_to(hit.message.position)
