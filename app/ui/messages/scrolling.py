"""The scroll bar that counts messages, and how far a key or the wheel moves."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QWidget

UNITS = 64
"""Steps of the bar for one message."""
MOST = (1 << 31) - 1
NOTCH = 84
"""Pixels for a notch of the wheel."""
LINE = 40
OVERLAP = 40
"""What a page up or down leaves of the one before."""


class OrdinalScrollBar(QScrollBar):
    """Its value is the number of messages above the viewport, in `UNITS`.

    `jumped` tells the ordinal, with its fraction, to which the person moved it, or
    infinity for the end.
    """

    jumped = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._unit = float(UNITS)
        self._showing = False
        self.valueChanged.connect(self._moved)

    def show_place(self, edges: tuple[float, float], total: int) -> None:
        """Show that messages `edges` of `total` are visible, unless it is being dragged."""
        if self.isSliderDown():
            return
        self._showing = True
        self._unit = min(float(UNITS), MOST / max(total, 1))
        page = max(round((edges[1] - edges[0]) * self._unit), 1)
        self.setRange(0, max(round(total * self._unit) - page, 0))
        self.setPageStep(page)
        self.setSingleStep(max(round(self._unit / 2), 1))
        self.setValue(round(edges[0] * self._unit))
        self._showing = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing is drawn where there is nowhere to go."""
        if self.maximum() > self.minimum():
            super().paintEvent(event)

    def _moved(self, value: int) -> None:
        if not self._showing:
            self.jumped.emit(math.inf if value == self.maximum() else value / self._unit)


def wheel_step(event: QWheelEvent) -> int:
    """Return by how many pixels a turn of the wheel moves down."""
    if event.pixelDelta().y():
        return -event.pixelDelta().y()
    return -round(event.angleDelta().y() / 120 * NOTCH)


def key_step(event: QKeyEvent, height: int) -> int:
    """Return by how many pixels a key moves down in a viewport of `height`; 0 for others."""
    page = max(height - OVERLAP, LINE)
    steps = {Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
    return steps.get(Qt.Key(event.key()), 0)
