"""What the message list asks of the world: pages of history, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

from app.domain.ids import EventId, RoomId
from app.domain.views import HistoryPage, Position

START = Position(0, EventId(b""))
"""Before every message."""
END = Position(1 << 64, EventId(b""))
"""After every message."""


class MessageSource(Protocol):
    """The part of `Chats` that the list needs."""

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage: ...

    async def position_at(self, room: RoomId, ordinal: int) -> Position | None: ...


_BORDERS = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Clock:
    """The present time and the zone in which times are shown; None is the system's."""

    now: Callable[[], datetime] = _now
    zone: tzinfo | None = None

    def at(self, time_ms: int) -> datetime:
        """Return the Unix time in the zone; far-off times end at the calendar's borders."""
        try:
            return datetime.fromtimestamp(time_ms / 1000, self.zone or _local(time_ms))
        except (OverflowError, OSError, ValueError):
            return _BORDERS[time_ms > 0]

    def today(self) -> date:
        now = self.now()
        return (now.astimezone(self.zone) if self.zone else now).date()


def _local(time_ms: int) -> tzinfo | None:
    return datetime.fromtimestamp(time_ms / 1000).astimezone().tzinfo
