"""What a check found: a verdict, what is new, and the files for this machine."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.updates import Artefact, Release, UpdateState
from app.services.updates_api import UpdateReport
from app.ui import update_words as words
from app.ui.theme import TextSize, Theme, Weight, font, mono_font
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label, Tone

NOTES_HEIGHT = 76
FILES_HEIGHT = 160
_HALF = 32
_MARKS: tuple[tuple[words.Mood, str, Tone], ...] = (
    ("ok", "circle-check", "ok"),
    ("warn", "triangle-alert", "warn"),
    ("danger", "triangle-alert", "danger"),
)


class UpdateOutcome(QWidget):
    """Nothing of a statement is shown that was not genuine and newer but its dates."""

    def __init__(self, theme: Theme, launch: Callable[[QUrl], object]) -> None:
        super().__init__()
        self._theme, self._launch, self._page = theme, launch, ""
        self.head = Label(theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True)
        self.text = Label(theme, TextSize.PREVIEW, tone="text2")
        self.notes = QPlainTextEdit()
        self._marks = {mood: Glyph(theme, name, tone, 20) for mood, name, tone in _MARKS}
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 8, 0)
        self._rows.setSpacing(10)
        self.files = _scrolling(inside)
        self.page = push_button("More in the browser…")
        self.text.setWordWrap(True)
        self.notes.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setAccessibleName("What is new")
        self.notes.setProperty("field", "true")
        self.notes.setFont(font(TextSize.PREVIEW))
        self.notes.setFixedHeight(NOTES_HEIGHT)
        self.page.setAutoDefault(False)
        self.page.clicked.connect(lambda: self._launch(QUrl(self._page)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        line = QHBoxLayout()
        for mark in self._marks.values():
            line.addWidget(mark)
        line.addWidget(self.head, 1)
        column.addLayout(line)
        for widget in (self.text, self.notes, self.files, self.page):
            column.addWidget(widget)

    def wait(self) -> None:
        """Say that the source is asked."""
        self._say(words.ASKING, "")
        self._clear()

    def show_report(self, report: UpdateReport) -> None:
        """Say what was found."""
        mood, head, text = words.verdict(report)
        self._say(head, text)
        self._clear()
        self._marks[mood].show()
        if report.state is UpdateState.NEWER and report.release is not None:
            self._show_release(report.release, report.fitting)

    def _say(self, head: str, text: str) -> None:
        self.head.setText(head)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.setAccessibleName(f"{head}. {text}")
        self.show()

    def _show_release(self, release: Release, files: tuple[Artefact, ...]) -> None:
        self.notes.setPlainText(release.notes)
        self.notes.setVisible(bool(release.notes))
        for artefact in files:
            self._rows.addWidget(self._file(artefact))
        self._rows.addStretch()
        self.files.setVisible(bool(files))
        self._page = release.page
        self.page.setToolTip(release.page)
        self.page.setAccessibleName(f"Open {release.page} in the browser")
        self.page.setVisible(bool(release.page))

    def _clear(self) -> None:
        for widget in (*self._marks.values(), self.notes, self.files, self.page):
            widget.hide()
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()

    def _file(self, artefact: Artefact) -> QWidget:
        """Return a row: name, address, what to compare, and buttons to copy and to get it."""
        name = Label(self._theme, TextSize.BODY, elide=True, text=artefact.name)
        name.setToolTip(artefact.url)
        told = Label(self._theme, TextSize.SMALL, tone="text2", text=words.file_line(artefact))
        halves = f"{artefact.sha256[:_HALF]}\n{artefact.sha256[_HALF:]}"
        digest = Label(self._theme, TextSize.SMALL, tone="text2", text=halves)
        digest.setFont(mono_font(TextSize.SMALL))
        copy = IconButton(self._theme, "copy", f"Copy the SHA-256 of {artefact.name}")
        get = IconButton(self._theme, "download", f"Get {artefact.url} in the browser")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(artefact.sha256))
        get.clicked.connect(lambda: self._launch(QUrl(artefact.url)))
        return _row((name, copy, get), (told, digest))


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumHeight(FILES_HEIGHT)
    area.setAccessibleName("Files for this computer")
    area.viewport().setAutoFillBackground(False)
    inside.setAutoFillBackground(False)
    return area


def _row(head: tuple[QWidget, ...], lines: tuple[QWidget, ...]) -> QWidget:
    """Return `head` side by side, the first as wide as can be, and `lines` below it."""
    box = QWidget()
    row = QHBoxLayout()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(1)
    for widget in head:
        row.addWidget(widget, int(widget is head[0]))
    column.addLayout(row)
    for line in lines:
        column.addWidget(line)
    return box
