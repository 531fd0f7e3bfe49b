"""Why somebody, or anything, cannot be reached: what was looked at, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from app.services.network_api import Finding
from app.ui.dialogs.base import Sheet
from app.ui.dialogs.invite import COPIED_MS
from app.ui.network.findings import Place, ordered, place_of, verdict
from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label, Tone

COPY = "Copy the report"
BUSY = "Looking…"
HEIGHT = 320
_MARKS: dict[bool | None, tuple[str, Tone, str]] = {
    True: ("circle-check", "ok", "In order"),
    False: ("circle-alert", "danger", "In the way"),
    None: ("circle-minus", "text3", "Not known"),
}


class FindingRow(QWidget):
    """A mark, a sentence, what to do about it, and a button where that can be done here."""

    asked = Signal(object)

    def __init__(self, theme: Theme, finding: Finding) -> None:
        super().__init__()
        icon, tone, said = _MARKS[finding.ok]
        self.finding = finding
        self.place = None if finding.ok else place_of(finding)
        words = Label(theme, TextSize.PREVIEW, Weight.MEDIUM, text=finding.text)
        if finding.ok is None:
            words.set_tone("text2")
        words.setAccessibleName(f"{said}: {finding.text}")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        lines = [words]
        if finding.fix and not finding.ok:
            lines.append(Label(theme, TextSize.PREVIEW, tone="text2", text=finding.fix))
        for line in lines:
            line.setWordWrap(True)
            texts.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(Glyph(theme, icon, tone, Size.ICON), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        if self.place is not None:
            self.button = push_button(self.place.value)
            self.button.clicked.connect(lambda: self.asked.emit(self.place))
            row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)


class DiagnosisSheet(Sheet):
    """Filled while it is looked at; `asked` carries the `Place` of a fix, after which it closes.

    `again` is emitted when everything is to be looked at once more.
    """

    asked = Signal(object)
    again = Signal()

    def __init__(self, theme: Theme, parent: QWidget, title: str) -> None:
        super().__init__(theme, parent, title)
        self.rows: list[FindingRow] = []
        self._report = ""
        self.verdict = Label(theme, TextSize.BODY, Weight.MEDIUM, text=BUSY)
        self.verdict.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(Size.PROGRESS)
        self.bar.setAccessibleName(BUSY)
        palette = theme.palette
        self.bar.setStyleSheet(
            f"QProgressBar {{ border: 0; border-radius: 2px; background: {palette.line.name()}; }}"
            f"QProgressBar::chunk {{ border-radius: 2px; background: {palette.accent.name()}; }}"
        )
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self._body.addStretch()
        self.add(self.verdict)
        self.add(self.bar)
        self.add(self._area(), 1)
        self.copy = push_button(COPY)
        self.repeat = push_button("Look again")
        self.go = self.cancel_button("Close")
        self.copy.clicked.connect(self._copy)
        self.repeat.clicked.connect(self.again)
        self.finish(self.repeat, self.copy, self.go)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.copy.setText(COPY))
        self.begin()

    def begin(self) -> None:
        """Show that everything is being looked at."""
        self._show_rows(())
        self._report = ""
        self.say_problem("")
        self._say(BUSY)
        self.bar.show()
        self.copy.setEnabled(False)
        self.repeat.setEnabled(False)

    def hear(self, finding: Finding) -> None:
        """Show one more finding while others are on their way."""
        self._show_rows([*(row.finding for row in self.rows), finding])

    def end(self, findings: Sequence[Finding], report: str) -> None:
        """Show what came of it; `report` can be copied."""
        self._show_rows(findings)
        self._report = report
        self._say(verdict(findings))
        self._announce(self.verdict.text())
        self._rest()
        self.copy.setEnabled(True)

    def fail(self, words: str) -> None:
        """Say why it could not be looked at."""
        self._say("")
        self.say_problem(words)
        self._announce(words)
        self._rest()

    def _announce(self, words: str) -> None:
        """Have a screen reader say it: what one waits for has come."""
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _rest(self) -> None:
        self.bar.hide()
        self.repeat.setEnabled(True)

    def _say(self, words: str) -> None:
        self.verdict.setText(words)
        self.verdict.setVisible(bool(words))

    def _show_rows(self, findings: Sequence[Finding]) -> None:
        """Put the troubles first; rows that are there already stay."""
        wanted = ordered(findings)
        known = {row.finding: row for row in self.rows}
        for finding, row in known.items():
            if finding not in wanted:
                self._body.removeWidget(row)
                row.hide()
                row.deleteLater()
        self.rows = [known.get(finding) or self._row(finding) for finding in wanted]
        for at, row in enumerate(self.rows):
            if self._body.indexOf(row) != at:
                self._body.insertWidget(at, row)

    def _row(self, finding: Finding) -> FindingRow:
        row = FindingRow(self.theme, finding)
        row.asked.connect(self._lead)
        return row

    def _lead(self, place: Place) -> None:
        self.asked.emit(place)
        self.accept()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self.copy.setText("Copied")
        self._timer.start(COPIED_MS)

    def _area(self) -> QWidget:
        body = QWidget()
        body.setLayout(self._body)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("What was found")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        area.setMinimumHeight(HEIGHT)
        return area
