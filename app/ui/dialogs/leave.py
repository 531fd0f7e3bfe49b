"""Asks before a conversation is left or deleted."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from app.domain.views import RoomKind, RoomSummary
from app.ui.dialogs.base import Sheet
from app.ui.phrases import one_line
from app.ui.theme import Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.switch import Switch

KEEP = "Keep what was said so far"


class Farewell(NamedTuple):
    """The words of the question; `keeps` if history may stay."""

    title: str
    line: str
    button: str
    keeps: bool = False


LEAVE = Farewell(
    "Leave {name}?",
    "You get no more of its messages, and need an invitation to come back. The others see that you"
    " left.",
    "Leave",
    keeps=True,
)
_CANCEL = Farewell(
    "Do not wait for {name}?",
    "It goes away from your list. You can follow the link or the invitation again.",
    "Stop waiting",
)
_DELETE = Farewell(
    "Delete {name}?",
    "All of it is deleted on this computer. The others keep what they have.",
    "Delete",
)
_DIRECT = Farewell("Leave {name}?", "The conversation is taken from your list.", "Leave")


def away(summary: RoomSummary) -> Farewell:
    """What to ask where we are no member, or where there is nothing to be a member of."""
    if summary.kind is not RoomKind.GROUP:
        return _DIRECT
    return _CANCEL if summary.standing in {"waiting", "refused"} else _DELETE


class LeaveSheet(Sheet):
    """Asks whether to go, and what becomes of the history."""

    def __init__(self, theme: Theme, parent: QWidget, name: str, words: Farewell) -> None:
        shown = one_line(name)
        super().__init__(theme, parent, words.title.format(name=shown), words.line)
        self.keep = Switch(theme, KEEP)
        self.keep.setChecked(words.keeps)
        self.go = push_button(words.button, "danger")
        self.go.clicked.connect(self.accept)
        self.add(self.keep)
        if not words.keeps:
            self.keep.hide()
        cancel = self.cancel_button("Stay" if words.keeps else "Cancel")
        self.finish(cancel, self.go)
        cancel.setFocus()

    @property
    def keeps(self) -> bool:
        """Whether what was said stays to be read."""
        return self.keep.isChecked()
