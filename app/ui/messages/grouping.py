"""Which rows stand together, and what stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.views import MessageKind, MessageState, MessageView, Position
from app.ui.messages.source import Clock

GROUP_MS = 5 * 60 * 1000
_GROUPED = {MessageKind.TEXT, MessageKind.FILE}
_RANK = {state: rank for rank, state in enumerate(MessageState)}


@dataclass(frozen=True, slots=True)
class Divider:
    """The line above the first of `count` unread messages, which is at `before`."""

    before: Position
    count: int


@dataclass(frozen=True, slots=True)
class Setting:
    """How a row stands among its neighbours.

    `starts` and `ends` its group; `day` is the date to show above it, `unread` the number on
    the divider above it (0 for none).
    """

    starts: bool
    ends: bool
    day: date | None
    unread: int
    gap: bool


def joins(older: MessageView, newer: MessageView, clock: Clock, divider: Divider | None) -> bool:
    """Tell whether `newer` continues the group of `older`, the row before it."""
    return (
        older.kind in _GROUPED
        and newer.kind in _GROUPED
        and older.author == newer.author
        and not older.reactions
        and 0 <= newer.time_ms - older.time_ms < GROUP_MS
        and not (older.own and _RANK[older.state] < _RANK[newer.state])
        and clock.at(older.time_ms).date() == clock.at(newer.time_ms).date()
        and (divider is None or divider.before != newer.position)
    )


def setting(
    rows: Sequence[MessageView], at: int, clock: Clock, divider: Divider | None, *, more: bool
) -> Setting:
    """Return how the row `at` stands; `more` tells that there are rows before the first."""
    row = rows[at]
    older = rows[at - 1] if at else None
    newer = rows[at + 1] if at + 1 < len(rows) else None
    day = clock.at(row.time_ms).date()
    # Before the first loaded row its day is not known to begin: the sticky pill shows it.
    fresh = not more if older is None else clock.at(older.time_ms).date() != day
    return Setting(
        starts=older is None or not joins(older, row, clock, divider),
        ends=newer is None or not joins(row, newer, clock, divider),
        day=day if fresh else None,
        unread=divider.count if divider is not None and divider.before == row.position else 0,
        gap=older is not None,
    )
