"""The mouse over the list: which character is under it, selecting, links."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QTextLine

from app.domain.markdown import Kind
from app.domain.views import MessageView
from app.ui.messages.blocks import Laid
from app.ui.messages.extras import Author, CopyCode, Hit, Jump, Toggle
from app.ui.messages.invitation import answer_at
from app.ui.messages.layout import LEFT, NAME_LINE, Item
from app.ui.messages.paint_extras import copy_box
from app.ui.messages.rows import ShownRow
from app.ui.messages.selection import Point, Selection
from app.ui.messages.sound import sound_at
from app.ui.messages.text import LINE_BREAK, units
from app.ui.messages.transfer import spot_at
from app.ui.theme import Size


def row_at(rows: Sequence[ShownRow], y: int) -> ShownRow | None:
    """Return the row whose bubble or space above it is at `y`; the nearest beyond the ends."""
    for row in rows:
        if y < row.bottom:
            return row
    return rows[-1] if rows else None


def point_at(item: Item, at: QPointF) -> Point:
    """Return the character boundary of `item` that is nearest to `at`, relative to it."""
    place = item.message.position
    if at.y() < 0:
        return Point(place, 0)
    laid = item.blocks[-1]
    for block in item.blocks:
        if at.y() < block.origin.y() + block.height:
            laid = block
            break
    inside = at - laid.origin
    if inside.y() >= laid.height:
        return Point(place, laid.block.start + units(laid.block.text))
    line = _line_at(laid, inside.y())
    return Point(place, laid.block.start + _cursor(line, inside.x()))


def link_at(item: Item, at: QPointF) -> str | None:
    """Return the address under `at`, relative to the row; None if there is none."""
    for laid in item.blocks:
        inside = at - laid.origin
        if laid.block.spans and 0 <= inside.y() < laid.height:
            line = _line_at(laid, inside.y())
            if not 0 <= inside.x() - _start(line) <= line.naturalTextWidth():
                return None
            unit = _cursor(line, inside.x(), on_character=True)
            for span in laid.block.spans:
                if span.url and span.start <= unit < span.start + span.length:
                    return span.url
    return None


def hit_at(item: Item, at: QPointF) -> Hit | None:
    """Return what a click at `at`, relative to the row, is for; None beside all of that."""
    if item.quote is not None and item.quote.box.contains(at):
        return Jump(item.quote.original)
    if (answer := answer_at(item.card, at)) is not None:
        return answer
    sound = item.transfer.sound if item.transfer is not None else None
    if (done := sound_at(sound, at) or spot_at(item.transfer, at)) is not None:
        return done
    for pill in item.pills:
        if pill.box.contains(at):
            return Toggle(pill.emoji, pill.own, pill.who)
    for laid in item.blocks:
        code = laid.block.kind is Kind.CODE and laid.box is not None
        if code and laid.box is not None and copy_box(laid.box).adjusted(-6, -6, 6, 6).contains(at):
            return CopyCode(laid.block.text.replace(LINE_BREAK, "\n"))
    return Author(item.message.author) if _on_author(item, at) else None


def _on_author(item: Item, at: QPointF) -> bool:
    """Tell whether `at` is on the author's name, or on the picture beside the last bubble."""
    bubble = item.bubble
    if not item.shows_author:
        return False
    on_name = item.name and bubble.left() <= at.x() <= bubble.right()
    if on_name and 0 <= at.y() < Size.BUBBLE_PAD_Y + NAME_LINE:
        return True
    on_picture = item.setting.ends and LEFT <= at.x() <= LEFT + Size.AVATAR_SMALL
    return on_picture and item.body - Size.AVATAR_SMALL <= at.y() < item.body


def target_at(item: Item, at: QPointF) -> str | Hit | None:
    """Return what can be clicked at `at`: an address, or something beside the text."""
    return hit_at(item, at) or link_at(item, at)


def over_text(item: Item, at: QPointF) -> bool:
    """Tell whether `at`, relative to the row, is on its text."""
    return any(
        0 <= at.y() - laid.origin.y() < laid.height
        and 0 <= at.x() - laid.origin.x() <= laid.layout.boundingRect().width()
        for laid in item.blocks
    )


def _line_at(laid: Laid, y: float) -> QTextLine:
    lines = [laid.layout.lineAt(at) for at in range(laid.layout.lineCount())]
    below = [line for line in lines if y < line.y() + line.height()]
    return below[0] if below else lines[-1]


def _start(line: QTextLine) -> float:
    return line.naturalTextRect().left()


def _cursor(line: QTextLine, x: float, *, on_character: bool = False) -> int:
    between = QTextLine.CursorPosition.CursorBetweenCharacters
    where = QTextLine.CursorPosition.CursorOnCharacter if on_character else between
    return line.xToCursor(x, where)


class Pointer:
    """Follows one press of the button: a click on something, or a selection being drawn."""

    def __init__(self, locate: Callable[[QPoint], tuple[Item, QPointF] | None]) -> None:
        self._locate = locate
        self._pressed: Point | None = None
        self._target: str | Hit | None = None
        self.selection: Selection | None = None

    @property
    def dragging(self) -> bool:
        return self._pressed is not None

    def press(self, at: QPoint, *, extend: bool) -> None:
        """The button went down; `extend` moves the end of what is selected already."""
        found = self._locate(at)
        if found is None:
            return
        self._target = target_at(*found)
        point = point_at(*found)
        if extend and self.selection is not None:
            self._pressed = self.selection.anchor
            self.selection = Selection(self._pressed, point)
        else:
            self._pressed = point
            self.selection = None

    def drag(self, at: QPoint) -> None:
        found = self._locate(at)
        if self._pressed is not None and found is not None:
            self.selection = Selection(self._pressed, point_at(*found))

    def release(self, at: QPoint) -> str | Hit | None:
        """The button went up; return what was clicked, if anything was."""
        self._pressed = None
        found = self._locate(at)
        if self.selection is not None and self.selection.empty:
            self.selection = None
        target, self._target = self._target, None
        if target is None or found is None or self.selection is not None:
            return None
        return target if target_at(*found) == target else None

    def give_up(self) -> None:
        """The press has become something else."""
        self._pressed = self._target = self.selection = None

    def message_at(self, at: QPoint) -> MessageView | None:
        found = self._locate(at)
        return found[0].message if found else None
