"""A QR code, dark on white in every theme, for cameras know no dark mode."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

QUIET = 3
"""Modules of white around the code."""


def modules(text: str) -> list[list[bool]]:
    """Return the rows of the QR code of `text`, True for dark."""
    code = segno.make_qr(text, error="m")
    return [[bool(module) for module in row] for row in code.matrix]


class QrCode(QWidget):
    """Paints the code of a text as large as it fits with whole pixels for each module."""

    def __init__(self, text: str, side: int = 200) -> None:
        super().__init__()
        self._rows = modules(text)
        self.setFixedSize(QSize(side, side))
        self.setAccessibleName("QR code of the link")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        count = len(self._rows) + 2 * QUIET
        step = self.width() / count
        if step >= 2:  # noqa: PLR2004 - below that, whole pixels would leave half the space
            step = float(int(step))
        start = (self.width() - step * len(self._rows)) / 2
        painter.setBrush(Qt.GlobalColor.black)
        for down, row in enumerate(self._rows):
            for along, dark in enumerate(row):
                if dark:
                    painter.drawRect(QRectF(start + along * step, start + down * step, step, step))
