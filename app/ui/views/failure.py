"""What is shown when the program cannot start: why, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label, Surface

WIDTH = 420


class FailureView(Surface):
    """Nothing was changed on the disk; the words say what to do."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__(theme, "canvas")
        title = Label(theme, TextSize.EMPTY, Weight.SEMIBOLD, text="Parlor could not start")
        self.words = Label(theme, TextSize.BODY, tone="text2", text=words)
        self.words.setWordWrap(True)
        self.words.setMaximumWidth(WIDTH)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.leave = push_button("Quit", "primary")
        centre = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch()
        column.addWidget(Glyph(theme, "triangle-alert", "danger", 40), 0, centre)
        column.addWidget(title, 0, centre)
        column.addLayout(_in_the_middle(self.words))
        column.addSpacing(8)
        column.addWidget(self.leave, 0, centre)
        column.addStretch()


def _in_the_middle(widget: QWidget) -> QHBoxLayout:
    """Let it be as wide as it may; an alignment would take its height for one width only."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row
