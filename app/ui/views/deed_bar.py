"""A strip across a conversation with a sentence and a few things to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label, Surface, Token, Tone


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
        self.hide()

    def say(self, words: str, deeds: Sequence[str] = ()) -> None:
        """Show a sentence and a button for each deed; no words hide the bar."""
        if words == self.words.text() and [each.text() for each in self.buttons] == [*deeds]:
            return
        self.words.setText(words)
        self.setAccessibleName(words)
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(deed) for deed in deeds]
        self.setVisible(bool(words))

    def _button(self, deed: str) -> QPushButton:
        button = push_button(deed, parent=self)
        button.clicked.connect(lambda: self.pressed.emit(deed))
        self._row.addWidget(button)
        return button
