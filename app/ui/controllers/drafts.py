"""Keeps what was written and not sent, conversation by conversation."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.domain.ids import RoomId
from app.services.api import Chats
from app.ui.tasks import TaskOwner

SAVE_AFTER_MS = 500


class DraftKeeper(QObject):
    """The newest text of each composer; stored a moment after the last key and when asked."""

    def __init__(self, chats: Chats, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chats, self._tasks = chats, tasks
        self._texts: dict[RoomId, str] = {}
        self._unsaved: set[RoomId] = set()
        self._sending: dict[RoomId, list[str]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save_soon)

    def text(self, room: RoomId, stored: str) -> str:
        """The draft to show: what was typed here, else what is `stored`."""
        return self._texts.get(room, stored)

    def note(self, room: RoomId, text: str) -> None:
        """The composer of `room` holds `text` now."""
        self._texts[room] = text
        self._unsaved.add(room)
        self._timer.start()

    def begin_sending(self, room: RoomId, text: str) -> None:
        """`text` left the composer and is on its way to the disk."""
        self._sending.setdefault(room, []).append(text)

    def end_sending(self, room: RoomId, text: str) -> None:
        """`text` is on the disk, or back in the composer."""
        self._sending[room].remove(text)
        self._unsaved.add(room)
        self._timer.start()

    def save_soon(self) -> None:
        """Store what is not stored yet, in a task."""
        self._timer.stop()
        if self._unsaved:
            self._tasks.spawn(self.save())

    async def save(self) -> None:
        """Store what is not stored yet; texts that are being sent count as not sent."""
        rooms, self._unsaved = self._unsaved, set()
        for room in rooms:
            parts = [*self._sending.get(room, ()), self._texts.get(room, "")]
            await self._chats.save_draft(room, "\n".join(part for part in parts if part.strip()))

    def stop(self) -> None:
        self._timer.stop()

    def forget(self, room: RoomId) -> None:
        """The conversation is no longer there."""
        self._texts.pop(room, None)
        self._unsaved.discard(room)
