"""Paints the card of an offered file or folder."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from app.ui.files.deeds import GLYPHS
from app.ui.messages.paint_sound import SoundPainter, paint_sign
from app.ui.messages.transfer import Spot, TransferCard
from app.ui.theme import Radius, TextSize, Theme, Weight, font, paint_icon

PILL = QColor(12, 13, 18, 178)
ON_PILL = QColor(255, 255, 255)
CORNER_ICON = 18
DISC = 48


class TransferPainter:
    """Draws all of a card but its name, its caption and its time."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._sound = SoundPainter(theme)
        self._line = font(TextSize.SMALL, tabular=True)
        self._words = font(TextSize.PREVIEW, Weight.SEMIBOLD)

    def paint(self, painter: QPainter, card: TransferCard, *, own: bool) -> None:
        """Draw in the row's coordinates."""
        if card.picture is not None:
            self._picture(painter, card)
            return
        palette = self._theme.palette
        if card.sound is not None:
            self._sound.paint(painter, card.sound, own=own)
        else:
            self._tile(painter, card)
        painter.setFont(self._line)
        for line in card.lines:
            colour = palette.meta_out if own else palette.text2
            if line.wrong:
                colour = palette.text_out if own else palette.danger
            painter.setPen(colour)
            painter.drawText(line.box, Qt.AlignmentFlag.AlignVCenter, line.text)
        self._bar(painter, card, own=own)
        for spot in card.spots:
            self._spot(painter, spot, own=own)

    def _tile(self, painter: QPainter, card: TransferCard) -> None:
        palette = self._theme.palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent)
        painter.drawRoundedRect(card.tile, Radius.FIELD, Radius.FIELD)
        paint_icon(painter, card.tile.adjusted(12, 12, -12, -12), card.glyph, palette.on_accent)

    def _bar(self, painter: QPainter, card: TransferCard, *, own: bool) -> None:
        if card.bar is None:
            return
        palette, bar = self._theme.palette, card.bar
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.inset_out if own else palette.line)
        painter.drawRoundedRect(bar, 2, 2)
        done = QRectF(bar)
        done.setWidth(max(bar.width() * card.share, bar.height()))
        painter.setBrush(palette.link_out if own else palette.accent)
        painter.drawRoundedRect(done, 2, 2)

    def _spot(self, painter: QPainter, spot: Spot, *, own: bool) -> None:
        palette = self._theme.palette
        if not spot.words:
            square = QRectF(0, 0, CORNER_ICON, CORNER_ICON)
            square.moveCenter(spot.box.center())
            colour = palette.meta_out if own else palette.text2
            paint_icon(painter, square, GLYPHS[spot.deed], colour)
            return
        main = spot.main
        plain = palette.inset_out if own else palette.inset_in
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent if main else plain)
        painter.drawRoundedRect(spot.box, Radius.BUTTON, Radius.BUTTON)
        painter.setPen(palette.on_accent if main else palette.text_out if own else palette.text)
        painter.setFont(self._words)
        painter.drawText(spot.box, Qt.AlignmentFlag.AlignCenter, spot.words)

    @staticmethod
    def _picture(painter: QPainter, card: TransferCard) -> None:
        if card.picture is None:
            return
        path = QPainterPath()
        path.addRoundedRect(card.tile, Radius.CARD, Radius.CARD)
        painter.save()
        painter.setClipPath(path)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(card.tile, card.picture, _middle(card, card.picture))
        painter.restore()
        if card.pill is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(PILL)
            painter.drawRoundedRect(card.pill, 10, 10)
        if card.film is not None:
            _film(painter, card.tile, card.film)


def _film(painter: QPainter, place: QRectF, words: str) -> None:
    """The sign that it plays, and how long it is."""
    painter.setFont(font(TextSize.META, tabular=True))
    wide = painter.fontMetrics().horizontalAdvance(words) + 16
    pill = QRectF(place.left() + 6, place.top() + 6, wide, 20)
    disc = QRectF(0, 0, DISC, DISC)
    disc.moveCenter(place.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PILL)
    painter.drawRoundedRect(pill, 10, 10)
    painter.drawEllipse(disc)
    painter.setPen(ON_PILL)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
    paint_sign(painter, disc, ON_PILL, playing=False)


def _middle(card: TransferCard, picture: QImage) -> QRectF:
    """The part of the picture that has the shape of its place."""
    whole = QRectF(picture.rect())
    fitting = card.tile.size().scaled(whole.size(), Qt.AspectRatioMode.KeepAspectRatio)
    part = QRectF(whole.topLeft(), fitting)
    part.moveCenter(whole.center())
    return part
