"""Several profiles on one computer: switching, making one, deleting this one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.dialogs.base import Sheet
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label

FIRST_SHOWN = "First profile"
_LINE = "Each has a name, rooms and a passphrase of its own. Others cannot tell that they are one."
_DELETE = (
    "Who you are, all rooms and all messages of this profile are erased from this computer. Without"
    " a backup nobody can bring them back. Other members keep what they have."
)


def shown(name: str) -> str:
    """What a profile is called here."""
    return name or FIRST_SHOWN


class ProfilesSheet(Sheet):
    """The profiles with a way to each other one, to a new one, and to the end of this one."""

    switch_asked = Signal(str)
    create_asked = Signal()
    deletion_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget, names: Sequence[str], current: str) -> None:
        super().__init__(theme, parent, "Profiles on this computer", _LINE)
        self.switches = {name: push_button("Switch") for name in names if name != current}
        for name in names:
            self.add(self._row(name))
        self.create_new = push_button("New profile")
        self.delete = push_button("Delete this profile", "danger")
        done = push_button("Done", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(self.delete, self.create_new, done)
        self.create_new.clicked.connect(self.create_asked)
        self.delete.clicked.connect(self.deletion_asked)

    def _row(self, name: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Label(self.theme, TextSize.BODY, elide=True, text=shown(name)), 1)
        button = self.switches.get(name)
        if button is None:
            line.addWidget(Label(self.theme, TextSize.SMALL, tone="text2", text="In use"))
        else:
            button.setAccessibleName(f"Switch to {shown(name)}")
            button.clicked.connect(lambda: self.switch_asked.emit(name))
            line.addWidget(button)
        return row


class DeletionSheet(Sheet):
    """Deletes only after the profile's own name was typed."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        own_name: str,
        deed: Callable[[], Awaitable[object]],
    ) -> None:
        super().__init__(theme, parent, f"Delete the profile of {own_name}?", _DELETE)
        self._tasks, self._deed = tasks, deed
        self.field = text_field(f"Type {own_name} to delete it", f"Type {own_name} to delete it")
        self.go = push_button("Delete for good", "danger")
        self.go.setEnabled(False)
        self.add(self.field)
        self.finish(self.cancel_button(), self.go)
        self.field.textChanged.connect(
            lambda text: self.go.setEnabled(text.strip() == own_name.strip())
        )
        self.go.clicked.connect(lambda: self._tasks.spawn(self.try_to(self._deed)))
        self.field.setFocus()
