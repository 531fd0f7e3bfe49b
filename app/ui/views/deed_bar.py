"""A strip across a conversation with a sentence and a few things to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label, Surface, Token, Tone

MOST = 3
"""How many things there may be to do."""


class DeedBar(Surface):
    """Hidden until something is said; `pressed` carries the words of a button."""

    pressed = Signal(str)

    def __init__(self, theme: Theme, token: Token, tone: Tone, icon_name: str) -> None:
        super().__init__(theme, token)
        self.setMinimumHeight(Size.BANNER)
        self.words = Label(theme, TextSize.PREVIEW, Weight.MEDIUM, tone)
        self.words.setWordWrap(True)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(20, 6, 12, 6)
        self._row.setSpacing(8)
        self._row.addWidget(Glyph(theme, icon_name, tone))
        self._row.addWidget(self.words, 1)
        # Made here, as Tab comes to children in the order in which they are made.
        self._pool = [self._button() for _ in range(MOST)]
        self.hide()

    def say(self, words: str, deeds: Sequence[str] = ()) -> None:
        """Show a sentence and a button for each deed; no words hide the bar."""
        if words == self.words.text() and [each.text() for each in self.buttons] == [*deeds]:
            return
        self.words.setText(words)
        self.setAccessibleName(words)
        self.buttons = self._pool[: len(deeds)]
        for button, deed in zip(self.buttons, deeds, strict=True):
            button.setText(deed)
        for button in self._pool:
            button.setVisible(button in self.buttons)
        self.setVisible(bool(words))

    def _button(self) -> QPushButton:
        button = push_button("", parent=self)
        button.clicked.connect(lambda: self.pressed.emit(button.text()))
        button.hide()
        self._row.addWidget(button)
        return button
