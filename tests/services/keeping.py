"""What tests of kept and vanishing conversations have in common."""

from __future__ import annotations

import time

import pytest

from app.domain.ids import RoomId
from app.domain.views import RoomSummary
from tests.services.world import Someone, until

PNG = b"\x89PNG\r\n\x1a\n"


async def summary(someone: Someone, room: RoomId) -> RoomSummary:
    return await someone.backend.chats.room(room)


async def vanishing(someone: Someone, room: RoomId, seconds: int) -> None:
    """Let messages disappear, from the next one on."""
    await someone.backend.conversations.set_vanish(room, seconds)


async def all_heard_of(seconds: int, room: RoomId, *people: Someone) -> None:
    for one in people:
        place = one.backend._services.opener._book.get(room)
        await until(lambda place=place: place.vanish_s == seconds)  # type: ignore[misc]


class Times:
    """Lets time pass for everybody."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = time.time_ns
        self._ahead = 0
        monkeypatch.setattr(time, "time_ns", self.now)

    def now(self) -> int:
        return self._real() + self._ahead

    def pass_by(self, seconds: float, *people: Someone) -> None:
        self._ahead += int(seconds * 1e9)
        for one in people:
            one.backend._services.publisher.on_timed()
