"""The account: its passphrase, its lock, its backup."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.ui.dialogs.base import Sheet
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label
from app.ui.widgets.tabs import Tabs

IDLE_MINUTES = (0, 5, 15, 60)
_IDLE_WORDS = ("Never", "5 min", "15 min", "1 hour")
_OPEN = "No passphrase. Whoever uses this computer under your login can open Parlor."
_SHUT = "Parlor asks for your passphrase at each start, and after a lock."
_BACKUP = "One encrypted file with who you are, your rooms and all that was said in them."


@dataclass(frozen=True, slots=True)
class AccountState:
    """`idle_minutes` until it locks itself, 0 for never; `used` if there are conversations."""

    protected: bool
    idle_minutes: int
    used: bool


class AccountSheet(Sheet):
    """Says what was asked for; whoever opens it does that."""

    passphrase_asked = Signal()
    removal_asked = Signal()
    lock_asked = Signal()
    idle_chosen = Signal(int)
    export_asked = Signal()
    import_asked = Signal()
    profiles_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget, state: AccountState) -> None:
        super().__init__(theme, parent, "Account")
        self.change = push_button("Change passphrase" if state.protected else "Set a passphrase")
        self.remove = push_button("Remove it")
        self.remove.setAccessibleName("Remove the passphrase")
        self.remove.setVisible(state.protected)
        self.idle = Tabs(theme, _IDLE_WORDS)
        self.idle.setAccessibleName("Lock when nobody has typed or clicked for")
        self.lock = push_button("Lock now")
        self.back_up = push_button("Back up")
        self.restore = push_button("Restore a backup")
        self.restore.setEnabled(not state.used)
        if state.used:
            self.restore.setToolTip("Only a profile without conversations can be restored into")
        self._section("Passphrase", _SHUT if state.protected else _OPEN, self.change, self.remove)
        if state.protected:
            self._caption("Lock when idle")
            self.add(self.idle)
            self.add(_row(self.lock))
        self._section("Backup", _BACKUP, self.back_up, self.restore)
        minutes = state.idle_minutes if state.idle_minutes in IDLE_MINUTES else 0
        self.idle.choose(IDLE_MINUTES.index(minutes))
        self.profiles = push_button("Profiles")
        self.profiles.setAccessibleName("Profiles on this computer")
        done = push_button("Done", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(self.profiles, done)
        self._connect()

    def _connect(self) -> None:
        self.change.clicked.connect(self.passphrase_asked)
        self.remove.clicked.connect(self.removal_asked)
        self.lock.clicked.connect(self.lock_asked)
        self.idle.chosen.connect(lambda at: self.idle_chosen.emit(IDLE_MINUTES[at]))
        self.back_up.clicked.connect(self.export_asked)
        self.restore.clicked.connect(self.import_asked)
        self.profiles.clicked.connect(self.profiles_asked)

    def _section(self, title: str, line: str, *buttons: QPushButton) -> None:
        self._caption(title)
        words = Label(self.theme, TextSize.PREVIEW, text=line)
        words.setWordWrap(True)
        self.add(words)
        self.add(_row(*buttons))

    def _caption(self, text: str) -> None:
        self.add(Label(self.theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text=text))


def _row(*buttons: QPushButton) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for button in buttons:
        row.addWidget(button)
    row.addStretch()
    return box
