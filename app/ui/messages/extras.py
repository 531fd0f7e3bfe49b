"""What a bubble has besides its text: the quoted original above, the reactions below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF

from app.domain.ids import EventId, PeerId
from app.domain.views import MessageView, Reaction
from app.ui.messages.invitation import Answer
from app.ui.messages.sound import SoundHit
from app.ui.messages.transfer import Do
from app.ui.messages.wording import quoted
from app.ui.theme import TextSize, Weight, font

QUOTE_HEIGHT, QUOTE_BELOW = 40, 5
QUOTE_PAD, QUOTE_BAR = 10, 3
QUOTE_LEAST = 120
PILL_HEIGHT, PILL_PAD, PILL_GAP = 26, 9, 6
PILLS_ABOVE = 8
EMOJI_BOX, COUNT_GAP = 18, 5
MOST_PILLS = 40


@dataclass(frozen=True, slots=True)
class Quote:
    """The beginning of the message that this one answers, cut to fit into `box`."""

    box: QRectF
    author: PeerId | None
    name: str
    text: str
    original: EventId


@dataclass(frozen=True, slots=True)
class Pill:
    """A reaction: who, in words, and whether we are among them."""

    box: QRectF
    emoji: str
    count: str
    own: bool
    who: str


@dataclass(frozen=True, slots=True)
class Jump:
    """A click leads to this message."""

    event: EventId


@dataclass(frozen=True, slots=True)
class Toggle:
    """A click puts this reaction or takes it back; `who` reacted so."""

    emoji: str
    own: bool
    who: str


@dataclass(frozen=True, slots=True)
class Author:
    """A click shows who this is."""

    peer: PeerId


@dataclass(frozen=True, slots=True)
class CopyCode:
    """A click copies this code."""

    code: str


Hit = Jump | Toggle | CopyCode | Answer | Do | Author | SoundHit


class ExtrasMeasurer:
    """Measures quotes and pills. `names` are the people of the room, `me` is who looks at it."""

    def __init__(self) -> None:
        self.names: Mapping[PeerId, str] = {}
        self.me: PeerId | None = None
        self._name = QFontMetricsF(font(TextSize.SMALL, Weight.SEMIBOLD))
        self._line = QFontMetricsF(font(TextSize.SMALL))
        self._count = QFontMetricsF(font(TextSize.SMALL, Weight.SEMIBOLD, tabular=True))

    def quote_width(self, message: MessageView) -> float:
        """Return how wide a quote wants to be, 0 for none."""
        if message.reply_to is None or message.deleted:
            return 0.0
        name, text = quoted(message.reply)
        widest = max(self._name.horizontalAdvance(name), self._line.horizontalAdvance(text))
        return max(widest + 2 * QUOTE_PAD, QUOTE_LEAST)

    def quote(self, message: MessageView, at: QPointF, width: float) -> Quote | None:
        """Put the quote at `at`, `width` wide; None for a message that answers none."""
        if message.reply_to is None or message.deleted:
            return None
        name, text = quoted(message.reply)
        room, right = width - 2 * QUOTE_PAD, Qt.TextElideMode.ElideRight
        return Quote(
            QRectF(at, QSizeF(width, QUOTE_HEIGHT)),
            message.reply.author if message.reply else None,
            self._name.elidedText(name, right, room),
            self._line.elidedText(text, right, room),
            message.reply_to,
        )

    def pills(self, reactions: Sequence[Reaction], inner: float) -> list[Pill]:
        """Put the pills into rows of at most `inner` pixels, from 0 to the right and down."""
        found: list[Pill] = []
        x, y = 0.0, 0.0
        for reaction in reactions[:MOST_PILLS]:
            count = str(len(reaction.by))
            wide = 2 * PILL_PAD + EMOJI_BOX + COUNT_GAP + self._count.horizontalAdvance(count)
            if x and x + wide > inner:
                x, y = 0.0, y + PILL_HEIGHT + PILL_GAP
            box = QRectF(x, y, wide, PILL_HEIGHT)
            found.append(
                Pill(box, reaction.emoji, count, self.me in reaction.by, self._who(reaction))
            )
            x += wide + PILL_GAP
        return found

    def _who(self, reaction: Reaction) -> str:
        names = [
            "You" if peer == self.me else self.names.get(peer, "Somebody") for peer in reaction.by
        ]
        return ", ".join(names)
