"""A selection across messages: two points, each a message's place and an offset in its text."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.views import MessageView, Position
from app.ui.messages.source import END, START
from app.ui.messages.text import cut, units
from app.ui.messages.wording import shown_text


class Point(NamedTuple):
    """`unit` counts UTF-16 units of the shown text, as Qt does."""

    place: Position
    unit: int


class Selection:
    """Runs from where the mouse went down to where it is now, in either direction."""

    def __init__(self, anchor: Point, head: Point) -> None:
        self.anchor = anchor
        self.head = head

    @classmethod
    def everything(cls) -> Selection:
        return cls(Point(START, 0), Point(END, 0))

    @property
    def empty(self) -> bool:
        return self.anchor == self.head

    @property
    def ends(self) -> tuple[Point, Point]:
        """The two points in the order of the text."""
        return min(self.anchor, self.head), max(self.anchor, self.head)

    def range_in(self, message: MessageView) -> tuple[int, int] | None:
        """Return the selected units of a message from start to end, None if there are none."""
        first, last = self.ends
        if self.empty or not first.place <= message.position <= last.place:
            return None
        start = first.unit if message.position == first.place else 0
        length = units(shown_text(message))
        end = min(last.unit, length) if message.position == last.place else length
        return (start, end) if start < end else None

    def text_of(self, message: MessageView) -> str:
        """Return the selected part of a message."""
        part = self.range_in(message)
        return cut(shown_text(message), *part) if part else ""
