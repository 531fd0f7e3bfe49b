"""Lucide's SVG icons in any colour and size."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources

FOLDER = Path(resources.__file__ or "").parent / "icons"
STROKE = 1.75
RATIOS = (1.0, 2.0)


def icon(name: str, colour: QColor, size: int = 20, *, disabled: QColor | None = None) -> QIcon:
    """Return Lucide's icon `name` in `colour`, drawn for `size` logical pixels.

    Raises FileNotFoundError for an icon that is not bundled.
    """
    result = QIcon()
    for ratio in RATIOS:
        result.addPixmap(icon_pixmap(name, colour, size, ratio))
        if disabled is not None:
            pixmap = icon_pixmap(name, disabled, size, ratio)
            result.addPixmap(pixmap, QIcon.Mode.Disabled)
    return result


def icon_pixmap(name: str, colour: QColor, size: int = 20, ratio: float = 1.0) -> QPixmap:
    """Return the icon as a pixmap of `size` logical pixels for a screen of `ratio`."""
    image = _image(name, colour.name(QColor.NameFormat.HexArgb), size, ratio, STROKE)
    return QPixmap.fromImage(image)


def paint_icon(
    painter: QPainter, rect: QRectF, name: str, colour: QColor, stroke: float = STROKE
) -> None:
    """Draw the icon into `rect`, sharp at the painter's scale. `stroke` is for a 24 px icon."""
    ratio = painter.device().devicePixelRatioF()
    value = colour.name(QColor.NameFormat.HexArgb)
    painter.drawImage(rect, _image(name, value, round(rect.width()), ratio, stroke))


@lru_cache(maxsize=256)
def _image(name: str, argb: str, size: int, ratio: float, stroke: float) -> QImage:
    colour = QColor(argb)
    renderer = _renderer(name, colour.name(), stroke)
    image = QImage(QSize(size, size) * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(colour.alphaF())
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def _renderer(name: str, rgb: str, stroke: float) -> QSvgRenderer:
    svg = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    svg = svg.replace("currentColor", rgb).replace('stroke-width="2"', f'stroke-width="{stroke}"')
    return QSvgRenderer(QByteArray(svg.encode()))
