"""Tells the others that we are typing: at once, then now and then, and when we stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.domain.ids import RoomId
from app.services.api import Chats

EVERY_S = 3.0


class TypingTeller:
    """Fed with every edit; thins them out."""

    def __init__(self, chats: Chats, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._chats, self._monotonic = chats, monotonic
        self._room: RoomId | None = None
        self._told_at = 0.0

    def edited(self, room: RoomId, text: str) -> None:
        """The composer of `room` holds `text` now."""
        if not text.strip():
            self.stop()
            return
        if self._room != room:
            self.stop()
        now = self._monotonic()
        if self._room is None or now - self._told_at >= EVERY_S:
            self._room, self._told_at = room, now
            self._chats.typing(room, active=True)

    def stop(self) -> None:
        """We sent, emptied the field or went elsewhere."""
        if self._room is not None:
            self._chats.typing(self._room, active=False)
            self._room = None
