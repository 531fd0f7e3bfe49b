"""What one may do in a conversation that one is not, or no longer, a member of."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.domain.changes import Change, RoomChanged
from app.domain.ids import RoomId
from app.ui import government
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.views.conversation import ConversationView

LOOKED_AT = 40
MEMBER, WAITING, REFUSED = "member", "waiting", "refused"


class StandingKeeper(QObject):
    """Puts a quiet line in the composer's place; `leave` takes a conversation away."""

    def __init__(
        self,
        desk: Desk,
        view: ConversationView,
        conversation: ConversationController,
        leave: Callable[[RoomId], Coroutine[None, None, None]],
    ) -> None:
        super().__init__(view)
        self._tasks, self._chats, self._view = desk.tasks, desk.backend.chats, view
        self._me = desk.backend.profile.peer
        self._conversation, self._leave = conversation, leave
        view.standing.pressed.connect(self._on_pressed)
        conversation.switched.connect(self.show)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop; the room list has had it before."""
        room = self._conversation.room
        if any(isinstance(each, RoomChanged) and each.summary.room == room for each in changes):
            self.show(room)

    def show(self, room: RoomId | None) -> None:
        """Say where we stand in this conversation."""
        summary = None if room is None else self._conversation.summary()
        if summary is None:
            return
        free = summary.standing == MEMBER
        self._give_place(free)
        if free:
            self._view.standing.say("")
        elif summary.standing == REFUSED:
            words = government.refused_line(summary.refused_for)
            self._view.standing.say(words, "Cancel")
        elif summary.standing == WAITING:
            self._view.standing.say(government.WAITING, "Cancel", waits=True)
        else:
            words = government.farewell(summary.standing, (), self._me)
            self._view.standing.say(words, "Delete")
            self._tasks.spawn(self._name_remover(summary.room, summary.standing))

    def _give_place(self, free: bool) -> None:
        """Show the composer or take it away; the keys go on to what is there then."""
        composer = self._view.composer
        if composer.isHidden() is not free:
            return
        at = QApplication.focusWidget()
        composer.setVisible(free)
        if at is None or self._view.isAncestorOf(at):
            self._view.give_keys()

    async def _name_remover(self, room: RoomId, standing: str) -> None:
        page = await self._chats.page(room, None, LOOKED_AT, 0)
        if room == self._conversation.room:
            words = government.farewell(standing, page.messages, self._me)
            self._view.standing.say(words, "Delete")

    def _on_pressed(self) -> None:
        if self._conversation.room is not None:
            self._tasks.spawn(self._leave(self._conversation.room))
