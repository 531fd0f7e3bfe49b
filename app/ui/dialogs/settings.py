"""Settings: how it looks, who we are, which servers introduce us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.changes import ServerState
from app.domain.errors import AppError
from app.services.api import Network, Profile, ServerView
from app.ui import wording
from app.ui.desktop_notes import NoteStyle
from app.ui.dialogs.base import Sheet
from app.ui.tasks import TaskOwner
from app.ui.theme import Choice, TextSize, Theme, Weight
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.scrolling_column import ScrollingColumn
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch
from app.ui.widgets.tabs import Tabs
from resources.version import version

CHOICES = (Choice.SYSTEM, Choice.LIGHT, Choice.DARK)
STYLES = (NoteStyle.FULL, NoteStyle.NAME, NoteStyle.NOTHING)
_STATES = {
    ServerState.CONNECTING: "Connecting…",
    ServerState.ONLINE: "Online",
    ServerState.OFFLINE: "Not reachable",
}


class ServerList(QWidget):
    """The servers in use with a button to leave each, and a field to add one."""

    failed = Signal(str)

    def __init__(self, theme: Theme, network: Network, tasks: TaskOwner) -> None:
        super().__init__()
        self._theme, self._network, self._tasks = theme, network, tasks
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self.field = text_field("Server address", "http://name:8765", limit=300)
        self.add = push_button("Add")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.field, 1)
        line.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._rows)
        column.addLayout(line)
        self.add.clicked.connect(self._add)
        self.field.returnPressed.connect(self._add)
        self.refresh()

    def refresh(self) -> None:
        """List the servers as they are now."""
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        for server in self._network.servers():
            self._rows.addWidget(self._row(server))

    def _row(self, server: ServerView) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        url = Label(self._theme, TextSize.PREVIEW, elide=True, text=server.url)
        state = _STATES[server.state] + (" · hosted here" if server.hosted else "")
        line.addWidget(url, 1)
        line.addWidget(Label(self._theme, TextSize.SMALL, tone="text2", text=state))
        remove = IconButton(self._theme, "trash-2", f"Remove {server.url}")
        remove.clicked.connect(lambda: self._remove(server))
        line.addWidget(remove)
        return row

    def _add(self) -> None:
        url = self.field.text().strip()
        if url:
            self._tasks.spawn(self._carry_out(lambda: self._network.connect(url)))

    def _remove(self, server: ServerView) -> None:
        self._tasks.spawn(self._carry_out(lambda: self._leave(server), clear=False))

    async def _leave(self, server: ServerView) -> None:
        if server.hosted:
            await self._network.stop_hosting()
        else:
            await self._network.disconnect(server.url)

    async def _carry_out(
        self, deed: Callable[[], Awaitable[object]], *, clear: bool = True
    ) -> None:
        try:
            await deed()
        except AppError as error:
            self.failed.emit(wording.words_for(error))
        else:
            self.failed.emit("")
            if clear:
                self.field.clear()
        self.refresh()


class SettingsSheet(Sheet):
    """Says what was asked for; whoever opens it stores that."""

    theme_chosen = Signal(Choice)
    note_style_chosen = Signal(NoteStyle)
    name_asked = Signal()
    listed_chosen = Signal(bool)
    reads_chosen = Signal(bool)
    typing_chosen = Signal(bool)
    shortcuts_asked = Signal()
    about_asked = Signal()
    account_asked = Signal()
    blocked_asked = Signal()
    files_asked = Signal()
    helpers_asked = Signal()
    network_asked = Signal()
    computer_asked = Signal()
    updates_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        network: Network,
        tasks: TaskOwner,
        profile: Profile,
    ) -> None:
        super().__init__(theme, parent, "Settings")
        self._room = ScrollingColumn("Settings")
        self.look = Tabs(theme, ("System", "Light", "Dark"))
        self.look.choose(CHOICES.index(theme.choice))
        self.look.setAccessibleName("Appearance")
        self.notes = Tabs(theme, ("Name and text", "Name only", "Nothing"))
        self.notes.setAccessibleName("Notifications show")
        self.name = Label(theme, TextSize.BODY, elide=True, text=profile.name)
        self.rename = push_button("Change")
        self.rename.setAccessibleName("Change my name")
        self.listed = Switch(theme, "Let people on this network find me")
        self.reads = Switch(theme, "Read receipts: tell, and be told, what was read")
        self.typing = Switch(theme, "Typing: show, and see, who is writing")
        self.blocked = push_button("Blocked people…")
        self.files = push_button("Files: folder, limits, from whom…")
        self.files.hide()
        self.servers = ServerList(theme, network, tasks)
        self.helpers = push_button("Servers that help to connect…")
        self.network = push_button("Network: relaying, region, people near by…")
        self.network.hide()
        self.shortcuts = push_button("Shortcuts")
        self.shortcuts.setAccessibleName("Keyboard shortcuts")
        self.version = Label(theme, TextSize.BODY, text=f"Version {version()}")
        self.updates = push_button("Check…")
        self.updates.setAccessibleName("Check for updates")
        self.about = push_button("About")
        self.about.setAccessibleName("About Parlor")
        self.computer = push_button("This computer: start with it, open links…")
        self.computer.hide()
        self.account = push_button("Account")
        self.account.setAccessibleName("Account: passphrase, lock, backup")
        self._fill(profile)
        done = push_button("Done", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(self.about, self.account, self.shortcuts, done)
        self._connect()

    def setVisible(self, visible: bool) -> None:
        self._room.fit(self)
        super().setVisible(visible)

    def _fill(self, profile: Profile) -> None:
        self._caption("Appearance")
        self._room.add(self.look)
        self._caption("Notifications show")
        self._room.add(self.notes)
        self._caption("My name")
        self._room.add(_beside(self.name, self.rename))
        fingerprint = f"Fingerprint {profile.fingerprint}"
        self._room.add(Label(self.theme, TextSize.SMALL, tone="text2", text=fingerprint))
        self._room.add(self.listed)
        self._caption("Privacy, both ways or not at all")
        self._room.add(self.reads, self.typing, self.blocked, self.files)
        self._caption("Servers that introduce people")
        self._room.add(self.servers, self.helpers, self.network, self.computer)
        self._caption("Updates")
        self._room.add(_beside(self.version, self.updates))
        self.add(self._room, 1)

    def _connect(self) -> None:
        self.look.chosen.connect(lambda at: self.theme_chosen.emit(CHOICES[at]))
        self.notes.chosen.connect(lambda at: self.note_style_chosen.emit(STYLES[at]))
        self.rename.clicked.connect(self.name_asked)
        self.listed.toggled.connect(self.listed_chosen)
        self.reads.toggled.connect(self.reads_chosen)
        self.typing.toggled.connect(self.typing_chosen)
        self.shortcuts.clicked.connect(self.shortcuts_asked)
        self.about.clicked.connect(self.about_asked)
        self.account.clicked.connect(self.account_asked)
        self.blocked.clicked.connect(self.blocked_asked)
        self.files.clicked.connect(self.files_asked)
        self.helpers.clicked.connect(self.helpers_asked)
        self.network.clicked.connect(self.network_asked)
        self.computer.clicked.connect(self.computer_asked)
        self.updates.clicked.connect(self.updates_asked)
        self.servers.failed.connect(self.say_problem)

    def _caption(self, text: str) -> None:
        self._room.add(Label(self.theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text=text))


def _beside(label: QLabel, button: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(label, 1)
    row.addWidget(button)
    return box
