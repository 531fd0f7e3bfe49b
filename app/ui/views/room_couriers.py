"""Who keeps a room's sealed messages without being in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from app.domain.couriers import CourierView
from app.ui import wording
from app.ui.phrases import one_line
from app.ui.theme import TextSize, Theme
from app.ui.views.entry_rows import buttons_in, empty, entry, give_back, held, tight_column
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label

ABOUT = (
    "A courier is a program that is always on. It keeps sealed messages for those who are away, and"
    " cannot read them."
)


def courier_line(courier: CourierView) -> str:
    """How a courier does."""
    match courier.state:
        case "refused":
            return wording.sentence(courier.reason or "courier-refused")
        case "serving":
            return "Keeps sealed messages" if courier.online else "Serves, but is not online now"
        case _:
            return "Has not answered yet"


class CouriersBox(QWidget):
    """Lists them; emits `add_asked`, and `remove_asked` with a CourierView."""

    add_asked = Signal()
    remove_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows = tight_column()
        self.add = push_button("Add a courier…")
        self.add.clicked.connect(self.add_asked)
        about = Label(theme, TextSize.SMALL, tone="text2", text=ABOUT)
        about.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._rows)
        column.addWidget(about)
        column.addWidget(self.add)

    def show_couriers(self, couriers: Sequence[CourierView], *, ours: bool) -> None:
        """List them; `ours` if we may add and remove some."""
        had = held(self)
        empty(self._rows)
        for courier in couriers:
            name = one_line(courier.name)
            row, buttons = entry(self._theme, name, courier_line(courier))
            if ours:
                button = IconButton(self._theme, "trash-2", f"Remove the courier {name}")
                button.setToolTip("Remove")
                button.setFixedSize(30, 30)
                button.clicked.connect(lambda _on=False, who=courier: self.remove_asked.emit(who))
                buttons.addWidget(button)
            self._rows.addWidget(row)
        self.add.setVisible(ours)
        if had:
            give_back(self.controls(), had)

    def controls(self) -> list[QAbstractButton]:
        """All that takes the focus, from the top."""
        return [*buttons_in(self._rows), self.add]
