"""Measures one row: where its bubble, name, lines and time go. Lengths in logical pixels.

y = 0 is the top of the bubble, for that is what stays in place when older rows arrive and the
date or the name above it goes away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QTextLayout, QTextOption

from app.domain.files import TransferView
from app.domain.ids import EventId
from app.domain.views import MessageKind, MessageView
from app.ui.messages.blocks import Laid, Stood, Typesetter, break_lines
from app.ui.messages.extras import (
    PILL_HEIGHT,
    PILLS_ABOVE,
    QUOTE_BELOW,
    QUOTE_HEIGHT,
    ExtrasMeasurer,
    Pill,
    Quote,
)
from app.ui.messages.grouping import Setting
from app.ui.messages.invitation import Card, CardMeasurer
from app.ui.messages.source import Clock
from app.ui.messages.text import Names, parse
from app.ui.messages.transfer import PAD_Y, Frame, TransferCard, TransferMeasurer
from app.ui.messages.wording import forwarded_line, meta_line, meta_marks, shown_text
from app.ui.theme import Size, TextSize, Theme, Weight, font

LEFT = 20
RIGHT = 10
AVATAR_GAP = 10
PILL = 24
DAY_ABOVE, DAY_BELOW = 16, 14
NEW_ABOVE, NEW_BELOW = 14, 20
NAME_LINE, FORWARDED_LINE = 19, 19
FORWARD_MARK = 18
META_GAP = 10
META_LINE = 14
META_RISE = 3
TICKS = 15
TICK_GAP = 4
SYSTEM_LINE = 18
MARK, MARK_GAP = 12, 4
MIN_INNER = 32


@dataclass(slots=True)
class Item:
    """A measured row. `head` is the height of what stands above y = 0, `body` that below.

    `marks` are the icons before the time, which begin at `time_at`.
    """

    message: MessageView
    setting: Setting
    head: int
    body: int
    bubble: QRectF
    blocks: list[Laid]
    name: str = ""
    time: str = ""
    time_at: QPointF = field(default_factory=QPointF)
    stacked: bool = False
    quote: Quote | None = None
    pills: tuple[Pill, ...] = ()
    forwarded: str = ""
    marks: tuple[str, ...] = ()
    card: Card | None = None
    transfer: TransferCard | None = None

    @property
    def shows_author(self) -> bool:
        """Whether the left column beside it is the author's: what others write in a group."""
        bubble = (MessageKind.TEXT, MessageKind.UNSUPPORTED, MessageKind.FILE)
        written = self.card is not None or self.message.kind in bubble
        return written and not self.message.own and self.bubble.left() > LEFT


class Measurer:
    """Lays rows out for one width, scheme and kind of room."""

    def __init__(self, theme: Theme, clock: Clock) -> None:
        self._clock = clock
        self.width = 0
        self.named = True
        self.extras = ExtrasMeasurer()
        self.invitations: Mapping[EventId, str] = {}
        self._cards = CardMeasurer()
        self._type = Typesetter(theme)
        self.transfers: Mapping[EventId, TransferView] = {}
        self.files = TransferMeasurer(self._type, lambda _view: None)
        self._small = font(TextSize.SMALL, Weight.MEDIUM)
        self._name = QFontMetricsF(font(TextSize.PREVIEW, Weight.SEMIBOLD))
        self._meta = QFontMetricsF(font(TextSize.META, tabular=True))
        self._line = QFontMetricsF(self._small)

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
        if message.deleted or message.kind in (MessageKind.TEXT, MessageKind.UNSUPPORTED):
            return self._bubble(message, setting, whole=whole)
        if message.kind is MessageKind.INVITATION:
            return self._card(message, setting)
        if message.kind is MessageKind.FILE:
            return self._transfer(message, setting)
        return self._system(message, setting)

    def _bubble(self, message: MessageView, setting: Setting, *, whole: bool) -> Item:
        text = message.kind is MessageKind.TEXT and not message.deleted
        content = parse(
            message.text if text else shown_text(message),
            whole=whole,
            names=self._mentioned(message),
        )
        stood = self._type.stack(content, message.own, self.inner, italic=message.deleted)
        pills = self.extras.pills(message.reactions, self.inner)
        time = meta_line(message, self._clock)
        marks = meta_marks(message)
        meta = self._meta.horizontalAdvance(time) + len(marks) * (MARK + MARK_GAP)
        meta += TICKS + TICK_GAP if message.own and not message.deleted else 0
        name, quote_width = self._shown_name(message, setting), self.extras.quote_width(message)
        inner, extra = self._place_meta(stood, pills, meta)
        forwarded = self._forwarded(message, self.inner)
        title = max(self._name.horizontalAdvance(name), self._forwarded_width(forwarded))
        inner = max(inner, min(math.ceil(max(title, quote_width)), self.inner))
        width = inner + 2 * Size.BUBBLE_PAD_X
        x = self.width - RIGHT - width if message.own else self.left
        top = (NAME_LINE if name else 0) + (FORWARDED_LINE if forwarded else 0)
        at = QPointF(x + Size.BUBBLE_PAD_X, Size.BUBBLE_PAD_Y + top)
        quote = self.extras.quote(message, at, inner)
        at.setY(at.y() + (QUOTE_HEIGHT + QUOTE_BELOW if quote else 0))
        self._type.settle(stood, at, inner, big=content.big)
        bottom = math.ceil(at.y() + stood.bottom)
        placed = _moved(pills, QPointF(at.x(), bottom + PILLS_ABOVE))
        bottom += PILLS_ABOVE + _height(pills) if pills else 0
        height = bottom + extra + Size.BUBBLE_PAD_Y
        right = x + width - Size.BUBBLE_PAD_X
        return Item(
            message,
            setting,
            self._head(setting),
            height,
            QRectF(x, 0, width, height),
            stood.laid,
            name,
            time,
            QPointF(right - meta, height - Size.BUBBLE_PAD_Y - META_RISE),
            content.stacked,
            quote,
            placed,
            forwarded,
            marks,
        )

    def _card(self, message: MessageView, setting: Setting) -> Item:
        edge = self.width - RIGHT if message.own else self.left
        room = self.width - self.left - RIGHT
        bubble = self._cards.box(edge, room, own=message.own)
        state = self.invitations.get(message.event, "")
        laid, card = self._cards.lay_out(message, state, bubble, self._type.option)
        time = meta_line(message, self._clock)
        meta = self._meta.horizontalAdvance(time) + (TICKS + TICK_GAP if message.own else 0)
        at = QPointF(
            bubble.right() - Size.BUBBLE_PAD_X - meta,
            bubble.height() - Size.BUBBLE_PAD_Y - META_RISE,
        )
        head, body = self._head(setting), math.ceil(bubble.height())
        return Item(message, setting, head, body, bubble, [laid], time=time, time_at=at, card=card)

    def _transfer(self, message: MessageView, setting: Setting) -> Item:
        name, time = self._shown_name(message, setting), meta_line(message, self._clock)
        marks = meta_marks(message)
        meta = self._meta.horizontalAdvance(time) + (TICKS + TICK_GAP if message.own else 0)
        meta += len(marks) * (MARK + MARK_GAP)
        edge = self.width - RIGHT if message.own else self.left
        begin = PAD_Y + (NAME_LINE if name else 0)
        begin += FORWARDED_LINE if message.forwarded_from else 0
        top = begin + (QUOTE_HEIGHT + QUOTE_BELOW if message.reply_to is not None else 0)
        frame = Frame(edge, self.width - self.left - RIGHT, top, meta, message.own)
        view = self.transfers.get(message.event)
        stood = self.files.lay_out(message, view, frame, self._mentioned(message))
        at = QPointF(stood.row.right() - meta, stood.row.bottom() - META_RISE)
        bubble, left = QRectF(stood.bubble), stood.bubble.left() + Size.BUBBLE_PAD_X
        inner = bubble.width() - 2 * Size.BUBBLE_PAD_X
        pills = self.extras.pills(message.reactions, inner)
        placed = _moved(pills, QPointF(left, bubble.bottom() - PILLS_ABOVE))
        bubble.setHeight(bubble.height() + (_height(pills) if pills else 0))
        head, body = self._head(setting), math.ceil(bubble.height())
        return Item(
            message,
            setting,
            head,
            body,
            bubble,
            stood.blocks,
            name=name,
            time=time,
            time_at=at,
            quote=self.extras.quote(message, QPointF(left, begin), inner),
            pills=placed,
            forwarded=self._forwarded(message, inner),
            marks=marks,
            transfer=stood.card,
        )

    def _mentioned(self, message: MessageView) -> Names:
        extras = self.extras
        return tuple(
            (name, peer == extras.me)
            for peer in message.mentions
            if (name := extras.names.get(peer))
        )

    def _shown_name(self, message: MessageView, setting: Setting) -> str:
        if message.own or not self.named or not setting.starts:
            return ""
        name = " ".join(message.author_name.split())
        return self._name.elidedText(name, Qt.TextElideMode.ElideRight, self.inner)

    def _forwarded(self, message: MessageView, inner: float) -> str:
        """The line that says whose words were handed on, cut to fit; "" for what was not."""
        if not message.forwarded_from or message.deleted:
            return ""
        room = inner - FORWARD_MARK
        return self._line.elidedText(forwarded_line(message), Qt.TextElideMode.ElideRight, room)

    def _forwarded_width(self, line: str) -> float:
        return FORWARD_MARK + self._line.horizontalAdvance(line) if line else 0.0

    def _place_meta(self, stood: Stood, pills: list[Pill], meta: float) -> tuple[int, int]:
        """Return the bubble's inner width and the height to add for the time."""
        last = pills[-1].box.right() if pills else stood.last
        widest = max([stood.width, *(pill.box.right() for pill in pills)])
        beside = last + META_GAP + meta
        if beside <= self.inner and (pills or not stood.closed):
            return math.ceil(max(widest, beside)), 0
        return math.ceil(max(widest, meta)), META_LINE

    def _system(self, message: MessageView, setting: Setting) -> Item:
        block = parse(" ".join(shown_text(message).split())).blocks[0]
        laid = QTextLayout(block.text, self._small)
        option = QTextOption(self._type.option)
        option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        laid.setTextOption(option)
        width = max(MIN_INNER, min(Size.BUBBLE_MAX, self.width - 2 * LEFT))
        lines = break_lines(laid, width, SYSTEM_LINE)
        x = (self.width - width) / 2
        body = math.ceil(lines.height) + 2
        box = QRectF((self.width - lines.width) / 2, 0, lines.width, body)
        blocks = [Laid(block, laid, QPointF(x, 1), lines.height)]
        return Item(message, setting, self._head(setting), body, box, blocks)

    def _head(self, setting: Setting) -> int:
        if setting.day is None and not setting.unread:
            return Size.GAP if setting.starts else Size.GAP_GROUPED
        day = DAY_ABOVE + PILL + DAY_BELOW if setting.day else 0
        new = NEW_ABOVE + PILL + NEW_BELOW if setting.unread else 0
        return day + new


def _moved(pills: list[Pill], by: QPointF) -> tuple[Pill, ...]:
    return tuple(replace(pill, box=pill.box.translated(by)) for pill in pills)


def _height(pills: list[Pill]) -> int:
    return math.ceil(pills[-1].box.top() + PILL_HEIGHT)
