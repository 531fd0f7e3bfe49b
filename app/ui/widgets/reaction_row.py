"""Six emoji and a way to all others, at the top of a message's menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.ui.emoji import QUICK
from app.ui.theme import emoji_family, font
from app.ui.widgets.pressing import SignButton

BUTTON = 36
GLYPH = 20
MORE, PLUS = "More reactions", "+"


class ReactionRow(QWidget):
    """Calls `react` with an emoji, or `more` for all others."""

    def __init__(self, react: Callable[[str], object], more: Callable[[], object]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 4)
        row.setSpacing(2)
        face = font(GLYPH)
        face.setFamilies([emoji_family()])
        self.buttons: list[QToolButton] = []
        for text in (*QUICK, PLUS):
            button = SignButton()
            button.setText(text)
            button.setFixedSize(QSize(BUTTON, BUTTON))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(f"React with {text}" if text in QUICK else MORE)
            button.setToolTip(button.accessibleName())
            if text in QUICK:
                button.setFont(face)
                button.clicked.connect(lambda _on=False, emoji=text: react(emoji))
            else:
                button.clicked.connect(lambda _on=False: more())
            row.addWidget(button)
            self.buttons.append(button)
