"""Lays the blocks of a text below each other. Lengths in logical pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextLayout, QTextOption

from app.domain.markdown import Kind, Style
from app.ui.messages.highlight import Tone, coloured
from app.ui.messages.text import LINE_BREAK, Block, Content, Span, is_rtl, units
from app.ui.theme import LIGHT, Palette, Size, TextSize, Theme, Weight, font, mono_font

BIG_SIZE, BIG_LINE = 34, 44
TALLEST_LINE = 30
CODE_SIZE, CODE_LINE = 12, 18
CODE_PAD_X, CODE_PAD_Y = 11, 8
CODE_AFTER = 30
"""Kept free at the right of code, for the sign that copies it."""
BAR_INSET = 12
"""How far a quote stands in, behind its bar."""
LEVEL_INSET = 18
DARKER = 130
APART = 6
"""Free space above and below what has a box of its own."""


@dataclass(slots=True)
class Laid:
    """A block laid out at `origin`; `box` is what surrounds it, if anything does."""

    block: Block
    layout: QTextLayout
    origin: QPointF
    height: float
    box: QRectF | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    width: float
    last: float
    height: float
    rtl: bool


@dataclass(frozen=True, slots=True)
class Stood:
    """Blocks below each other: how wide they are, how wide their last line is and where they end.

    `closed` if nothing may stand beside the last line.
    """

    laid: list[Laid]
    width: float
    last: float
    bottom: float
    closed: bool


class Typesetter:
    """Makes the layouts of blocks in the theme's colours."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._body = font(TextSize.BODY)
        self._big = font(BIG_SIZE)
        self._code = mono_font(CODE_SIZE)
        self._option = QTextOption()
        self._option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._rightward = QTextOption(self._option)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
        self._rightward.setAlignment(right)

    @property
    def option(self) -> QTextOption:
        """How lines break."""
        return self._option

    def stack(self, content: Content, own: bool, inner: float, *, italic: bool = False) -> Stood:
        """Lay the blocks out in `inner` pixels, from 0 down, from 0 to the right."""
        laid, y, widest, last = [], 0.0, 0.0, 0.0
        for at, block in enumerate(content.blocks):
            layout = self._layout(block, own, big=content.big, italic=italic)
            inset = _inset(block)
            after = CODE_AFTER if block.kind is Kind.CODE else 0
            room = max(inner - inset - after, 1)
            line = _line_height(block, big=content.big)
            hang = self._hang(block)
            lines = break_lines(layout, room, line, hang)
            above = _above(block, content.blocks[at - 1] if at else None)
            pad = CODE_PAD_Y if block.kind is Kind.CODE else 0
            y += above + pad
            laid.append(Laid(block, layout, QPointF(inset, y), lines.height))
            y += lines.height + pad
            last = inset + lines.last
            widest = max(widest, inset + lines.width + after)
        final = content.blocks[-1]
        closed = final.kind is Kind.CODE or is_rtl(final.text)
        return Stood(laid, widest, last, y, closed)

    def settle(self, stood: Stood, at: QPointF, width: float, *, big: bool = False) -> None:
        """Put the blocks at `at` in a bubble whose text is `width` wide."""
        for laid in stood.laid:
            inset = laid.origin.x()
            laid.origin += at
            if laid.block.kind is Kind.CODE:
                laid.box = QRectF(at.x(), laid.origin.y(), width, laid.height)
                laid.box.adjust(0, -CODE_PAD_Y, 0, CODE_PAD_Y)
            elif laid.block.kind is Kind.QUOTE:
                laid.box = QRectF(at.x(), laid.origin.y(), width, laid.height)
            if is_rtl(laid.block.text) and laid.block.kind is not Kind.CODE:
                laid.layout.setTextOption(self._rightward)
                break_lines(laid.layout, width - inset, _line_height(laid.block, big=big))

    def _layout(self, block: Block, own: bool, *, big: bool, italic: bool) -> QTextLayout:
        layout = QTextLayout(block.text, self._font(block, big=big, italic=italic))
        layout.setTextOption(self._option)
        layout.setCacheEnabled(True)
        formats = [_format(span, self._style(span, own)) for span in block.spans]
        if block.kind is Kind.CODE:
            formats += self._coloured(block, own)
        if formats:
            layout.setFormats(formats)
        return layout

    def _font(self, block: Block, *, big: bool, italic: bool) -> QFont:
        if block.kind is Kind.CODE:
            return self._code
        if italic:
            slanted = QFont(self._body)
            slanted.setItalic(True)
            return slanted
        return self._big if big else self._body

    def _style(self, span: Span, own: bool) -> QTextCharFormat:
        palette, style = self._theme.palette, QTextCharFormat()
        if span.url:
            style.setForeground(palette.link_out if own else palette.link_in)
            style.setFontUnderline(True)
        if span.style & Style.BOLD:
            style.setFontWeight(Weight.SEMIBOLD)
        if span.style & Style.ITALIC:
            style.setFontItalic(True)
        if span.style & Style.STRIKE:
            style.setFontStrikeOut(True)
        if span.style & Style.CODE:
            style.setFont(self._code)
            style.setBackground(palette.inset_out if own else palette.inset_in)
        if span.style & Style.MENTION:
            style.setFontWeight(Weight.SEMIBOLD)
            style.setForeground(palette.link_out if own else palette.accent_text)
        if span.style & Style.OWN_MENTION:
            style.setBackground(palette.accent_soft)
        return style

    def _coloured(self, block: Block, own: bool) -> list[QTextLayout.FormatRange]:
        code = block.text.replace(LINE_BREAK, "\n")
        colours = tones(self._theme.palette, own)
        found, at, unit = [], 0, 0
        for start, end, tone in coloured(code, block.language):
            unit += units(code[at:start])
            at = start
            style = QTextCharFormat()
            style.setForeground(colours[tone])
            found.append(_format(Span(unit, units(code[start:end]), ""), style))
        return found

    def _hang(self, block: Block) -> float:
        """How far the lines after the first stand in: behind the mark of an item."""
        if block.kind is not Kind.ITEM or is_rtl(block.text):
            return 0.0
        return float(LEVEL_INSET)


def tones(palette: Palette, own: bool) -> dict[Tone, QColor]:
    """Return the colours of code in a bubble: those of names, darker on the darker light ground."""
    names = palette.names
    found = {
        Tone.KEYWORD: names[3],
        Tone.NAME: names[5],
        Tone.STRING: names[8],
        Tone.NUMBER: names[0],
        Tone.COMMENT: palette.text2,
    }
    if own and palette is LIGHT:
        return {tone: colour.darker(DARKER) for tone, colour in found.items()}
    return found


def _inset(block: Block) -> float:
    insets = {Kind.CODE: CODE_PAD_X, Kind.QUOTE: BAR_INSET, Kind.ITEM: block.level * LEVEL_INSET}
    return insets.get(block.kind, 0)


def _above(block: Block, before: Block | None) -> float:
    boxed = {Kind.CODE, Kind.QUOTE}
    if before is None:
        return 2 if block.kind is Kind.CODE else 0
    return APART if block.kind in boxed or before.kind in boxed else 0


def _line_height(block: Block, *, big: bool) -> int:
    if block.kind is Kind.CODE:
        return CODE_LINE
    return BIG_LINE if big else Size.BODY_LINE


def _format(span: Span, style: QTextCharFormat) -> QTextLayout.FormatRange:
    entry = QTextLayout.FormatRange()
    entry.start, entry.length, entry.format = span.start, span.length, style
    return entry


def break_lines(layout: QTextLayout, width: float, line_height: int, hang: float = 0.0) -> Lines:
    """Break `layout` into lines of at most `width`, those after the first behind `hang`."""
    y, widest, last, x = 0.0, 0.0, 0.0, 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width - x, 1))
        tall = min(max(line_height, math.ceil(line.height())), max(line_height, TALLEST_LINE))
        line.setPosition(QPointF(x, y + (tall - line.height()) / 2))
        y += tall
        last = x + line.naturalTextWidth()
        widest = max(widest, last)
        x = hang
    layout.endLayout()
    return Lines(widest, last, y, is_rtl(layout.text()))
