"""Lists of what lets people in and of who may not come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from app.domain.governing import Banned, RoomLink
from app.ui import government
from app.ui.theme import TextSize, Theme
from app.ui.views.entry_rows import buttons_in, empty, entry, give_back, held, tight_column
from app.ui.views.room_facts import RoomFacts
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label

NO_LINKS = "Nobody gets in by a link now. Invite people by name, or make a link."


class LinksBox(QWidget):
    """The links of a room with what can be done about each."""

    copy_asked = Signal(object)
    code_asked = Signal(object)
    revoke_asked = Signal(object)
    new_asked = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme, self._now = theme, now
        self._rows = tight_column()
        self.new = push_button("New link…")
        self.new.clicked.connect(self.new_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._rows)
        column.addWidget(self.new)

    def show_links(self, facts: RoomFacts, revocable: Callable[[RoomLink], bool]) -> None:
        """List the links; `revocable` tells which of them we may take back."""
        had = held(self)
        empty(self._rows)
        for link in facts.links:
            self._rows.addWidget(self._row(link, facts, may=revocable(link)))
        if not facts.links:
            words = Label(self._theme, TextSize.SMALL, tone="text2", text=NO_LINKS)
            words.setWordWrap(True)
            self._rows.addWidget(words)
        self.new.setVisible(government.may_invite(facts.role, facts.rules))
        if had:
            give_back(self.controls(), had)

    def controls(self) -> list[QAbstractButton]:
        """All that takes the focus, from the top."""
        return [*buttons_in(self._rows), self.new]

    def _row(self, link: RoomLink, facts: RoomFacts, *, may: bool) -> QWidget:
        title = government.link_title(link)
        maker = facts.makers.get(link.made_by, "somebody")
        line = government.link_line(link, maker, self._now())
        row, buttons = entry(self._theme, title, line)
        offers = [("copy", "Copy", self.copy_asked), ("qr-code", "Show", self.code_asked)]
        offers += [("trash-2", "Revoke", self.revoke_asked)] if may else []
        for icon, verb, signal in offers:
            button = IconButton(self._theme, icon, f"{verb} {title.lower()}, {line}")
            button.setToolTip(verb)
            button.setFixedSize(30, 30)
            button.clicked.connect(lambda _on=False, out=signal: out.emit(link))
            buttons.addWidget(button)
        return row


class BannedBox(QWidget):
    """Who may not come back, and the way to let them."""

    readmit_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows = tight_column()
        self.setLayout(self._rows)

    def show_banned(self, banned: Sequence[Banned], *, ours: bool) -> None:
        """List them; `ours` if we may readmit them."""
        had = held(self)
        empty(self._rows)
        for each in banned:
            row, buttons = entry(self._theme, each.name, "")
            if ours:
                button = push_button("Readmit")
                button.setAccessibleName(f"Readmit {each.name}")
                button.clicked.connect(lambda _on=False, who=each: self.readmit_asked.emit(who))
                buttons.addWidget(button)
            self._rows.addWidget(row)
        if had:
            give_back(self.controls(), had)

    def controls(self) -> list[QAbstractButton]:
        """All that takes the focus, from the top."""
        return buttons_in(self._rows)
