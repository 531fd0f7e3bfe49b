"""Paints what a bubble has besides its text: quotes, boxes of code, reactions."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from app.domain.markdown import Kind
from app.ui.messages.blocks import Laid
from app.ui.messages.extras import (
    COUNT_GAP,
    EMOJI_BOX,
    PILL_HEIGHT,
    PILL_PAD,
    QUOTE_BAR,
    QUOTE_PAD,
    Pill,
    Quote,
)
from app.ui.messages.layout import Item
from app.ui.theme import (
    Palette,
    Radius,
    TextSize,
    Theme,
    Weight,
    emoji_family,
    font,
    name_colour,
    paint_icon,
)

COPY = 16
COPY_INSET = 8
BAR = 3
EMOJI_SIZE = 13


class ExtrasPainter:
    """Draws in the theme's colours, in the coordinates of the row."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._name = font(TextSize.SMALL, Weight.SEMIBOLD)
        self._line = font(TextSize.SMALL)
        self._count = font(TextSize.SMALL, Weight.SEMIBOLD, tabular=True)
        self._emoji = font(EMOJI_SIZE)
        self._emoji.setFamilies([emoji_family()])

    @property
    def _palette(self) -> Palette:
        return self._theme.palette

    def below_text(self, painter: QPainter, item: Item) -> None:
        """Draw the quoted original and what lies under the blocks of the text."""
        own = item.message.own
        if item.quote is not None:
            self._quote(painter, item.quote, own)
        for laid in item.blocks:
            if laid.box is not None and laid.block.kind is Kind.CODE:
                self._code(painter, laid.box, own)
            elif laid.box is not None:
                self._bar(painter, laid, own)

    def pills(self, painter: QPainter, item: Item) -> None:
        """Draw the reactions."""
        for pill in item.pills:
            self._pill(painter, pill, item.message.own)

    def _quote(self, painter: QPainter, quote: Quote, own: bool) -> None:
        palette, box = self._palette, quote.box
        colour = palette.accent_text if quote.author is None else name_colour(quote.author, palette)
        if own:
            colour = palette.link_out
        path = QPainterPath()
        path.addRoundedRect(box, Radius.BUBBLE_INNER, Radius.BUBBLE_INNER)
        painter.fillPath(path, palette.inset_out if own else palette.inset_in)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(QRectF(box.left(), box.top(), QUOTE_BAR, box.height()), colour)
        painter.restore()
        painter.setFont(self._name)
        painter.setPen(colour)
        painter.drawText(box.topLeft() + QPointF(QUOTE_PAD, 16), quote.name)
        painter.setFont(self._line)
        painter.setPen(palette.text_out if own else palette.text2)
        painter.drawText(box.topLeft() + QPointF(QUOTE_PAD, 33), quote.text)

    def _code(self, painter: QPainter, box: QRectF, own: bool) -> None:
        palette = self._palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.inset_out if own else palette.inset_in)
        painter.drawRoundedRect(box, Radius.CODE, Radius.CODE)
        paint_icon(painter, copy_box(box), "copy", palette.meta_out if own else palette.text2)

    def _bar(self, painter: QPainter, laid: Laid, own: bool) -> None:
        if laid.box is None:
            return
        palette = self._palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.meta_out if own else palette.offline)
        painter.drawRoundedRect(
            QRectF(laid.box.topLeft(), QPointF(laid.box.left() + BAR, laid.box.bottom())), 1.5, 1.5
        )

    def _pill(self, painter: QPainter, pill: Pill, own: bool) -> None:
        palette, box = self._palette, pill.box
        fill, ink = self._pill_colours(pill, own)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
        painter.setPen(palette.text)
        painter.setFont(self._emoji)
        emoji = QRectF(box.left() + PILL_PAD, box.top(), EMOJI_BOX, box.height())
        painter.drawText(emoji, Qt.AlignmentFlag.AlignCenter, pill.emoji)
        painter.setPen(ink)
        painter.setFont(self._count)
        rest = box.adjusted(PILL_PAD + EMOJI_BOX + COUNT_GAP, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, pill.count)

    def _pill_colours(self, pill: Pill, own: bool) -> tuple[QColor, QColor]:
        palette = self._palette
        if pill.own:
            return palette.accent, palette.on_accent
        return (palette.inset_out, palette.text_out) if own else (palette.inset_in, palette.text2)


def copy_box(box: QRectF) -> QRectF:
    """Return where the sign for copying is in a box of code."""
    return QRectF(box.right() - COPY_INSET - COPY, box.top() + COPY_INSET, COPY, COPY)
