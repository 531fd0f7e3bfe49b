"""Backing up to one file, and restoring from one, with a bar that moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QWidget

from app.services.api import Progress
from app.ui.dialogs.base import Sheet
from app.ui.dialogs.passphrase import advice
from app.ui.tasks import TaskOwner
from app.ui.theme import Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import passphrase_field, text_field

STEPS = 1000
_EXPORT = (
    "The file opens with this passphrase only; keep both, apart from each other. It is no copy for"
    " two machines at once: who writes on both would have two histories, and lose one."
)
_IMPORT = (
    "You become the person in the backup, with all rooms and messages in it. Do not go on with the"
    " old machine afterwards: two that write as one person would have two histories."
)
FILTER = "Parlor backup (*.parlor);;All files (*)"

Deed = Callable[[Path, str, Progress], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Errand:
    """What to do with the file. `save_as` is where a backup might go, None to restore one.

    Restoring into a `protected` profile needs its own passphrase too.
    """

    deed: Deed
    save_as: Path | None = None
    protected: bool = False


class ArchiveSheet(Sheet):
    """Asks for a file and a passphrase. Cancelling while it works leaves nothing half done."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        errand: Errand,
    ) -> None:
        self._saves = errand.save_as is not None
        title = "Back up" if self._saves else "Restore a backup"
        super().__init__(theme, parent, title, _EXPORT if self._saves else _IMPORT)
        self._tasks, self._deed = tasks, errand.deed
        self._task: asyncio.Task[None] | None = None
        self.path = text_field("File", "File")
        self.path.setText(str(errand.save_as or ""))
        self.browse = push_button("Browse…")
        self.browse.setAccessibleName("Browse for the file")
        self.passphrase = passphrase_field("Passphrase of the backup")
        self.again = passphrase_field("Passphrase again")
        self.own = passphrase_field("Passphrase of this profile")
        self._needs_own = errand.protected and not self._saves
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress")
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self._dress()
        theme.changed.connect(self._dress)
        self.bar.hide()
        self.go = push_button("Back up" if self._saves else "Restore", "primary")
        self.go.setDefault(True)
        self._lay_out()
        self.browse.clicked.connect(self._browse)
        self.go.clicked.connect(self._submit)
        for field in (self.path, self.passphrase, self.again, self.own):
            field.textChanged.connect(self._on_text)
        self._on_text()
        self.passphrase.setFocus()

    def reject(self) -> None:
        if self._task is not None:
            self._task.cancel()
        super().reject()

    def _dress(self) -> None:
        palette = self.theme.palette
        self.bar.setStyleSheet(
            f"QProgressBar {{ border: 0; border-radius: 4px; background: {palette.field.name()}; }}"
            f"QProgressBar::chunk {{ border-radius: 4px; background: {palette.accent.name()}; }}"
        )

    def _lay_out(self) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        self.add(line)
        self.add(self.passphrase)
        if self._saves:
            self.add(self.again)
        if self._needs_own:
            self.add(self.own)
        self.add(self.bar)
        self.finish(self.cancel_button(), self.go)

    def _on_text(self) -> None:
        words, usable = "", bool(self.passphrase.text())
        if self._saves:
            words, usable = advice(self.passphrase.text(), self.again.text())
        self.problem.set_tone("text2")
        self.say_problem(words)
        usable = usable and (bool(self.own.text()) or not self._needs_own)
        self.go.setEnabled(usable and bool(self.path.text().strip()))

    def _browse(self) -> None:
        chooser = QFileDialog(self, "Backup", self.path.text(), FILTER)
        if self._saves:
            chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            chooser.setDefaultSuffix("parlor")
            chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        else:
            chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.path.setText)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _submit(self) -> None:
        self._set_busy(True)
        self._task = self._tasks.spawn(self._carry_out())

    async def _carry_out(self) -> None:
        path = Path(self.path.text().strip()).expanduser()  # noqa: ASYNC240 - touches no disk
        self.problem.set_tone("danger")
        try:
            await self.try_to(lambda: self._deed(path, self.passphrase.text(), self._show))
        finally:
            self._task = None
            self._set_busy(False)

    def _show(self, done: int, total: int) -> None:
        self.bar.setValue(STEPS * done // max(total, 1))

    def _set_busy(self, busy: bool) -> None:
        self.bar.setValue(0)
        self.bar.setVisible(busy)
        fields = (self.path, self.passphrase, self.again, self.own)
        for widget in (self.go, self.browse, *fields):
            widget.setEnabled(not busy)
