"""Paints the stage into the viewport."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.domain.views import MessageKind
from app.ui.messages.between import TYPING_HEIGHT, BetweenPainter
from app.ui.messages.layout import DAY_BELOW, NEW_ABOVE, NEW_BELOW, PILL, Item
from app.ui.messages.paint import RowPainter
from app.ui.messages.selection import Selection
from app.ui.messages.source import Clock
from app.ui.messages.stage import Stage
from app.ui.messages.track import Placed
from app.ui.messages.wording import day_line
from app.ui.theme import Size, Theme

STICKY = 8
"""How far below the upper edge the date floats."""


@dataclass(frozen=True, slots=True)
class Look:
    """`sticky` floats the date; `phase` is that of the typing dots."""

    selection: Selection | None
    sticky: bool
    phase: int


class Scene:
    """Draws in the order in which things lie on each other."""

    def __init__(self, stage: Stage, theme: Theme, clock: Clock) -> None:
        self._stage = stage
        self._theme = theme
        self._clock = clock
        self._rows = RowPainter(theme)
        self._between = BetweenPainter(theme)

    def paint(self, painter: QPainter, placed: list[Placed], clip: QRectF, look: Look) -> None:
        """Draw everything that touches `clip`."""
        painter.fillRect(clip, self._theme.palette.canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        items = [(row, self._stage.rows.item(row.at)) for row in placed]
        for row, item in items:
            selected = look.selection.range_in(item.message) if look.selection else None
            self._above(painter, row, item, sticky=look.sticky)
            self._rows.row(painter, item, row.y, selected, clip)
            self._avatar(painter, row, item)
        if placed:
            self._typing(painter, placed[-1], look.phase)
            if look.sticky:
                self._sticky(painter, items)

    def _avatar(self, painter: QPainter, row: Placed, item: Item) -> None:
        message = item.message
        bubble = message.kind in (MessageKind.TEXT, MessageKind.UNSUPPORTED)
        if bubble and item.setting.ends and not message.own and self._stage.measurer.named:
            self._rows.avatar(painter, message.author, message.author_name, row.bottom)

    def _above(self, painter: QPainter, row: Placed, item: Item, *, sticky: bool) -> None:
        width = self._stage.measurer.width
        if item.setting.unread:
            self._between.divider(painter, item.setting.unread, row.y, width)
        if item.setting.day is not None:
            top = day_top(row, item)
            if top >= STICKY or not sticky:
                text = day_line(item.setting.day, self._clock.today())
                self._between.date(painter, text, top, width)

    def _sticky(self, painter: QPainter, items: list[tuple[Placed, Item]]) -> None:
        """Float the date of the uppermost row, pushed away by the next one's."""
        top = STICKY
        for row, item in items:
            if item.setting.day is not None and day_top(row, item) >= STICKY:
                top = min(top, day_top(row, item) - PILL - STICKY // 2)
                break
        upper = next((item for row, item in items if row.bottom > STICKY), items[0][1])
        if upper.setting.day is not None and day_top(*_pair(items, upper)) >= STICKY:
            return
        day = self._clock.at(upper.message.time_ms).date()
        text = day_line(day, self._clock.today())
        self._between.date(painter, text, top, self._stage.measurer.width)

    def _typing(self, painter: QPainter, last: Placed, phase: int) -> None:
        stage = self._stage
        if not stage.typing or last.at != len(stage.window) - 1 or stage.window.more_after:
            return
        top = last.bottom + Size.GAP
        if stage.measurer.named:
            peer, name = next(iter(stage.typing.items()))
            middle = top + TYPING_HEIGHT / 2
            self._rows.avatar(painter, peer, name, middle + Size.AVATAR_SMALL / 2)
        self._between.typing(painter, stage.measurer.left, top, phase)


def day_top(row: Placed, item: Item) -> int:
    """Return the upper edge of the date above a row that has one."""
    new = NEW_ABOVE + PILL + NEW_BELOW if item.setting.unread else 0
    return row.y - new - DAY_BELOW - PILL


def _pair(items: list[tuple[Placed, Item]], wanted: Item) -> tuple[Placed, Item]:
    return next((row, item) for row, item in items if item is wanted)
