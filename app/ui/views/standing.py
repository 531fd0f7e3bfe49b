"""What stands in the composer's place where nothing can be written."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from app.ui.theme import TextSize, Theme
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label, Surface


class StandingBar(Surface):
    """One quiet sentence and one thing to do; hidden while one may write."""

    pressed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "panel", edges=("top",))
        self._waits = Glyph(theme, "hourglass", "text3", 20)
        self._out = Glyph(theme, "user-x", "text3", 20)
        self.words = Label(theme, TextSize.PREVIEW, tone="text2")
        self.words.setWordWrap(True)
        self.button = push_button("")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 14, 16, 14)
        row.setSpacing(12)
        row.addWidget(self._waits)
        row.addWidget(self._out)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self.pressed)
        self.hide()

    def say(self, words: str, button: str = "", *, waits: bool = False) -> None:
        """Show a sentence and a button; no words hide the bar."""
        self.words.setText(words)
        self.words.setAccessibleName(words)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self._waits.setVisible(waits)
        self._out.setVisible(not waits)
        self.setVisible(bool(words))
