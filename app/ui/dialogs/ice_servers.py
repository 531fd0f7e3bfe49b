"""The STUN and TURN servers that help computers meet: a list, and a form to add one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.ice import MAX_SECRET, MAX_URL, IceServer
from app.services.api import Network
from app.ui import wording
from app.ui.dialogs.base import Sheet
from app.ui.phrases import one_line
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.fields import passphrase_field, text_field
from app.ui.widgets.surfaces import Label

TITLE = "Servers that help to connect"
LINE = (
    "A STUN server tells this computer how others can reach it. A TURN server passes on what finds"
    " no direct way; it cannot read it. Without any, only direct ways are tried."
)
NONE_YET = "None is set."


class IceServersSheet(Sheet):
    """What is added or removed counts at once, for whatever is connected from then on."""

    def __init__(self, theme: Theme, parent: QWidget, network: Network, tasks: TaskOwner) -> None:
        super().__init__(theme, parent, TITLE, LINE)
        self._network, self._tasks = network, tasks
        self.nobody = Label(theme, TextSize.PREVIEW, tone="text2", text=NONE_YET)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        box = QWidget()
        box.setLayout(self._rows)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.url = text_field("Address", "turn:name:3478 or stun:name:3478", limit=MAX_URL)
        self.username = text_field("Name", "TURN name", limit=MAX_SECRET)
        self.credential = passphrase_field("Password", "TURN password")
        self.credential.setMaxLength(MAX_SECRET)
        self.put = push_button("Add")
        self.leave = push_button("Done", "primary")
        self.leave.setDefault(True)
        self.add(self.nobody)
        self.add(box)
        self.add(self.url)
        self.add(_side_by_side(self.username, self.credential, self.put))
        self.finish(self.leave)
        self.put.clicked.connect(self._add)
        self.put.setAutoDefault(False)
        for field in (self.url, self.username, self.credential):
            field.textChanged.connect(self._on_text)
        self.leave.clicked.connect(self.accept)
        self._refresh()
        self._on_text()
        self.url.setFocus()

    def _on_text(self) -> None:
        """Enter adds what is typed, and closes the sheet if nothing is."""
        typed = bool(self.url.text().strip())
        self.put.setEnabled(typed)
        (self.put if typed else self.leave).setDefault(True)

    def _refresh(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        servers = self._network.ice_servers()
        self.nobody.setVisible(not servers)
        buttons = [self._row(server) for server in servers]
        for one, following in pairwise([*buttons, self.url]):
            self.setTabOrder(one, following)

    def _row(self, server: IceServer) -> QPushButton | IconButton:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        address = Label(self.theme, TextSize.PREVIEW, elide=True, text=one_line(server.url))
        address.setAccessibleName(server.url)
        line.addWidget(address, 1)
        remove = IconButton(self.theme, "trash-2", f"Remove {one_line(server.url)}")
        remove.clicked.connect(lambda: self._remove(server))
        line.addWidget(remove)
        self._rows.addWidget(row)
        return remove

    def _add(self) -> None:
        url, name = self.url.text().strip(), self.username.text().strip()
        added = IceServer(url, name, self.credential.text())
        kept = [one for one in self._network.ice_servers() if one.url != url]
        self._tasks.spawn(self._set([*kept, added], clear=True))

    def _remove(self, server: IceServer) -> None:
        kept = [one for one in self._network.ice_servers() if one != server]
        self._tasks.spawn(self._set(kept, clear=False))

    async def _set(self, servers: Sequence[IceServer], *, clear: bool) -> None:
        try:
            await self._network.set_ice_servers(servers)
        except AppError as error:
            self.say_problem(wording.words_for(error))
            return
        self.say_problem("")
        for field in (self.url, self.username, self.credential) if clear else ():
            field.clear()
        self._refresh()
        self.url.setFocus()


def _side_by_side(*widgets: QWidget) -> QWidget:
    box = QWidget()
    line = QHBoxLayout(box)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    for widget in widgets:
        line.addWidget(widget)
    return box
