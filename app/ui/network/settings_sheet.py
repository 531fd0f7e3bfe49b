"""What others may use and know of this computer, and by which ways people are found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.capabilities import MAX_REGION, Sharing
from app.services.api import LanChoices
from app.ui.dialogs.base import Sheet
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch

_RELAY = (
    "What two people who cannot meet say to each other may pass through this computer: sealed, and"
    " never more than 1 MB a second."
)
_TOLD = "Helps to choose a near relay. It is told to people you are linked with, to nobody else."

_DIRECT = "Programs on this network announce that they are there, but not whose they are."
_HOST = "When the computer that ran the server here leaves, this one may take its place."

Save = Callable[[Sharing, LanChoices], Awaitable[None]]


class NetworkSettingsSheet(Sheet):
    """Nothing changes before Save."""

    servers_asked = Signal()
    helpers_asked = Signal()

    def __init__(  # noqa: PLR0913, PLR0917 - what it shows, and what is done with it
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        sharing: Sharing,
        lan: LanChoices,
        save: Save,
    ) -> None:
        super().__init__(theme, parent, "Network")
        self._tasks, self._save = tasks, save
        self.relay = Switch(theme, "Let friends' traffic pass through here")
        self.relay.setChecked(sharing.relay)
        self.region = text_field("My region", "not told", limit=MAX_REGION)
        self.region.setText(sharing.region)
        self.time_zone = Switch(theme, "Tell my time zone")
        self.time_zone.setChecked(sharing.time_zone)
        self.servers = push_button("That introduce people…")
        self.helpers = push_button("That help to connect…")
        self.direct = Switch(theme, "Meet people here without a server")
        self.direct.setChecked(lan.direct)
        self.host = Switch(theme, "Run a server for others when it is needed")
        self.host.setChecked(lan.may_host)
        self.servers.setAccessibleName("Servers that introduce people")
        self.helpers.setAccessibleName("Servers that help to connect")
        self._caption("On this network")
        self.add(self.direct)
        self._explain(_DIRECT)
        self.add(self.host)
        self._explain(_HOST)
        self._caption("Helping others")
        self.add(self.relay)
        self._explain(_RELAY)
        self._caption("My region")
        self.add(self.region)
        self.add(self.time_zone)
        self._explain(_TOLD)
        self._caption("Servers")
        self.add(_side_by_side(self.servers, self.helpers))
        self.go = push_button("Save", "primary")
        self.go.setDefault(True)
        self.finish(self.cancel_button(), self.go)
        self.go.clicked.connect(self._submit)
        self.servers.clicked.connect(self.servers_asked)
        self.helpers.clicked.connect(self.helpers_asked)

    def chosen(self) -> tuple[Sharing, LanChoices]:
        """What is set in the sheet now."""
        region = self.region.text().strip()
        sharing = Sharing(self.relay.isChecked(), region, self.time_zone.isChecked())
        return sharing, LanChoices(self.direct.isChecked(), self.host.isChecked())

    def _submit(self) -> None:
        self._tasks.spawn(self.try_to(lambda: self._save(*self.chosen())))

    def _caption(self, text: str) -> None:
        self.add(Label(self.theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text=text))

    def _explain(self, text: str) -> None:
        label = Label(self.theme, TextSize.SMALL, tone="text2", text=text)
        label.setWordWrap(True)
        self.add(label)


def _side_by_side(*widgets: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget, 1)
    return box
