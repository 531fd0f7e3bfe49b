"""The card of an offered file or folder: what it is, how far it is, what one can do about it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QTextLayout, QTextOption

from app.domain.files import FileOffered, TransferState, TransferView
from app.domain.views import MessageView
from app.ui.file_names import offered_name, shown_name
from app.ui.files import phrases
from app.ui.files.deeds import Deed, deeds
from app.ui.messages.blocks import Laid, Typesetter, break_lines
from app.ui.messages.sound import (
    SPEED_GAP,
    SPEED_WIDTH,
    VOICE_WIDTH,
    SoundMeasurer,
    SoundStrip,
    is_here,
)
from app.ui.messages.text import Block, Content, Names, parse, units
from app.ui.theme import TextSize, Weight, font
from app.ui.voice.sounding import clock

WIDTH = 354
TILE, TILE_GAP = 44, 12
PAD_X, PAD_Y = 12, 8
LINE, SMALL_LINE = 20, 18
WAVE_LINE = 28
BUTTONS_ABOVE, BUTTON, BUTTON_GAP = 10, 34, 8
CORNER = 28
CAPTION_ABOVE = 6
TIME_ROW = 20
TIME_GAP = 10
PICTURE_INSET = 3
PICTURE_SIZE = QSizeF(320, 240)
PICTURE_LEAST = QSizeF(120, 60)
_CORNERS = {Deed.PAUSE, Deed.RESUME, Deed.CANCEL, Deed.SHOW}

Find = Callable[[TransferView], QImage | None]
"""Gives the small picture of a file that is here, if it is one."""


@dataclass(frozen=True, slots=True)
class Do:
    """A click does this to the transfer."""

    deed: Deed


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a deed is, in the row's coordinates: a button with words, or without any an icon.

    `main` if it is the likeliest of several.
    """

    box: QRectF
    deed: Deed
    words: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line beside the icon; `wrong` if it tells what went wrong."""

    box: QRectF
    text: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class TransferCard:
    """What is painted besides name and caption; `bar` is None if there is no progress.

    With a `picture` there is nothing but that and what is said about it; its time stands in `pill`
    unless there is a caption. A `film` is one of those and says how long it is. What plays has a
    `sound`.
    """

    tile: QRectF
    glyph: str
    lines: tuple[TextLine, ...] = ()
    spots: tuple[Spot, ...] = ()
    bar: QRectF | None = None
    share: float = 0.0
    name: str = ""
    picture: QImage | None = None
    pill: QRectF | None = None
    sound: SoundStrip | None = None
    film: str | None = None


@dataclass(frozen=True, slots=True)
class Stood:
    """A card with its texts; `row` is the line in which the time stands, at the right."""

    bubble: QRectF
    blocks: list[Laid]
    card: TransferCard
    row: QRectF


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a card may be: its outer edge at `edge`, `room` wide, contents from `top` on.

    `meta` is how wide time and ticks are.
    """

    edge: float
    room: float
    top: float
    meta: float
    own: bool

    def box(self, width: float) -> QRectF:
        width = min(width, self.room)
        return QRectF(self.edge - width if self.own else self.edge, 0, width, 0)


class TransferMeasurer:
    """Lays cards out; `find` gives the pictures."""

    def __init__(self, typesetter: Typesetter, find: Find) -> None:
        self._type = typesetter
        self.find = find
        self.sounds = SoundMeasurer()
        self._title = font(TextSize.BODY, Weight.SEMIBOLD)
        self._name = QFontMetricsF(self._title)
        self._small = font(TextSize.SMALL, tabular=True)
        self._line = QFontMetricsF(self._small)
        self._words = QFontMetricsF(font(TextSize.PREVIEW, Weight.SEMIBOLD))

    def lay_out(
        self, message: MessageView, view: TransferView | None, frame: Frame, names: Names
    ) -> Stood:
        """Put everything into a bubble of the right size."""
        offer = message.file or FileOffered("", 0, b"")
        picture = self.find(view) if view is not None else None
        if picture is not None and not picture.isNull():
            stood = self._picture(message, offer, picture, frame, names)
            film = self.sounds.film(view)
            if film is None:
                return stood
            return replace(stood, card=replace(stood.card, glyph="film", film=clock(film.ms)))
        return self._card(message, offer, view, frame, names)

    def _card(
        self,
        message: MessageView,
        offer: FileOffered,
        view: TransferView | None,
        frame: Frame,
        names: Names,
    ) -> Stood:
        bubble, y = frame.box(VOICE_WIDTH if offer.voice_ms else WIDTH), frame.top
        offered = deeds(view) if view is not None else ()
        sounds = is_here(view) and self.sounds.has(offer, view)
        corner = () if sounds or _wants_words(view) else self._corner(offered, bubble, y)
        tile = QRectF(bubble.left() + PAD_X, y, TILE, TILE)
        left = tile.right() + TILE_GAP
        edge = corner[0].box.left() - 4 if corner else bubble.right() - PAD_X
        if offer.voice_ms:
            name = _nothing()
        else:
            rest = SPEED_WIDTH + SPEED_GAP if sounds else 0
            name = self._named(offer, QPointF(left, y + 1), edge - left - rest)
        sound = self._sound(message, offer, view, tile, edge)
        lines = (
            ()
            if sound is not None and sound.here
            else self._lines(
                offer,
                view,
                left,
                y + 1 + (WAVE_LINE if sound else LINE),
                bubble.right() - PAD_X - left,
            )
        )
        bottom = max(lines[-1].box.bottom() if lines else 0.0, tile.bottom())
        bottom = max(bottom, sound.label.bottom() if sound is not None else 0.0)
        spots = corner
        if _wants_words(view):
            spots = self._buttons(offered, bubble, bottom + BUTTONS_ABOVE)
            bottom = max([bottom, *(spot.box.bottom() for spot in spots)])
        blocks, bottom = self._caption(message, offer, bubble, bottom, frame, names)
        has_bar = view is not None and phrases.has_bar(view)
        last = self._line.horizontalAdvance(lines[-1].text) if lines else 0.0
        if sound is not None and sound.here:
            last = self.sounds.width(sound)
        beside = not (has_bar or blocks or spots is not corner)
        beside = beside and left + last + TIME_GAP + frame.meta <= bubble.right() - PAD_X
        beside = beside and (not lines or lines[-1].box.bottom() >= tile.bottom() - SMALL_LINE)
        bottom = bottom - 4 if beside else bottom + TIME_ROW - 4
        bubble.setHeight(bottom + PAD_Y)
        row = QRectF(bubble.left() + PAD_X, bottom - 14, bubble.width() - 2 * PAD_X, 14)
        bar = None
        if has_bar:
            bar = QRectF(row.left(), row.center().y() + 1, row.width() - frame.meta - TIME_GAP, 4)
        share = min(view.done / view.size, 1.0) if view is not None and view.size else 1.0
        sign = _sign(offer, view)
        shown = offered_name(offer)
        card = TransferCard(tile, sign, lines, spots, bar, share, shown, sound=sound)
        return Stood(bubble, [name, *blocks], card, row)

    def _sound(
        self,
        message: MessageView,
        offer: FileOffered,
        view: TransferView | None,
        tile: QRectF,
        right: float,
    ) -> SoundStrip | None:
        """The part that plays, beside the button that stands where the icon does elsewhere."""
        if not self.sounds.has(offer, view):
            return None
        about = "" if offer.voice_ms else phrases.size(offer.size)
        at = QPointF(tile.right() + TILE_GAP, tile.top() + (0 if offer.voice_ms else LINE))
        return self.sounds.lay_out(message.event, offer, view, tile, at, right, about)

    def _named(self, offer: FileOffered, at: QPointF, room: float) -> Laid:
        shown = shown_name(offer.name)
        layout = QTextLayout(
            self._name.elidedText(shown, Qt.TextElideMode.ElideMiddle, room), self._title
        )
        option = QTextOption(self._type.option)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        lines = break_lines(layout, max(room, 1), LINE)
        return Laid(Block(shown, 0), layout, at, lines.height)

    def _lines(
        self, offer: FileOffered, view: TransferView | None, left: float, y: float, room: float
    ) -> tuple[TextLine, ...]:
        if view is None:
            return (TextLine(QRectF(left, y, room, SMALL_LINE), phrases.offer_line(offer)),)
        said = phrases.state_line(view)
        if offer.voice_ms:
            said = f"{clock(max(offer.voice_ms, 1000))} \u00b7 {said}"
        first = self._line.elidedText(said, Qt.TextElideMode.ElideRight, room)
        found = [TextLine(QRectF(left, y, room, SMALL_LINE), first)]
        reason, lane = phrases.reason_line(view), phrases.lane_line(view)
        if reason:
            wrong = view.state is not TransferState.WAITING
            found += self._wrapped(reason, left, y + SMALL_LINE, room, wrong=wrong)
        elif view.state is TransferState.RUNNING and lane:
            lane = self._line.elidedText(lane, Qt.TextElideMode.ElideRight, room)
            found.append(TextLine(QRectF(left, y + SMALL_LINE, room, SMALL_LINE), lane))
        return tuple(found)

    def _wrapped(
        self, text: str, left: float, y: float, room: float, *, wrong: bool
    ) -> list[TextLine]:
        layout = QTextLayout(text, self._small)
        layout.setTextOption(self._type.option)
        break_lines(layout, room, SMALL_LINE)
        found = []
        for at in range(layout.lineCount()):
            line = layout.lineAt(at)
            part = text[line.textStart() : line.textStart() + line.textLength()].strip()
            box = QRectF(left, y + at * SMALL_LINE, room, SMALL_LINE)
            found.append(TextLine(box, part, wrong))
        return found

    @staticmethod
    def _corner(offered: tuple[Deed, ...], bubble: QRectF, y: float) -> tuple[Spot, ...]:
        shown = [deed for deed in offered if deed in _CORNERS]
        left = bubble.right() - PAD_X + 6 - CORNER * len(shown)
        return tuple(
            Spot(QRectF(left + at * CORNER, y - 3, CORNER, CORNER), deed)
            for at, deed in enumerate(shown)
        )

    def _buttons(self, offered: tuple[Deed, ...], bubble: QRectF, y: float) -> tuple[Spot, ...]:
        """Share the width out by the words; below each other where they do not fit."""
        inner = bubble.width() - 2 * PAD_X - BUTTON_GAP * (len(offered) - 1)
        wanted = [self._words.horizontalAdvance(deed.value) + 24 for deed in offered]
        x, found, more = bubble.left() + PAD_X, [], (inner - sum(wanted)) / max(len(offered), 1)
        for at, deed in enumerate(offered):
            if more >= 0:
                box = QRectF(x, y, wanted[at] + more, BUTTON)
                x = box.right() + BUTTON_GAP
            else:
                step = at * (BUTTON + BUTTON_GAP)
                box = QRectF(x, y + step, bubble.width() - 2 * PAD_X, BUTTON)
            found.append(Spot(box, deed, deed.value, main=not at))
        return tuple(found)

    def _caption(  # noqa: PLR0913, PLR0917 - a place, and what stands there
        self,
        message: MessageView,
        offer: FileOffered,
        bubble: QRectF,
        y: float,
        frame: Frame,
        names: Names,
    ) -> tuple[list[Laid], float]:
        if not message.text:
            return [], y
        content = _shifted(parse(message.text, names=names), units(offered_name(offer)) + 1)
        inner = bubble.width() - 2 * PAD_X
        stood = self._type.stack(content, frame.own, inner)
        at = QPointF(bubble.left() + PAD_X, y + CAPTION_ABOVE)
        self._type.settle(stood, at, inner)
        return stood.laid, math.ceil(at.y() + stood.bottom)

    def _picture(
        self,
        message: MessageView,
        offer: FileOffered,
        picture: QImage,
        frame: Frame,
        names: Names,
    ) -> Stood:
        room = QSizeF(
            min(PICTURE_SIZE.width(), frame.room - 2 * PICTURE_INSET), PICTURE_SIZE.height()
        )
        natural = QSizeF(picture.size()) / max(picture.devicePixelRatio(), 1.0)
        shown = natural.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        shown = shown.boundedTo(natural).expandedTo(PICTURE_LEAST).boundedTo(room)
        bubble = frame.box(shown.width() + 2 * PICTURE_INSET)
        top = frame.top - PAD_Y + PICTURE_INSET
        tile = QRectF(QPointF(bubble.left() + PICTURE_INSET, top), shown)
        blocks, bottom = self._caption(message, offer, bubble, tile.bottom(), frame, names)
        if blocks:
            bottom += TIME_ROW - 4
            bubble.setHeight(bottom + PAD_Y)
            row = QRectF(bubble.left() + PAD_X, bottom - 14, bubble.width() - 2 * PAD_X, 14)
            pill = None
        else:
            bubble.setHeight(tile.bottom() + PICTURE_INSET)
            wide = frame.meta + 16
            pill = QRectF(tile.right() - wide - 6, tile.bottom() - 26, wide, 20)
            row = pill.adjusted(8, 3, -8, -3)
            blocks = [_nothing()]
        spots = (Spot(tile, Deed.OPEN),)
        name = shown_name(offer.name)
        card = TransferCard(tile, "image", spots=spots, name=name, picture=picture, pill=pill)
        return Stood(bubble, blocks, card, row)


def _nothing() -> Laid:
    """A line without letters, for what has no text to be selected."""
    layout = QTextLayout("")
    return Laid(Block("", 0), layout, QPointF(), break_lines(layout, 1, 1).height)


def _shifted(content: Content, by: int) -> Content:
    blocks = tuple(replace(block, start=block.start + by) for block in content.blocks)
    return replace(content, blocks=blocks, big=False)


def _wants_words(view: TransferView | None) -> bool:
    """Whether a decision is asked for, which is worth buttons with words."""
    if view is None or view.own:
        return view is not None and view.state is TransferState.FAILED
    return view.state in {
        TransferState.OFFERED,
        TransferState.DECLINED,
        TransferState.FAILED,
    }


def _sign(offer: FileOffered, view: TransferView | None) -> str:
    """The icon in the tile: where it goes while it moves, else what it is."""
    if view is not None and view.state is TransferState.RUNNING:
        return "arrow-up" if view.own else "arrow-down"
    return phrases.glyph(offer.name, is_folder=offer.is_folder)


def spot_at(card: TransferCard | None, at: QPointF) -> Do | None:
    """Which deed is at a place in the row's coordinates: a button's, or opening by the icon."""
    if card is None:
        return None
    found = next((spot.deed for spot in card.spots if spot.box.contains(at)), None)
    return None if found is None else Do(found)


def is_handle(card: TransferCard | None, at: QPointF) -> bool:
    """Tell whether a file is taken hold of at a place in the row's coordinates."""
    return card is not None and card.tile.contains(at)
