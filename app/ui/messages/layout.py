"""Measures one row: where its bubble, name, lines and time go. Lengths in logical pixels.

y = 0 is the top of the bubble, for that is what stays in place when older rows arrive and the
date or the name above it goes away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QTextCharFormat, QTextLayout, QTextOption

from app.domain.views import MessageKind, MessageView
from app.ui.messages.grouping import Setting
from app.ui.messages.source import Clock
from app.ui.messages.text import Block, Content, is_rtl, parse
from app.ui.messages.wording import shown_text, time_line
from app.ui.theme import Size, TextSize, Theme, Weight, font

LEFT = 20
RIGHT = 10
AVATAR_GAP = 10
PILL = 24
DAY_ABOVE, DAY_BELOW = 16, 14
NEW_ABOVE, NEW_BELOW = 14, 20
NAME_LINE = 19
META_GAP = 10
META_LINE = 14
META_RISE = 3
TICKS = 15
TICK_GAP = 4
BIG_SIZE, BIG_LINE = 34, 44
SYSTEM_LINE = 18
MIN_INNER = 32
TALLEST_LINE = 30


@dataclass(slots=True)
class Laid:
    """A block laid out at `origin`."""

    block: Block
    layout: QTextLayout
    origin: QPointF
    height: float


@dataclass(slots=True)
class Item:
    """A measured row. `head` is the height of what stands above y = 0, `body` that below."""

    message: MessageView
    setting: Setting
    head: int
    body: int
    bubble: QRectF
    blocks: list[Laid]
    name: str
    time: str
    time_at: QPointF
    stacked: bool


@dataclass(frozen=True, slots=True)
class Lines:
    width: float
    last: float
    height: float
    rtl: bool


class Measurer:
    """Lays rows out for one width, scheme and kind of room."""

    def __init__(self, theme: Theme, clock: Clock) -> None:
        self._theme = theme
        self._clock = clock
        self.width = 0
        self.named = True
        self._body = font(TextSize.BODY)
        self._big = font(BIG_SIZE)
        self._small = font(TextSize.SMALL, Weight.MEDIUM)
        self._name = QFontMetricsF(font(TextSize.PREVIEW, Weight.SEMIBOLD))
        self._meta = QFontMetricsF(font(TextSize.META, tabular=True))
        self._option = QTextOption()
        self._option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._rightward = QTextOption(self._option)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
        self._rightward.setAlignment(right)

    @property
    def left(self) -> int:
        """Where incoming bubbles begin."""
        return LEFT + Size.AVATAR_SMALL + AVATAR_GAP if self.named else LEFT

    @property
    def inner(self) -> int:
        """The greatest width of a line in a bubble."""
        room = self.width - self.left - RIGHT - 2 * Size.BUBBLE_PAD_X
        return max(MIN_INNER, min(Size.BUBBLE_MAX - 2 * Size.BUBBLE_PAD_X, room))

    def measure(self, message: MessageView, setting: Setting, *, whole: bool = False) -> Item:
        """Lay a row out; a very long text only if `whole`, else its beginning."""
        if message.kind in (MessageKind.TEXT, MessageKind.UNSUPPORTED):
            return self._bubble(message, setting, parse(shown_text(message), whole=whole))
        return self._system(message, setting)

    def _bubble(self, message: MessageView, setting: Setting, content: Content) -> Item:
        name = self._shown_name(message, setting)
        top = Size.BUBBLE_PAD_Y + (NAME_LINE if name else 0)
        blocks = [self._lay(block, message.own, big=content.big) for block in content.blocks]
        line = BIG_LINE if content.big else Size.BODY_LINE
        lines = [_break(layout, self.inner, line) for layout in blocks]
        time = time_line(message.time_ms, self._clock)
        meta = self._meta.horizontalAdvance(time) + (TICKS + TICK_GAP if message.own else 0)
        inner, extra = self._place_meta(lines, meta)
        inner = max(inner, math.ceil(self._name.horizontalAdvance(name)) if name else 0)
        for layout, broken in zip(blocks, lines, strict=True):
            if broken.rtl:
                layout.setTextOption(self._rightward)
                _break(layout, inner, line)
        width = inner + 2 * Size.BUBBLE_PAD_X
        x = self.width - RIGHT - width if message.own else self.left
        laid, bottom = _stack(content.blocks, blocks, lines, QPointF(x + Size.BUBBLE_PAD_X, top))
        height = math.ceil(bottom) + extra + Size.BUBBLE_PAD_Y
        right = x + width - Size.BUBBLE_PAD_X
        return Item(
            message,
            setting,
            self._head(setting),
            height,
            QRectF(x, 0, width, height),
            laid,
            name,
            time,
            QPointF(right - meta, height - Size.BUBBLE_PAD_Y - META_RISE),
            content.stacked,
        )

    def _shown_name(self, message: MessageView, setting: Setting) -> str:
        if message.own or not self.named or not setting.starts:
            return ""
        name = " ".join(message.author_name.split())
        return self._name.elidedText(name, Qt.TextElideMode.ElideRight, self.inner)

    def _place_meta(self, lines: list[Lines], meta: float) -> tuple[int, int]:
        """Return the bubble's inner width and the height to add for the time."""
        widest = max(broken.width for broken in lines)
        beside = lines[-1].last + META_GAP + meta
        if beside <= self.inner and not lines[-1].rtl:
            return math.ceil(max(widest, beside)), 0
        return math.ceil(max(widest, meta)), META_LINE

    def _system(self, message: MessageView, setting: Setting) -> Item:
        block = parse(" ".join(shown_text(message).split())).blocks[0]
        laid = QTextLayout(block.text, self._small)
        option = QTextOption(self._option)
        option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        laid.setTextOption(option)
        width = max(MIN_INNER, min(Size.BUBBLE_MAX, self.width - 2 * LEFT))
        lines = _break(laid, width, SYSTEM_LINE)
        x = (self.width - width) / 2
        body = math.ceil(lines.height) + 2
        box = QRectF((self.width - lines.width) / 2, 0, lines.width, body)
        head = self._head(setting)
        blocks = [Laid(block, laid, QPointF(x, 1), lines.height)]
        return Item(message, setting, head, body, box, blocks, "", "", QPointF(), stacked=False)

    def _lay(self, block: Block, own: bool, *, big: bool) -> QTextLayout:
        layout = QTextLayout(block.text, self._big if big else self._body)
        layout.setTextOption(self._option)
        layout.setCacheEnabled(True)
        palette = self._theme.palette
        if block.spans:
            layout.setFormats(_formats(block, palette.link_out if own else palette.link_in))
        return layout

    def _head(self, setting: Setting) -> int:
        if setting.day is None and not setting.unread:
            return Size.GAP if setting.starts else Size.GAP_GROUPED
        day = DAY_ABOVE + PILL + DAY_BELOW if setting.day else 0
        new = NEW_ABOVE + PILL + NEW_BELOW if setting.unread else 0
        return day + new


def _stack(
    blocks: tuple[Block, ...], layouts: list[QTextLayout], lines: list[Lines], origin: QPointF
) -> tuple[list[Laid], float]:
    """Put the blocks below each other; return them and where the last ends."""
    laid, y = [], origin.y()
    for block, layout, broken in zip(blocks, layouts, lines, strict=True):
        laid.append(Laid(block, layout, QPointF(origin.x(), y), broken.height))
        y += broken.height
    return laid, y


def _formats(block: Block, colour: QColor) -> list[QTextLayout.FormatRange]:
    found = []
    for span in block.spans:
        style = QTextCharFormat()
        style.setForeground(colour)
        style.setFontUnderline(True)
        entry = QTextLayout.FormatRange()
        entry.start, entry.length, entry.format = span.start, span.length, style
        found.append(entry)
    return found


def _break(layout: QTextLayout, width: float, line_height: int) -> Lines:
    """Break `layout` into lines of at most `width`."""
    y, widest, last = 0.0, 0.0, 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        tall = min(max(line_height, math.ceil(line.height())), max(line_height, TALLEST_LINE))
        line.setPosition(QPointF(0, y + (tall - line.height()) / 2))
        y += tall
        last = line.naturalTextWidth()
        widest = max(widest, last)
    layout.endLayout()
    return Lines(widest, last, y, is_rtl(layout.text()))
