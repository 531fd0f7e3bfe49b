"""The card of an invitation: which room, what became of it, and buttons as long as it waits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextLayout, QTextOption

from app.domain.views import MessageView
from app.ui.messages.blocks import Laid, break_lines
from app.ui.messages.text import Block
from app.ui.messages.wording import shown_text
from app.ui.theme import Radius, Size, TextSize, Theme, Weight, font, paint_icon

WIDTH = 320
TILE = 40
TILE_GAP = 12
PAD = 12
LINE = 18
BUTTONS_ABOVE, BUTTON, BUTTON_GAP = 12, 34, 8
TIME_LINE = 16
JOIN, DECLINE = "Join", "Decline"
_LINES = {"pending": "Invites you to this room", "accepted": "You joined this room"}
_GONE = "Answered, or no longer valid"
_SENT = "Invitation sent"


@dataclass(frozen=True, slots=True)
class Answer:
    """A click joins, or declines."""

    join: bool


@dataclass(frozen=True, slots=True)
class Button:
    """`box` is in the row's coordinates."""

    box: QRectF
    words: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Card:
    """What is painted besides the room's name."""

    tile: QRectF
    line_box: QRectF
    line: str
    buttons: tuple[Button, ...]


def standing_line(message: MessageView, state: str) -> str:
    """What became of an invitation, in words; `state` is "" if that is not known."""
    return _SENT if message.own else _LINES.get(state, _GONE)


class CardMeasurer:
    """Lays cards out. A card is as wide as `WIDTH` where there is room for it."""

    def __init__(self) -> None:
        self._title = font(TextSize.BODY, Weight.SEMIBOLD)
        self._line = QFontMetricsF(font(TextSize.SMALL))

    def box(self, right_or_left: float, room: float, *, own: bool) -> QRectF:
        """The card's place from its outer edge; the height is still 0."""
        width = min(float(WIDTH), room)
        return QRectF(right_or_left - width if own else right_or_left, 0, width, 0)

    def lay_out(
        self, message: MessageView, state: str, bubble: QRectF, option: QTextOption
    ) -> tuple[Laid, Card]:
        """Put name, line and buttons into `bubble`, whose height is then right."""
        left = bubble.left() + PAD + TILE + TILE_GAP
        width = bubble.right() - PAD - left
        block = Block(shown_text(message), 0)
        layout = QTextLayout(block.text, self._title)
        layout.setTextOption(option)
        lines = break_lines(layout, width, Size.BODY_LINE)
        laid = Laid(block, layout, QPointF(left, PAD), lines.height)
        y = PAD + math.ceil(lines.height)
        words = standing_line(message, state)
        line = self._line.elidedText(words, Qt.TextElideMode.ElideRight, width)
        line_box = QRectF(left, y, width, LINE)
        y = max(y + LINE, PAD + TILE)
        buttons: tuple[Button, ...] = ()
        if state == "pending" and not message.own:
            y += BUTTONS_ABOVE
            buttons = self._buttons(bubble, y)
            y += BUTTON
        bubble.setHeight(y + TIME_LINE + PAD / 2)
        return laid, Card(QRectF(bubble.left() + PAD, PAD, TILE, TILE), line_box, line, buttons)

    @staticmethod
    def _buttons(bubble: QRectF, y: float) -> tuple[Button, ...]:
        wide = (bubble.width() - 2 * PAD - BUTTON_GAP) / 2
        first = QRectF(bubble.left() + PAD, y, wide, BUTTON)
        second = first.translated(wide + BUTTON_GAP, 0)
        return (
            Button(first, JOIN, Answer(join=True)),
            Button(second, DECLINE, Answer(join=False)),
        )


def answer_at(card: Card | None, at: QPointF) -> Answer | None:
    """Which button is at a place in the row's coordinates."""
    if card is None:
        return None
    return next((button.answer for button in card.buttons if button.box.contains(at)), None)


def paint_card(painter: QPainter, card: Card, theme: Theme, *, own: bool) -> None:
    """Draw all of the card but the room's name."""
    palette = theme.palette
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.accent)
    painter.drawRoundedRect(card.tile, Radius.CODE, Radius.CODE)
    paint_icon(painter, card.tile.adjusted(10, 10, -10, -10), "users", palette.on_accent)
    painter.setFont(font(TextSize.SMALL))
    painter.setPen(palette.meta_out if own else palette.text2)
    painter.drawText(card.line_box, Qt.AlignmentFlag.AlignVCenter, card.line)
    painter.setFont(font(TextSize.PREVIEW, Weight.SEMIBOLD))
    for button in card.buttons:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent if button.answer.join else palette.inset_in)
        painter.drawRoundedRect(button.box, Radius.BUTTON, Radius.BUTTON)
        painter.setPen(palette.on_accent if button.answer.join else palette.text)
        painter.drawText(button.box, Qt.AlignmentFlag.AlignCenter, button.words)
