"""The window's rows, measured; a row is measured again only when what it shows changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.domain.ids import EventId
from app.domain.views import MessageView, Position
from app.ui.messages.grouping import Divider, setting
from app.ui.messages.layout import Item, Measurer
from app.ui.messages.source import Clock
from app.ui.messages.track import Extent, Placed
from app.ui.messages.window import MessageWindow

MEASURED = 160
"""How many measured rows are kept."""

Around = tuple[MessageView | None, MessageView, MessageView | None, Divider | None, bool]


class ShownRow(NamedTuple):
    """A measured row in the viewport; it stays valid when the window changes under it."""

    placed: Placed
    item: Item

    @property
    def y(self) -> int:
        return self.placed.y

    @property
    def bottom(self) -> int:
        return self.placed.bottom


@dataclass(slots=True)
class _Kept:
    around: Around
    item: Item


class MeasuredRows:
    """Measures rows of `window` when asked, and keeps those near the viewport."""

    def __init__(self, window: MessageWindow, measurer: Measurer, clock: Clock) -> None:
        self._window = window
        self._measurer = measurer
        self._clock = clock
        self._kept: dict[Position, _Kept] = {}
        self._whole: set[EventId] = set()
        self.divider: Divider | None = None

    def unfold(self, message: MessageView) -> None:
        """Show all of a very long text from now on."""
        self._whole.add(message.event)
        self._kept.pop(message.position, None)

    def renew(self, event: EventId) -> None:
        """What is known of this message besides itself differs."""
        for place in [place for place in self._kept if place.event == event]:
            del self._kept[place]

    def forget(self) -> None:
        """The width, the colours or the room differ."""
        self._kept.clear()

    def item(self, at: int) -> Item:
        """Return the row `at`, measured for the present width."""
        rows = self._window.rows
        around = (
            rows[at - 1] if at else None,
            rows[at],
            rows[at + 1] if at + 1 < len(rows) else None,
            self.divider,
            self._window.more_before and not at,
        )
        kept = self._kept.get(rows[at].position)
        if kept is not None and all(
            ours is theirs for ours, theirs in zip(kept.around, around, strict=True)
        ):
            return kept.item
        item = self._measure(at, kept)
        self._kept[rows[at].position] = _Kept(around, item)
        return item

    def _measure(self, at: int, kept: _Kept | None) -> Item:
        message = self._window.rows[at]
        stands = setting(
            self._window.rows, at, self._clock, self.divider, more=self._window.more_before
        )
        if kept is not None and kept.item.message == message and kept.item.setting == stands:
            return kept.item
        return self._measurer.measure(message, stands, whole=message.event in self._whole)

    def extent(self, at: int) -> Extent:
        item = self.item(at)
        return Extent(item.head, item.body)

    def shown(self, placed: list[Placed]) -> list[ShownRow]:
        return [ShownRow(row, self.item(row.at)) for row in placed]

    def prepare(self, placed: list[Placed], count: int) -> bool:
        """Measure up to `count` rows next to the placed ones; tell whether more are left."""
        if not placed:
            return False
        reach = len(placed)
        first = max(placed[0].at - reach, 0)
        last = min(placed[-1].at + reach, len(self._window) - 1)
        missing = [
            at for at in range(first, last + 1) if self._window.rows[at].position not in self._kept
        ]
        for at in missing[:count]:
            self.item(at)
        return len(missing) > count

    def prune(self, placed: list[Placed]) -> None:
        """Drop the measured rows that are far from the viewport once there are too many."""
        if len(self._kept) <= MEASURED or not placed:
            return
        reach = max((MEASURED // 2 - len(placed)) // 2, len(placed))
        near = self._window.rows[max(placed[0].at - reach, 0) : placed[-1].at + reach]
        self._kept = {
            row.position: self._kept[row.position] for row in near if row.position in self._kept
        }
