"""Files that were chosen and neither sent nor left: they are still there after a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.domain.ids import RoomId, room_id, to_text
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.drafts import SAVE_AFTER_MS
from app.ui.file_names import framed_name
from app.ui.files.attachment import Attachment, of_paths
from app.ui.phrases import count
from app.ui.views.conversation import ConversationView

KEY = "files.unsent"
SEND, DISCARD = "Send…", "Discard"

Send = Callable[[Sequence[Attachment], str], object]
"""Asks about these, with these words."""


class _Kept(msgspec.Struct):
    """Paths, and what was to be said about them."""

    paths: list[str]
    text: str = ""


class Unsent(QObject):
    """Shows above the field of their conversation what was not sent; `send` begins anew."""

    def __init__(
        self, desk: Desk, conversation: ConversationController, view: ConversationView, send: Send
    ) -> None:
        super().__init__(view)
        self._tasks, self._backend = desk.tasks, desk.backend
        self._conversation, self._send = conversation, send
        self._kept: dict[RoomId, _Kept] = {}
        self._asked: set[RoomId] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self._save)
        self.bar = view.unsent
        self.bar.pressed.connect(self._on_pressed)
        conversation.switched.connect(lambda _room: self._show())

    async def load(self) -> None:
        """Read what was kept; what cannot be read is nothing."""
        stored = await self._backend.setting(KEY, "{}")
        try:
            found = msgspec.json.decode(stored, type=dict[str, _Kept])
            self._kept |= {room_id(room): kept for room, kept in found.items()}
        except (msgspec.DecodeError, AppError):
            return
        self._show()

    def begin(self, room: RoomId, files: Sequence[Attachment], text: str) -> None:
        """Somebody is being asked about these."""
        self._asked.add(room)
        self._note(room, files, text)
        self._save()

    def change(self, room: RoomId, files: Sequence[Attachment], text: str) -> None:
        """They are thinking it over; stored a moment after the last change."""
        self._note(room, files, text)
        self._timer.start()

    def _note(self, room: RoomId, files: Sequence[Attachment], text: str) -> None:
        paths = [str(each.path) for each in files if each.image is None]
        self._kept[room] = _Kept(paths, text)

    def end(self, room: RoomId) -> None:
        """They were sent, or left."""
        self._asked.discard(room)
        if self._kept.pop(room, None) is not None:
            self._save()

    def _save(self) -> None:
        self._timer.stop()
        self._show()
        kept = {to_text(room): kept for room, kept in self._kept.items() if kept.paths}
        stored = msgspec.json.encode(kept).decode()
        self._tasks.spawn(self._backend.set_setting(KEY, stored))

    def _show(self) -> None:
        room = self._conversation.room
        kept = self._kept.get(room) if room is not None and room not in self._asked else None
        if kept is None or not kept.paths:
            self.bar.say("")
            return
        first = framed_name(Path(kept.paths[0]).name)
        many = len(kept.paths)
        words = f"“{first}” was not sent" if many == 1 else f"{count(many, 'file')} were not sent"
        self.bar.say(words, (SEND, DISCARD))

    def _on_pressed(self, words: str) -> None:
        room = self._conversation.room
        kept = self._kept.get(room) if room is not None else None
        if room is None or kept is None:
            return
        found = of_paths([Path(path) for path in kept.paths])
        if words == SEND and found:
            self._send(found, kept.text)
        else:
            self.end(room)
