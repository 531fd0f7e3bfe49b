"""Places rows in the viewport: an anchor, and a walk up and down from it. Knows no Qt.

The anchor is one row and the y of its bubble, so nothing needs the height of all rows, and what
is on the screen stays where it is when rows elsewhere come, go or change their height.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.views import Position
from app.ui.messages.window import MessageWindow

TOP = 6
"""Free space above the first row of all."""


class Extent(NamedTuple):
    """A row's height above and below the top of its bubble."""

    head: int
    body: int


class Placed(NamedTuple):
    """The row `at` with its bubble's top at `y` in the viewport."""

    at: int
    y: int
    extent: Extent

    @property
    def top(self) -> int:
        return self.y - self.extent.head

    @property
    def bottom(self) -> int:
        return self.y + self.extent.body


@dataclass(slots=True)
class Anchor:
    """The row that stays where it is."""

    place: Position
    y: int


class Track:
    """Where the viewport stands in the window of rows.

    `pinned` is true while it is at the conversation's end and follows it.
    """

    def __init__(self, window: MessageWindow, extent: Callable[[int], Extent]) -> None:
        self._window = window
        self._extent = extent
        self.height = 0
        self.foot = 0
        self.pinned = True
        self.anchor: Anchor | None = None

    def pin(self) -> None:
        """Go to the end of what is loaded and follow it."""
        self.pinned = True
        self.anchor = None

    def hold(self, place: Position, y: int) -> None:
        """Put the bubble of the row at `place` at `y`, as far as the ends allow."""
        self.pinned = False
        self.anchor = Anchor(place, y)

    def release(self) -> None:
        """Stop following the end, so that a row that grows does so downwards."""
        self.place()
        self.pinned = False

    def scroll(self, down: int) -> None:
        """Move the viewport by `down` pixels; the ends stop it."""
        placed = self.place()
        if not placed or not down:
            return
        self.hold(self._window.rows[placed[0].at].position, placed[0].y - down)
        self.place()

    def place(self) -> list[Placed]:
        """Return the rows in the viewport from the top, and anchor on the first of them."""
        if not self._window.rows:
            return []
        placed = self._walk(*self._start())
        excess = placed[0].top - TOP
        if placed[0].at == 0 and excess > 0:
            placed = self._walk(placed[0].at, placed[0].y - excess)
        shortfall = self.height - self.foot - placed[-1].bottom
        at_end = placed[-1].at == len(self._window) - 1
        if at_end and (shortfall > 0 or self.pinned):
            placed = self._walk(placed[-1].at, placed[-1].y + shortfall)
            shortfall = 0
        self.pinned = at_end and shortfall >= 0 and not self._window.more_after
        self.anchor = Anchor(self._window.rows[placed[0].at].position, placed[0].y)
        return placed

    def _start(self) -> tuple[int, int]:
        """Return a row and its y to walk from."""
        last = len(self._window) - 1
        if self.pinned or self.anchor is None:
            return last, self.height - self.foot - self._extent(last).body
        at = self._window.index_from(self.anchor.place)
        if at > last:
            return last, self.anchor.y
        return at, self.anchor.y

    def _walk(self, at: int, y: int) -> list[Placed]:
        """Return the rows that touch the viewport if the row `at` is at `y`; at least one."""
        first = Placed(at, y, self._extent(at))
        above, below = [first], [first]
        while above[-1].at and above[-1].top > 0:
            extent = self._extent(above[-1].at - 1)
            above.append(Placed(above[-1].at - 1, above[-1].top - extent.body, extent))
        while below[-1].at < len(self._window) - 1 and below[-1].bottom < self.height:
            extent = self._extent(below[-1].at + 1)
            below.append(Placed(below[-1].at + 1, below[-1].bottom + extent.head, extent))
        rows = [*reversed(above), *below[1:]]
        touching = [row for row in rows if row.bottom > 0 and row.top < self.height]
        return touching or [min(rows, key=lambda row: abs(row.y))]

    def ordinals(self) -> tuple[float, float]:
        """Return the places of the viewport's edges in the conversation, counted in rows."""
        placed = self.place()
        if not placed:
            return 0.0, 0.0
        first, last = placed[0], placed[-1]
        start = self._window.first_ordinal
        hidden = _part(-first.top, first.extent)
        shown = _part(self.height - last.top, last.extent)
        return start + first.at + hidden, start + last.at + shown


def _part(length: int, extent: Extent) -> float:
    return min(max(length / max(sum(extent), 1), 0.0), 1.0)
