"""Draw the program's icon in the sizes that desktops ask for: `python -m artefacts.icons`.

The pictures are kept in the repository, so that no build depends on how some machine draws.
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).parents[2]
DRAWING = ROOT / "resources" / "logo" / "parlor.svg"
FOLDER = ROOT / "packaging" / "icons"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512, 1024)


def draw(size: int) -> QImage:
    """Return the icon `size` pixels wide and high, on nothing. Needs a QGuiApplication."""
    renderer = QSvgRenderer(str(DRAWING))
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def png(image: QImage) -> bytes:
    """Return the image as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.convertToFormat(QImage.Format.Format_RGBA8888).save(buffer, "PNG", 0)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def main() -> None:
    """Draw every size anew."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    for size in SIZES:
        (FOLDER / f"{size}.png").write_bytes(png(draw(size)))
    application.quit()


if __name__ == "__main__":
    main()
