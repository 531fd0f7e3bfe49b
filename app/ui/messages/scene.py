"""Paints the stage into the viewport."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from app.domain.views import Position
from app.ui.messages.between import TYPING_HEIGHT, BetweenPainter
from app.ui.messages.layout import DAY_BELOW, NEW_ABOVE, NEW_BELOW, PILL
from app.ui.messages.paint import RowPainter
from app.ui.messages.rows import ShownRow
from app.ui.messages.selection import Selection
from app.ui.messages.source import Clock
from app.ui.messages.stage import Stage
from app.ui.messages.wording import day_line
from app.ui.theme import Size, Theme
from app.ui.widgets.avatar import Face

STICKY = 8
"""How far below the upper edge the date floats."""
FLASH, FAINT = 0.22, 0.1
"""How strong the band behind a message is that one was led to, or that keys are about."""
PUSH = 4
"""How near the next date may come to it."""


@dataclass(frozen=True, slots=True)
class Look:
    """`sticky` floats the date; `phase` is that of the typing dots.

    `flash` and `current` are the messages that stand out, strongly and by an outline.
    """

    selection: Selection | None
    sticky: bool
    phase: int
    flash: Position | None = None
    current: Position | None = None


class Scene:
    """Draws in the order in which things lie on each other."""

    def __init__(self, stage: Stage, theme: Theme, clock: Clock) -> None:
        self._stage = stage
        self._theme = theme
        self._clock = clock
        self._rows = RowPainter(theme)
        self._between = BetweenPainter(theme)

    def paint(self, painter: QPainter, rows: Sequence[ShownRow], clip: QRectF, look: Look) -> None:
        """Draw everything that touches `clip`."""
        painter.fillRect(clip, self._theme.palette.canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in rows:
            selected = look.selection.range_in(row.item.message) if look.selection else None
            self._above(painter, row, sticky=look.sticky)
            self._mark(painter, row, look)
            self._rows.row(painter, row.item, row.y, selected, clip)
            self._avatar(painter, row)
        if rows:
            self._typing(painter, rows[-1], look.phase)
            if look.sticky:
                self._sticky(painter, rows)

    def _mark(self, painter: QPainter, row: ShownRow, look: Look) -> None:
        """Draw what makes a row stand out, below its bubble."""
        place = row.item.message.position
        if place not in (look.flash, look.current):
            return
        colour = QColor(self._theme.palette.accent)
        colour.setAlphaF(FLASH if place == look.flash else FAINT)
        band = QRectF(0, row.y - 2, self._stage.measurer.width, row.bottom - row.y + 4)
        painter.fillRect(band, colour)

    def _avatar(self, painter: QPainter, row: ShownRow) -> None:
        message = row.item.message
        if row.item.shows_author and row.item.setting.ends:
            picture = message.author_picture
            face = Face(message.author, message.author_name, picture=picture)
            self._rows.avatar(painter, face, row.bottom)

    def _above(self, painter: QPainter, row: ShownRow, *, sticky: bool) -> None:
        setting = row.item.setting
        if setting.unread:
            self._between.divider(painter, setting.unread, row.y, self._stage.measurer.width)
        if setting.day is not None and (not sticky or day_top(row) >= STICKY):
            self._date(painter, setting.day, day_top(row), floating=False)

    def _date(self, painter: QPainter, day: date, top: int, *, floating: bool) -> None:
        text, width = day_line(day, self._clock.today()), self._stage.measurer.width
        self._between.date(painter, text, top, width, floating=floating)

    def _sticky(self, painter: QPainter, rows: Sequence[ShownRow]) -> None:
        """Float the date of the uppermost row, pushed away by the next one's."""
        upper = next((row for row in rows if row.bottom > STICKY), rows[0])
        below = [day_top(row) for row in rows if row.item.setting.day and day_top(row) >= STICKY]
        if upper.item.setting.day is not None and day_top(upper) in below:
            return
        top = min([STICKY, *(edge - PILL - PUSH for edge in below)])
        day = self._clock.at(upper.item.message.time_ms).date()
        self._date(painter, day, top, floating=True)

    def _typing(self, painter: QPainter, last: ShownRow, phase: int) -> None:
        stage = self._stage
        at_end = last.placed.at == len(stage.window) - 1 and not stage.window.more_after
        if not stage.typing or not at_end:
            return
        top = last.bottom + Size.GAP
        if stage.measurer.named:
            peer, name = next(iter(stage.typing.items()))
            middle = top + TYPING_HEIGHT / 2
            self._rows.avatar(painter, Face(peer, name), middle + Size.AVATAR_SMALL / 2)
        self._between.typing(painter, stage.measurer.left, top, phase)


def day_top(row: ShownRow) -> int:
    """Return the upper edge of the date above a row that has one."""
    new = NEW_ABOVE + PILL + NEW_BELOW if row.item.setting.unread else 0
    return row.y - new - DAY_BELOW - PILL
