"""What can be done with one conversation of the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QDialog, QMenu

from app.domain.ids import RoomId
from app.domain.views import RoomKind, RoomSummary
from app.ui import phrases
from app.ui.controllers.desk import Desk
from app.ui.dialogs.forms import ConfirmSheet, Question
from app.ui.models.rows import RoomRow

HOUR_MS = 3_600_000
FOR_EVER = -1
INSIDE_OR_ASKING = frozenset({"member", "waiting", "refused"})
MUTES = (
    ("For 1 hour", HOUR_MS),
    ("For 8 hours", 8 * HOUR_MS),
    ("For 1 week", 7 * 24 * HOUR_MS),
    ("For ever", FOR_EVER),
)
_KEPT = "Only this computer forgets it; the others keep what they have."

Ask = Callable[[QDialog], Awaitable[bool]]
Leave = Callable[[RoomId], Awaitable[object]]


class RoomMenu(QObject):
    """Opens for a row of the list. `leave` asks whether to leave a group."""

    def __init__(self, desk: Desk, ask: Ask, leave: Leave) -> None:
        super().__init__(desk.window)
        self._window, self._tasks, self._ask, self._leave = desk.window, desk.tasks, ask, leave
        self._chats, self._conversations = desk.backend.chats, desk.backend.conversations
        self.menu = QMenu(desk.window)
        self.menu.setAccessibleName("Conversation")
        desk.window.sidebar.rows.menu_wanted.connect(self._show)

    def _show(self, row: object, where: QPoint) -> None:
        if isinstance(row, RoomRow) and not self.menu.isVisible():
            self.fill(row.summary)
            self.menu.popup(where)
            self.menu.setActiveAction(self.menu.actions()[0])

    def fill(self, summary: RoomSummary) -> None:
        """Offer what can be done with this conversation now."""
        room, calls = summary.room, self._conversations
        self.menu.clear()
        pinned, archived = summary.pinned, summary.archived
        self._add("Unpin" if pinned else "Pin to the top", lambda: calls.pin(room, not pinned))
        self._add_mute(summary)
        away = "Bring back from the archive" if archived else "Archive"
        self._add(away, lambda: calls.archive(room, not archived))
        if summary.unread or summary.marked_unread:
            self._add("Mark as read", lambda: self.mark_read(summary))
        elif summary.last is not None:
            self._add("Mark as unread", lambda: calls.mark_unread(room, True))
        self.menu.addSeparator()
        if summary.kind is RoomKind.GROUP and summary.standing in INSIDE_OR_ASKING:
            self._add("Leave…", lambda: self._leave(room))
        if summary.last is not None:
            self._add("Delete history…", lambda: self._delete_history(summary))
        if self._can_be_deleted(summary):
            self._add("Delete…", lambda: self._delete(summary))

    def open_mutes(self, summary: RoomSummary, where: QPoint) -> None:
        """Offer for how long to be quiet, or to be so no more."""
        self.menu.clear()
        self._add_mute(summary, self.menu)
        self.menu.popup(where)
        self.menu.setActiveAction(self.menu.actions()[0])

    async def mark_read(self, summary: RoomSummary) -> None:
        """Take all of a conversation as read."""
        if summary.last is not None and summary.unread:
            await self._chats.mark_read(summary.room, summary.last.event)
        if summary.marked_unread:
            await self._conversations.mark_unread(summary.room, False)

    def _add_mute(self, summary: RoomSummary, within: QMenu | None = None) -> None:
        room, calls = summary.room, self._conversations
        if phrases.is_muted(summary, self._window.now()):
            self._add("Unmute", lambda: calls.mute(room, 0))
            return
        mutes = within or self.menu.addMenu("Mute")
        mutes.setAccessibleName("Mute")
        for text, length in MUTES:
            self._add(text, partial(self._mute, room, length), mutes)

    async def _mute(self, room: RoomId, length_ms: int) -> None:
        now = round(self._window.now().timestamp() * 1000)
        until = FOR_EVER if length_ms == FOR_EVER else now + length_ms
        await self._conversations.mute(room, until)

    def _add(
        self, text: str, deed: Callable[[], Awaitable[object]], menu: QMenu | None = None
    ) -> None:
        async def carry_out() -> None:
            await deed()

        action = (menu or self.menu).addAction(text)
        action.triggered.connect(lambda: self._tasks.spawn(carry_out()))

    @staticmethod
    def _can_be_deleted(summary: RoomSummary) -> bool:
        gone = summary.standing in {"removed", "left"}
        return summary.kind is RoomKind.DIRECT or (summary.kind is RoomKind.GROUP and gone)

    async def _delete_history(self, summary: RoomSummary) -> None:
        title = f"Delete all messages of {summary.name}?"
        if await self._is_sure(title, "Delete history"):
            await self._conversations.delete_history(summary.room)

    async def _delete(self, summary: RoomSummary) -> None:
        title = f"Delete the conversation {summary.name}?"
        if await self._is_sure(title, "Delete"):
            await self._conversations.leave(summary.room, keep=False)

    async def _is_sure(self, title: str, button: str) -> bool:
        question = Question(title, _KEPT, button)
        return await self._ask(ConfirmSheet(self._window.theme, self._window, question))
