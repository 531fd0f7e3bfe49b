"""Where files go, from whom they are taken unasked, and how fast they may move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.contacts import ContactView
from app.services.transfers_api import TransferSettings
from app.ui.dialogs.base import Sheet, ask
from app.ui.people_phrases import called
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch

MB = 1_000_000
MOST_MB = 1_000_000
MOST_SHOWN = 4
USUAL_MB = 100
ROW = 34
NOBODY = "Nobody is among your contacts yet."

Save = Callable[[TransferSettings], Awaitable[None]]


class FolderRow(QWidget):
    """A folder, and a button to choose another one."""

    def __init__(self, theme: Theme, tasks: TaskOwner, name: str, folder: Path) -> None:
        super().__init__()
        self._name, self.folder = name, folder
        self.label = Label(theme, TextSize.PREVIEW, elide=True, text=str(folder))
        self.label.setAccessibleName(f"{name}: {folder}")
        self.change = push_button("Change")
        self.change.setAccessibleName(f"Change: {name}")
        self.change.clicked.connect(lambda: tasks.spawn(self._choose()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.change)

    def put(self, folder: Path) -> None:
        """Take this folder."""
        self.folder = folder
        self.label.setText(str(folder))
        self.label.setAccessibleName(f"{self._name}: {folder}")

    async def _choose(self) -> None:
        dialog = QFileDialog(self, self._name, str(self.folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if await ask(dialog) and dialog.selectedFiles():
            self.put(Path(dialog.selectedFiles()[0]))


class FileSettingsSheet(Sheet):
    """Nothing changes before Save."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it shows, and what it leads to
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        settings: TransferSettings,
        people: Sequence[ContactView],
        save: Save,
    ) -> None:
        super().__init__(theme, parent, "Files")
        self._tasks, self._settings, self._save = tasks, settings, save
        self.folder = FolderRow(theme, tasks, "Save files in", settings.folder)
        self.auto_folder = FolderRow(theme, tasks, "Save these in", settings.auto_folder)
        self.people = {each.peer: self._person(each) for each in people}
        limit = settings.auto_limit / MB or USUAL_MB
        self.limit = _number("Up to so many MB", limit)
        self.voice = _number("Voice messages up to so many MB", settings.voice_limit / MB)
        self.voice.setPlaceholderText("none")
        self.cap_up = _number("Sending, MB a second", settings.cap_up / MB)
        self.cap_down = _number("Receiving, MB a second", settings.cap_down / MB)
        self.recovery = Switch(theme, "Keep up on bad lines, even if others get less")
        self.recovery.setChecked(settings.recovery)
        self._caption("Save files in")
        self.add(self.folder)
        self._caption("Accept without asking from")
        self.add(self._list())
        self.add(_beside(Label(theme, TextSize.BODY, text="Up to"), self.limit, "MB"))
        self.add(self.auto_folder)
        voice = Label(theme, TextSize.BODY, text="Voice messages of contacts, up to")
        self.add(_beside(voice, self.voice, "MB"))
        self._caption("Use at most; empty for no limit")
        self.add(_beside(Label(theme, TextSize.BODY, text="Sending"), self.cap_up, "MB/s"))
        self.add(_beside(Label(theme, TextSize.BODY, text="Receiving"), self.cap_down, "MB/s"))
        self.add(self.recovery)
        self.go = push_button("Save", "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self._submit)
        self.finish(self.cancel_button(), self.go)

    def chosen(self) -> TransferSettings:
        """What is set in the sheet now."""
        ours = {peer for peer, switch in self.people.items() if switch.isChecked()}
        others = self._settings.trusted - self.people.keys()
        return replace(
            self._settings,
            folder=self.folder.folder,
            auto_folder=self.auto_folder.folder,
            auto_limit=_value(self.limit, self._settings.auto_limit) if ours or others else 0,
            trusted=frozenset(ours | others),
            voice_limit=_value(self.voice, self._settings.voice_limit),
            cap_up=_value(self.cap_up, self._settings.cap_up),
            cap_down=_value(self.cap_down, self._settings.cap_down),
            recovery=self.recovery.isChecked(),
        )

    def _submit(self) -> None:
        self._tasks.spawn(self.try_to(lambda: self._save(self.chosen())))

    def _person(self, contact: ContactView) -> Switch:
        switch = Switch(self.theme, called(contact))
        switch.setChecked(contact.peer in self._settings.trusted)
        return switch

    def _list(self) -> QWidget:
        if not self.people:
            return Label(self.theme, TextSize.PREVIEW, tone="text2", text=NOBODY)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(2)
        for switch in self.people.values():
            column.addWidget(switch)
        column.addStretch()
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        area.setFixedHeight(min(len(self.people), MOST_SHOWN) * ROW + 4)
        return area

    def _caption(self, text: str) -> None:
        self.add(Label(self.theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text=text))


def _number(name: str, value: float) -> QLineEdit:
    field = text_field(name, "no limit", limit=7)
    field.setValidator(QIntValidator(0, MOST_MB, field))
    field.setMaximumWidth(110)
    field.setAlignment(Qt.AlignmentFlag.AlignRight)
    field.setText(_shown(value))
    return field


def _shown(megabytes: float) -> str:
    return str(max(round(megabytes), 1)) if megabytes else ""


def _value(field: QLineEdit, before: int) -> int:
    """What is typed, in bytes; `before` to the byte if that is what the field began with."""
    text = field.text().strip()
    if before and text == _shown(before / MB):
        return before
    return int(text) * MB if text.isdecimal() else 0


def _beside(label: QLabel, field: QWidget, unit: str) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(label, 1)
    row.addWidget(field)
    words = QLabel(unit)
    words.setMinimumWidth(36)
    row.addWidget(words)
    return box
