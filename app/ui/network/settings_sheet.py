"""What others may use and know of this computer, and by which ways people are found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.capabilities import MAX_REGION, Sharing
from app.ui.dialogs.base import Sheet
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch

_RELAY = (
    "When two people who know you cannot reach each other, what they say may pass through this"
    " computer, sealed. You see nothing of it; it takes some of your bandwidth."
)
_TOLD = "Helps to choose a near relay. It is told to people you are linked with, to nobody else."

Save = Callable[[Sharing], Awaitable[None]]


class NetworkSettingsSheet(Sheet):
    """Nothing changes before Save."""

    servers_asked = Signal()
    helpers_asked = Signal()

    def __init__(
        self, theme: Theme, parent: QWidget, tasks: TaskOwner, sharing: Sharing, save: Save
    ) -> None:
        super().__init__(theme, parent, "Network")
        self._tasks, self._save = tasks, save
        self.relay = Switch(theme, "Let friends' traffic pass through here")
        self.relay.setChecked(sharing.relay)
        self.region = text_field("My region", "not told", limit=MAX_REGION)
        self.region.setText(sharing.region)
        self.time_zone = Switch(theme, "Tell my time zone")
        self.time_zone.setChecked(sharing.time_zone)
        self.servers = push_button("Servers that introduce people…")
        self.helpers = push_button("Servers that help to connect…")
        self._caption("Helping others")
        self.add(self.relay)
        self._explain(_RELAY)
        self._caption("My region")
        self.add(self.region)
        self.add(self.time_zone)
        self._explain(_TOLD)
        self._caption("Servers")
        self.add(self.servers)
        self.add(self.helpers)
        self.go = push_button("Save", "primary")
        self.go.setDefault(True)
        self.finish(self.cancel_button(), self.go)
        self.go.clicked.connect(self._submit)
        self.servers.clicked.connect(self.servers_asked)
        self.helpers.clicked.connect(self.helpers_asked)

    def chosen(self) -> Sharing:
        """What is set in the sheet now."""
        return Sharing(
            self.relay.isChecked(), self.region.text().strip(), self.time_zone.isChecked()
        )

    def _submit(self) -> None:
        self._tasks.spawn(self.try_to(lambda: self._save(self.chosen())))

    def _caption(self, text: str) -> None:
        self.add(Label(self.theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text=text))

    def _explain(self, text: str) -> None:
        label = Label(self.theme, TextSize.SMALL, tone="text2", text=text)
        label.setWordWrap(True)
        self.add(label)
