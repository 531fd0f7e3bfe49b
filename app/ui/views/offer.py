"""A quiet card that is shown once: what there is to be done about what was written."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from app.ui.theme import Size, TextSize, Theme
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label, Surface

WORDS = "Your first conversation lives on this computer only. Protect it?"


class OfferCard(Surface):
    """Hidden until `show`; whatever is pressed, it goes."""

    passphrase_asked = Signal()
    backup_asked = Signal()
    answered = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "accent_soft")
        self.setMinimumHeight(Size.BANNER)
        self.setAccessibleName(WORDS)
        words = Label(theme, TextSize.PREVIEW, text=WORDS)
        words.setWordWrap(True)
        self.passphrase = push_button("Set a passphrase", "quiet")
        self.backup = push_button("Back up", "quiet")
        self.dismiss = IconButton(theme, "x", "Not now")
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(Glyph(theme, "lock", "accent_text"))
        row.addWidget(words, 1)
        for button in (self.passphrase, self.backup, self.dismiss):
            row.addWidget(button)
            button.clicked.connect(self.hide)
            button.clicked.connect(self.answered)
        self.passphrase.clicked.connect(self.passphrase_asked)
        self.backup.clicked.connect(self.backup_asked)
        self.hide()
