"""Keeps the bar of pinned messages true, and leads to them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.domain.changes import (
    Change,
    HistoryDeleted,
    MessagesAdded,
    MessagesChanged,
    MessagesRemoved,
)
from app.domain.ids import RoomId
from app.domain.views import MessageView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.dialogs.base import ask
from app.ui.dialogs.pins import PinsSheet
from app.ui.views.conversation import ConversationView


class PinController(QObject):
    """Reads the pinned messages of the open room, and again when they may differ."""

    def __init__(
        self, desk: Desk, view: ConversationView, conversation: ConversationController
    ) -> None:
        super().__init__(view)
        self._window, self._tasks = desk.window, desk.tasks
        self._conversations = desk.backend.conversations
        self._bar, self._messages, self._conversation = view.pin_bar, view.messages, conversation
        conversation.switched.connect(self._on_switched)
        self._room: RoomId | None = None
        self._bar.jumped.connect(self._jump)
        self._bar.all_asked.connect(self.show_all)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        if any(self._concerns(change) for change in changes):
            self._look()

    def show_all(self) -> None:
        """List all pinned messages of the open conversation, if there are some."""
        if self._bar.pins:
            self._tasks.spawn(self._show_all())

    async def _show_all(self) -> None:
        sheet = PinsSheet(self._window.theme, self._window, self._bar.pins, self._window.now)
        sheet.chosen.connect(self._jump)
        await ask(sheet)

    def _concerns(self, change: Change) -> bool:
        known = {pin.event for pin in self._bar.pins}
        match change:
            case MessagesAdded(room, messages) | MessagesChanged(room, messages):
                pins = any(each.pinned or each.event in known for each in messages)
                return room == self._room and pins
            case MessagesRemoved(room, events):
                return room == self._room and not known.isdisjoint(events)
            case HistoryDeleted(room):
                return room == self._room
            case _:
                return False

    def _on_switched(self, room: RoomId | None) -> None:
        if room != self._room:
            self._room = room
            self._bar.show_pins(())
        self._look()

    def _look(self) -> None:
        if self._room is not None:
            self._tasks.spawn(self._read(self._room))

    async def _read(self, room: RoomId) -> None:
        pins = await self._conversations.pinned(room)
        if room == self._room:
            self._bar.show_pins(pins)

    def _jump(self, message: MessageView) -> None:
        self._messages.go_to(message.position, flash=True)
