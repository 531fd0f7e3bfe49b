"""Round avatars: a colour that follows from the id, and initials or an icon on it."""

from __future__ import annotations

import hashlib
import unicodedata

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen, QPixmap

from app.ui.theme.fonts import font
from app.ui.theme.icons import paint_icon
from app.ui.theme.tokens import AVATARS, Palette, Size, Weight

GLOSS = 110  # per cent of the colour's value at the upper edge


def _choice(key: bytes) -> int:
    return hashlib.sha256(key).digest()[0] % len(AVATARS)


def avatar_colour(key: bytes) -> QColor:
    """Return the background for the peer or room with the id `key`; white reads well on it."""
    return AVATARS[_choice(key)]


def name_colour(key: bytes, palette: Palette) -> QColor:
    """Return the colour of that peer's name on an incoming bubble."""
    return palette.names[_choice(key)]


def initials(name: str) -> str:
    """Return one or two letters for `name`: of its first and last word that have one."""
    words = [_first_letter(word) for word in name.split()]
    letters = [letter for letter in words if letter]
    if not letters:
        return "?"
    return letters[0] if len(letters) == 1 else letters[0] + letters[-1]


def _first_letter(word: str) -> str:
    for character in word:
        if unicodedata.category(character)[0] in "LN":
            return character.upper()[0]
    return ""


def paint_avatar(painter: QPainter, rect: QRectF, key: bytes, name: str) -> None:
    """Draw the disc of the peer `key` with the initials of `name` into the square `rect`."""
    _paint_disc(painter, rect, avatar_colour(key))
    painter.setFont(font(round(rect.width() * 0.37), Weight.SEMIBOLD))
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))


def paint_icon_avatar(painter: QPainter, rect: QRectF, key: bytes, name: str) -> None:
    """Draw the disc of the room `key` with the icon `name` into the square `rect`."""
    _paint_disc(painter, rect, avatar_colour(key))
    size = round(rect.width() * 0.5)
    square = QRectF(0, 0, size, size)
    square.moveCenter(rect.center())
    paint_icon(painter, square, name, QColor(Qt.GlobalColor.white))


def paint_picture(painter: QPainter, rect: QRectF, picture: QPixmap) -> None:
    """Draw `picture`, cut to a disc, into the square `rect`."""
    painter.save()
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    disc = QPainterPath()
    disc.addEllipse(rect)
    painter.setClipPath(disc, Qt.ClipOperation.IntersectClip)
    edge = min(picture.width(), picture.height())
    middle = QRectF(0, 0, edge, edge)
    middle.moveCenter(QRectF(picture.rect()).center())
    painter.drawPixmap(rect, picture, middle)
    painter.restore()


def paint_presence(painter: QPainter, avatar: QRectF, colour: QColor, ring: QColor) -> None:
    """Draw the status dot at the lower right of the square `avatar`, ringed by `ring`."""
    radius = Size.STATUS_DOT
    offset = avatar.width() * 0.5 * 0.7071
    centre = avatar.center() + QPointF(offset, offset)
    painter.setPen(QPen(ring, Size.STATUS_RING))
    painter.setBrush(colour)
    outer = radius + Size.STATUS_RING / 2
    painter.drawEllipse(centre, outer, outer)


def _paint_disc(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    gradient = QLinearGradient(rect.topLeft(), rect.bottomLeft())
    gradient.setColorAt(0, colour.lighter(GLOSS))
    gradient.setColorAt(1, colour)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawEllipse(rect)
