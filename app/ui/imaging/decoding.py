"""Images to pixels and to small pictures; runs in the child."""

from __future__ import annotations

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QImage, QImageReader, QImageWriter

from app.ui.imaging.wire import Answer, Job, Request

MAX_PIXELS = 50_000_000
ALLOCATION_MB = 256
_FORMATS = ((b"\x89PNG\r\n\x1a\n", b"png"), (b"\xff\xd8\xff", b"jpeg"), (b"RIFF", b"webp"))
_QUALITIES = (90, 80, 70, 55, 40, 25)
_SMALLER = 0.75
_MIN_SIDE = 16


def warm_up() -> None:
    """Load all codecs: this process can open no file later on.

    Nor can it begin threads. Qt takes none for its work on images after an application has ended.
    """
    QCoreApplication([]).shutdown()
    QImageReader.setAllocationLimit(ALLOCATION_MB)
    sample = QImage(2, 2, QImage.Format.Format_RGB32)
    sample.fill(Qt.GlobalColor.white)
    for _, name in _FORMATS:
        _read(_encoded(sample, name, 50), 2)
        _read(b"", 2)


def answer(request: Request) -> Answer:
    """Return what was asked for; an answer that is not good if the image is none."""
    if request.job is Job.PIXELS:
        image = _read(request.image, request.side)
        return Answer(good=False) if image.isNull() else _pixels(image)
    # Twice the side, so that cropping leaves enough of an oblong one.
    image = _read(request.image, min(request.side * 4, 2048))
    return Answer(good=False) if image.isNull() else _square(image, request)


def _read(content: bytes, side: int) -> QImage:
    """Return the image, at most `side` pixels wide and high; a null one if it is none of ours."""
    name = next((name for magic, name in _FORMATS if content.startswith(magic)), None)
    if name is None:
        return QImage()
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(name))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > MAX_PIXELS:
        return QImage()
    if max(size.width(), size.height()) > side:
        reader.setScaledSize(_fitting(size, side))
    image = reader.read()
    return QImage() if max(image.width(), image.height()) > side else image


def _fitting(size: QSize, side: int) -> QSize:
    fitting = size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    return fitting.expandedTo(QSize(1, 1))


def _pixels(image: QImage) -> Answer:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return Answer(True, plain.width(), plain.height(), bytes(plain.constBits()))


def _square(image: QImage, request: Request) -> Answer:
    edge = min(image.width(), image.height())
    middle = QRect(0, 0, edge, edge)
    middle.moveCenter(image.rect().center())
    square = image.copy(middle)
    side = min(request.side, edge)
    while side >= min(_MIN_SIDE, edge):
        smooth = Qt.TransformationMode.SmoothTransformation
        small = square.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        for quality in _QUALITIES:
            content = _encoded(small, b"webp", quality)
            if 0 < len(content) <= request.limit:
                return Answer(True, side, side, content)
        side = int(side * _SMALLER)
    return Answer(good=False)


def _encoded(image: QImage, name: bytes, quality: int) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(name))
    writer.setQuality(quality)
    writer.write(image)
    buffer.close()
    return bytes(data.data())
