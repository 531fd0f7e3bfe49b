"""Conversations of which several can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.ids import RoomId
from app.domain.views import RoomSummary
from app.ui.models.keyed import KeyedListModel
from app.ui.models.ranking import rank


@dataclass(frozen=True, slots=True)
class Target:
    summary: RoomSummary
    chosen: bool = False


class TargetsModel(KeyedListModel[Target]):
    """Conversations that answer the query, the best first; what was chosen stays chosen."""

    def __init__(self, rooms: Sequence[RoomSummary]) -> None:
        super().__init__(lambda row: row.summary.room)
        self._all = tuple(rooms)
        self._chosen: dict[RoomId, RoomSummary] = {}
        self._query = ""
        self._renew()

    def ask(self, query: str) -> None:
        """Show what answers this query, in the order of the list where it answers alike."""
        self._query = query
        self._renew()

    def toggle(self, target: Target) -> None:
        """Choose a conversation, or do not any more."""
        room = target.summary.room
        if self._chosen.pop(room, None) is None:
            self._chosen[room] = target.summary
        self._renew()

    def chosen(self) -> tuple[RoomSummary, ...]:
        """In the order in which they were chosen."""
        return tuple(self._chosen.values())

    def text(self, row: Target) -> str:
        return row.summary.name

    def description(self, row: Target) -> str:
        return "chosen" if row.chosen else "not chosen"

    def _renew(self) -> None:
        ranked = [(rank(self._query, room.name), room) for room in self._all]
        found = [(place, room) for place, room in ranked if place is not None]
        ordered = [room for _, room in sorted(found, key=lambda pair: pair[0])]
        self.set_rows([Target(room, room.room in self._chosen) for room in ordered])
