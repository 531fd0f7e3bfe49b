"""What is shown while the profile is locked: one field, and nothing of what was said."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout

from app.ui.dialogs.profiles import shown
from app.ui.theme import TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import passphrase_field
from app.ui.widgets.surfaces import Label, Surface

WIDTH = 320
WAITS = "A link waits until then."


class UnlockView(Surface):
    """Emits `answered` with a passphrase; `refuse` says that it would not do.

    `profile_chosen` carries the name of the profile that is wanted instead.
    """

    answered = Signal(str)
    profile_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "canvas")
        self.setAccessibleName("Parlor is locked")
        title = Label(theme, TextSize.EMPTY, Weight.SEMIBOLD, text="Parlor is locked")
        line = Label(theme, TextSize.BODY, tone="text2", text="Type your passphrase to go on.")
        self.waits = Label(theme, TextSize.PREVIEW, tone="accent_text", text=WAITS)
        self.waits.hide()
        self.field = passphrase_field("Passphrase")
        self.field.setFixedWidth(WIDTH)
        self.problem = Label(theme, TextSize.SMALL, tone="danger")
        self.problem.setWordWrap(True)
        self.problem.setFixedWidth(WIDTH)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.go = push_button("Unlock", "primary")
        self.leave = push_button("Quit")
        self.profile = push_button("", "quiet")
        self.profiles = QMenu(self)
        self.profiles.setAccessibleName("Profiles")
        self.profile.setMenu(self.profiles)
        self.profile.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.go)
        centre = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch()
        column.addWidget(Glyph(theme, "lock", "text2", 40), 0, centre)
        column.addWidget(title, 0, centre)
        column.addWidget(line, 0, centre)
        column.addWidget(self.waits, 0, centre)
        column.addSpacing(4)
        column.addWidget(self.field, 0, centre)
        column.addWidget(self.problem, 0, centre)
        column.addLayout(buttons)
        buttons.setAlignment(centre)
        column.addWidget(self.profile, 0, centre)
        column.addStretch()
        self.setTabOrder(self.field, self.go)
        self.setTabOrder(self.go, self.leave)
        self.setTabOrder(self.leave, self.profile)
        self.go.setEnabled(False)
        self.field.textChanged.connect(self._on_text)
        self.field.returnPressed.connect(self._submit)
        self.go.clicked.connect(self._submit)

    def refuse(self, words: str) -> None:
        """Say what was wrong and let the person try again."""
        self.problem.setText(words)
        self.problem.setAccessibleName(words)
        self.field.setEnabled(True)
        self.field.selectAll()
        self.field.setFocus()
        self.go.setEnabled(bool(self.field.text()))

    def offer_profiles(self, names: Sequence[str], current: str) -> None:
        """Offer the other profiles of this computer, if there are some."""
        self.profile.setText(f"Profile: {shown(current)}")
        self.profile.setAccessibleName(f"Profile: {shown(current)}. Choose another one")
        self.profile.setVisible(len(names) > 1)
        self.profiles.clear()
        for name in names:
            if name != current:
                action = self.profiles.addAction(shown(name))
                action.triggered.connect(lambda _on=False, to=name: self.profile_chosen.emit(to))

    def forget(self) -> None:
        """Keep nothing of what was typed."""
        self.field.clear()

    def _on_text(self, text: str) -> None:
        self.problem.setText("")
        self.go.setEnabled(bool(text))

    def _submit(self) -> None:
        if self.field.isEnabled() and self.field.text():
            self.field.setEnabled(False)
            self.go.setEnabled(False)
            self.answered.emit(self.field.text())
