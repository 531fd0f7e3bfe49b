"""Comparing safety numbers: digits to read out, a QR code to scan, or a picture of theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFontDatabase,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from app.domain.contacts import SafetyView
from app.domain.errors import AppError
from app.ui import wording
from app.ui.dialogs.base import Sheet
from app.ui.people_phrases import digits_of
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.qr import QrCode
from app.ui.widgets.surfaces import Label, Surface

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp)"
LARGEST = 20_000_000
COLUMNS = 4
DIGIT_SIZE = 18
_LINE = (
    "Compare this number with {name}, face to face or in a call where you know the voice. If both"
    " of you see the same, nobody is between you."
)
_SAME = "The same number. Nobody is between you and {name}."
_OTHER = "Not the same number. Do not trust this conversation."
_NONE = "There is no safety number in this picture. Choose one of {name}'s code."

ReadCode = Callable[[bytes], Awaitable[str]]
"""Returns the text of a QR code in an encoded picture, "" if there is none."""


class Verdict(Enum):
    """What a person says after comparing."""

    SAME = "same"
    DIFFERENT = "different"


class DigitGrid(Surface):
    """The number in twelve groups of five, four in a line."""

    def __init__(self, theme: Theme, number: str) -> None:
        super().__init__(theme, "field", radius=10)
        self.setAccessibleName(f"Safety number {number}")
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 12, 16, 12)
        face = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        face.setPixelSize(DIGIT_SIZE)
        for at, group in enumerate(number.split()):
            label = Label(theme, TextSize.BODY, Weight.MEDIUM, text=group)
            label.setFont(face)
            grid.addWidget(label, at // COLUMNS, at % COLUMNS, Qt.AlignmentFlag.AlignCenter)


class SafetySheet(Sheet):
    """Emits `decided` with a Verdict and closes."""

    decided = Signal(object)

    def __init__(  # noqa: PLR0913 - what is compared, with whom, and how a picture is read
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        name: str,
        safety: SafetyView,
        *,
        read_code: ReadCode,
    ) -> None:
        super().__init__(theme, parent, f"Verify {name}", _LINE.format(name=name))
        self._tasks, self._name, self._read_code = tasks, name, read_code
        self._number = digits_of(safety.number)
        self.setAcceptDrops(True)
        self.digits = DigitGrid(theme, safety.number)
        self.code = QrCode(self._number, 168)
        self.code.setAccessibleName("QR code of the safety number")
        self.scan = push_button("Compare with a picture of their code…")
        self.outcome = Label(theme, TextSize.PREVIEW, Weight.MEDIUM)
        self.outcome.setWordWrap(True)
        self.outcome.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.outcome.hide()
        hint = Label(
            theme, TextSize.SMALL, tone="text2", text="Or paste a picture, or drop one here."
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add(self.digits)
        self._column.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter)
        self.add(self.scan)
        self.add(hint)
        self.add(self.outcome)
        self.different = push_button("Not the same", "danger")
        self.same = push_button("Verified" if safety.verified else "Mark as verified", "primary")
        self.same.setEnabled(not safety.verified)
        self.finish(self.cancel_button("Later"), self.different, self.same)
        self.scan.clicked.connect(self._choose_file)
        self.same.clicked.connect(lambda: self._decide(Verdict.SAME))
        self.different.clicked.connect(lambda: self._decide(Verdict.DIFFERENT))

    async def compare(self, picture: bytes) -> None:
        """Read the code in an encoded picture and say whether the numbers are the same."""
        try:
            found = digits_of(await self._read_code(picture))
        except AppError as error:
            self.say_problem(wording.words_for(error))
            return
        self.say_problem("")
        same = found == self._number
        words = _NONE if not found else _SAME if same else _OTHER
        self.outcome.set_tone("ok" if same else "danger" if found else "text2")
        self.outcome.setText(words.format(name=self._name))
        self.outcome.setAccessibleName(self.outcome.text())
        self.outcome.show()
        (self.same if same else self.different if found else self.scan).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)

    def paste(self) -> None:
        """Compare with the picture on the clipboard."""
        image = QGuiApplication.clipboard().image()
        if not image.isNull():
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            image.save(buffer, b"PNG")
            self._tasks.spawn(self.compare(bytes(buffer.data().data())))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [url for url in event.mimeData().urls() if url.isLocalFile()]
        if local:
            self._compare_file(local[0].toLocalFile())
            event.acceptProposedAction()

    def _choose_file(self) -> None:
        chooser = QFileDialog(self, "A picture of their code", "", PICTURES)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self._compare_file)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.open()

    def _compare_file(self, path: str) -> None:
        try:
            with Path(path).open("rb") as file:
                picture = file.read(LARGEST + 1)
        except OSError:
            self.say_problem("This file can't be read. Choose another picture.")
            return
        self._tasks.spawn(self.compare(picture if len(picture) <= LARGEST else b""))

    def _decide(self, verdict: Verdict) -> None:
        self.decided.emit(verdict)
        self.accept()
