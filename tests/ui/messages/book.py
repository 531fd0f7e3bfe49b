"""A conversation in memory: the list's source in tests, and the truth that it is compared with."""

from __future__ import annotations

import asyncio
import hashlib
from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import replace

from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import (
    HistoryPage,
    MessageKind,
    MessageState,
    MessageView,
    Position,
    RoomKind,
    RoomSummary,
)

ROOM = RoomId(b"room".ljust(16))
ME = "Noor Haddad"
NOON_MS = 1_763_726_400_000
"""Friday, 21 November 2025, 12:00 UTC."""
MINUTE = 60_000


def peer_of(name: str) -> PeerId:
    return PeerId(hashlib.sha256(b"peer" + name.encode()).digest())


def message(  # noqa: PLR0913 - a test names only what it needs
    number: int,
    text: str = "",
    author: str = "Mara Lindqvist",
    *,
    kind: MessageKind = MessageKind.TEXT,
    state: MessageState = MessageState.DELIVERED,
    time_ms: int | None = None,
    place_ms: int | None = None,
) -> MessageView:
    """The `number`-th message: a minute after the one before unless `time_ms` says otherwise."""
    at = NOON_MS + number * MINUTE if time_ms is None else time_ms
    event = EventId(hashlib.sha256(b"event%d" % number).digest())
    place = Position((at if place_ms is None else place_ms) << 16, event)
    text = text or f"Message {number}"
    own = author == ME
    return MessageView(ROOM, place, peer_of(author), author, own, kind, text, at, state)


class Book:
    """Answers pages at once, or after `hold` was set and `go` called; may fail."""

    def __init__(self, messages: Iterable[MessageView] = ()) -> None:
        self.rows = sorted(messages, key=lambda row: row.position)
        self.asked: list[tuple[Position | None, int, int]] = []
        self.failing: AppError | None = None
        self._gate = asyncio.Event()
        self._gate.set()

    @classmethod
    def of(cls, count: int) -> Book:
        """A book of `count` messages, every fifth of them our own."""
        authors = ("Mara Lindqvist", "Mara Lindqvist", "Priya Raman", "Jonas Weber", ME)
        return cls(message(at, author=authors[at % 5]) for at in range(count))

    def hold(self) -> None:
        """Answers have to wait from now on."""
        self._gate.clear()

    def go(self) -> None:
        self._gate.set()

    def add(self, row: MessageView) -> MessageView:
        insort(self.rows, row, key=lambda each: each.position)
        return row

    def set_state(self, event: EventId, state: MessageState) -> None:
        self.rows = [replace(row, state=state) if row.event == event else row for row in self.rows]

    def summary(self, unread: int = 0, kind: RoomKind = RoomKind.GROUP) -> RoomSummary:
        """The room with its last `unread` messages of others not read yet."""
        others = [row for row in self.rows if not row.own]
        first = others[-unread].position if unread else None
        before = [row for row in self.rows if first is None or row.position < first]
        read_to = before[-1].position if before else None
        last = self.rows[-1] if self.rows else None
        return RoomSummary(ROOM, "Room", kind, 4, unread, last, read_to=read_to)

    def fresh(self, around: Position | None, before: int, after: int) -> HistoryPage:
        """What a load would give now."""
        at = len(self.rows)
        if around is not None:
            at = bisect_left([row.position for row in self.rows], around)
        first, end = max(0, at - before), min(len(self.rows), at + after)
        more = end < len(self.rows)
        return HistoryPage(tuple(self.rows[first:end]), first > 0, more, first, len(self.rows))

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        assert room == ROOM
        self.asked.append((around, before, after))
        page = self.fresh(around, before, after)
        await self._gate.wait()
        if self.failing is not None:
            raise self.failing
        return page

    async def position_at(self, _room: RoomId, ordinal: int) -> Position | None:
        if not self.rows:
            return None
        return self.rows[min(max(ordinal, 0), len(self.rows) - 1)].position
