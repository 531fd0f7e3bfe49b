"""Paints the part of a card that plays."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from app.ui.messages.sound import SoundStrip
from app.ui.theme import TextSize, Theme, Weight, font, paint_icon
from app.ui.voice.sounding import speed

BAR, GAP = 2.0, 2.0
LEAST = 3.0
LINE = 4.0
DOT = 7.0
FADED = 110


class SoundPainter:
    """Draws button, track, time and speed."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._line = font(TextSize.SMALL, tabular=True)
        self._chip = font(TextSize.META, Weight.SEMIBOLD)

    def paint(self, painter: QPainter, strip: SoundStrip, *, own: bool) -> None:
        """Draw in the row's coordinates."""
        self._button(painter, strip)
        if strip.levels:
            self._wave(painter, strip, own=own)
        elif strip.here:
            self._track(painter, strip, own=own)
        if strip.here:
            self._label(painter, strip, own=own)
            self._speed(painter, strip, own=own)

    def _done(self, own: bool) -> QColor:
        return self._theme.palette.link_out if own else self._theme.palette.accent

    def _rest(self, own: bool) -> QColor:
        palette = self._theme.palette
        colour = QColor(palette.meta_out if own else palette.text3)
        colour.setAlpha(FADED)
        return colour

    def _button(self, painter: QPainter, strip: SoundStrip) -> None:
        palette = self._theme.palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent)
        painter.drawEllipse(strip.button)
        if strip.here:
            paint_sign(painter, strip.button, palette.on_accent, playing=strip.sounding.playing)
            return
        square = QRectF(0, 0, 20, 20)
        square.moveCenter(strip.button.center())
        glyph = "clock" if strip.moving else "arrow-down"
        paint_icon(painter, square, glyph, palette.on_accent)

    def _wave(self, painter: QPainter, strip: SoundStrip, *, own: bool) -> None:
        """One bar for each part, those that were heard in the accent's colour."""
        track, stands = strip.track, strip.sounding
        many = max(int((track.width() + GAP) // (BAR + GAP)), 1)
        levels = _spread(strip.levels, many)
        heard = stands.share * many if stands.active or stands.at_ms else 0.0
        fresh = stands.new and not stands.active
        done, rest = self._done(own), self._done(own) if fresh else self._rest(own)
        for at, level in enumerate(levels):
            high = LEAST + (track.height() - LEAST) * level / 255
            bar = QRectF(track.left() + at * (BAR + GAP), 0, BAR, high)
            bar.moveCenter(QPointF(bar.center().x(), track.center().y()))
            painter.setBrush(done if at < heard else rest)
            painter.drawRoundedRect(bar, 1, 1)

    def _track(self, painter: QPainter, strip: SoundStrip, *, own: bool) -> None:
        line = QRectF(strip.track)
        line.setHeight(LINE)
        line.moveCenter(strip.track.center())
        painter.setBrush(self._rest(own))
        painter.drawRoundedRect(line, 2, 2)
        share = strip.sounding.share
        if share > 0:
            knob = QPointF(line.left() + line.width() * share, line.center().y())
            line.setRight(knob.x())
            painter.setBrush(self._done(own))
            painter.drawRoundedRect(line, 2, 2)
            painter.drawEllipse(knob, 5, 5)

    def _label(self, painter: QPainter, strip: SoundStrip, *, own: bool) -> None:
        palette, words = self._theme.palette, strip.words
        painter.setFont(self._line)
        painter.setPen(palette.meta_out if own else palette.text2)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(strip.label, left, words)
        if strip.sounding.new:
            x = strip.label.left() + painter.fontMetrics().horizontalAdvance(words) + 10
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._done(own))
            painter.drawEllipse(QPointF(x, strip.label.center().y()), DOT / 2, DOT / 2)

    def _speed(self, painter: QPainter, strip: SoundStrip, *, own: bool) -> None:
        palette = self._theme.palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.inset_out if own else palette.inset_in)
        painter.drawRoundedRect(strip.speed, 11, 11)
        painter.setFont(self._chip)
        painter.setPen(palette.text_out if own else palette.text)
        words = speed(strip.sounding.rate)
        painter.drawText(strip.speed, Qt.AlignmentFlag.AlignCenter, words)


def paint_sign(painter: QPainter, box: QRectF, colour: QColor, *, playing: bool) -> None:
    """Draw the sign for playing, or the one for holding it, in the middle of `box`."""
    middle, size = box.center(), box.width() * 0.19
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if playing:
        for x in (-0.95, 0.25):
            bar = QRectF(middle.x() + x * size, middle.y() - size, size * 0.7, size * 2)
            painter.drawRoundedRect(bar, 1.5, 1.5)
        return
    left = middle.x() - size * 0.65
    corners = [
        QPointF(left, middle.y() - size * 1.05),
        QPointF(left, middle.y() + size * 1.05),
        QPointF(left + size * 1.75, middle.y()),
    ]
    painter.drawPolygon(QPolygonF(corners))


def _spread(levels: bytes, many: int) -> list[int]:
    """As many bars as there is room for: the loudest of several, or one of them several times."""
    count = len(levels)
    edges = [at * count / many for at in range(many + 1)]
    return [
        max(levels[int(edges[at]) : max(int(edges[at + 1]), int(edges[at]) + 1)])
        for at in range(many)
    ]
