"""The program's own icon, as its windows carry it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources

DRAWING = Path(resources.__file__ or "").parent / "logo" / "parlor.svg"
SIZES = (16, 24, 32, 48, 64, 128)


def logo() -> QIcon:
    """Return the icon in the sizes that window managers and task bars show."""
    renderer = QSvgRenderer(str(DRAWING))
    result = QIcon()
    for size in SIZES:
        result.addPixmap(_drawn(renderer, size))
    return result


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    image = QImage(QSize(size, size), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return QPixmap.fromImage(image)
