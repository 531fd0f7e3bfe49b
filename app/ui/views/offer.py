"""A quiet card that is shown once: what there is to be done about what was written."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.ui.theme import TextSize, Theme
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label, Surface

WORDS = "Your first conversation lives on this computer only. Protect it?"


class OfferCard(Surface):
    """Hidden until `show`; whatever is pressed, it goes."""

    passphrase_asked = Signal()
    backup_asked = Signal()
    startup_asked = Signal()
    answered = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "accent_soft")
        self.setAccessibleName(WORDS)
        words = Label(theme, TextSize.PREVIEW, text=WORDS)
        words.setWordWrap(True)
        self.passphrase = push_button("Set a passphrase", "quiet")
        self.backup = push_button("Back up", "quiet")
        self.startup = push_button("Start with the computer…", "quiet")
        self.startup.hide()
        self.dismiss = IconButton(theme, "x", "Not now")
        for button in (self.passphrase, self.backup, self.startup, self.dismiss):
            button.clicked.connect(self.hide)
            button.clicked.connect(self.answered)
        top, below = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(Glyph(theme, "lock", "accent_text"))
        top.addWidget(words, 1)
        top.addWidget(self.dismiss)
        below.setContentsMargins(12, 0, 0, 0)
        below.addWidget(self.passphrase)
        below.addWidget(self.backup)
        below.addStretch()
        last = QHBoxLayout()  # three in one row are too many for a narrow window
        last.setContentsMargins(12, 0, 0, 0)
        last.addWidget(self.startup)
        last.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 6, 12, 6)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(below)
        column.addLayout(last)
        self.passphrase.clicked.connect(self.passphrase_asked)
        self.backup.clicked.connect(self.backup_asked)
        self.startup.clicked.connect(self.startup_asked)
        self.hide()
