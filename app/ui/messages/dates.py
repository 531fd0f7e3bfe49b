"""Which date's pill is at a point of the viewport."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPoint

from app.ui.messages.layout import LEFT, PILL, RIGHT
from app.ui.messages.rows import ShownRow
from app.ui.messages.scene import STICKY, day_top
from app.ui.messages.source import Clock

REACH = 60
"""How far from the middle a date is clicked."""


def date_at(
    rows: Sequence[ShownRow], at: QPoint, width: int, clock: Clock, *, floats: bool
) -> date | None:
    """Return the date whose pill is at `at`; `floats` if one floats at the upper edge."""
    if abs(at.x() - (width + LEFT - RIGHT) / 2) > REACH:
        return None
    for row in rows:
        day = row.item.setting.day
        if day is not None and day_top(row) <= at.y() < day_top(row) + PILL:
            return day
    upper = next((row for row in rows if row.bottom > STICKY), None)
    if floats and upper is not None and STICKY <= at.y() < STICKY + PILL:
        return clock.at(upper.item.message.time_ms).date()
    return None
