"""Reporting somebody: a text for whoever runs the server, and a block."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from app.domain.views import MessageView
from app.ui.dialogs.base import Sheet
from app.ui.dialogs.invite import COPIED_MS
from app.ui.phrases import one_line
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch

TEXT_HEIGHT = 150
SHOWN = 60
_LINE = (
    "Nobody stands above Parlor who could judge. You can block {name}, and give this text to"
    " whoever runs the server or the network where you met. It says nothing about you."
)

Compose = Callable[[Sequence[MessageView]], str]


class ReportSheet(Sheet):
    """Accepted with `block.isChecked()`; `compose` writes the report with the chosen messages."""

    def __init__(  # noqa: PLR0913 - who, what they wrote, and how a report is made of it
        self,
        theme: Theme,
        parent: QWidget,
        name: str,
        messages: Sequence[MessageView],
        compose: Compose,
        *,
        blocked: bool = False,
    ) -> None:
        super().__init__(theme, parent, f"Report {name}", _LINE.format(name=name))
        self._messages, self._compose = messages, compose
        self.choices = [self._choice(message) for message in messages]
        if self.choices:
            caption = "Messages to show in the report"
            self.add(Label(theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text=caption))
        for choice in self.choices:
            self.add(choice)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setProperty("field", "true")
        self.text.setAccessibleName("Report")
        self.text.setFixedHeight(TEXT_HEIGHT)
        self.add(self.text)
        self.block = Switch(theme, f"Block {name} too")
        self.block.setChecked(not blocked)
        self.block.setVisible(not blocked)
        self.add(self.block)
        self.copy = push_button("Copy the report")
        self.go = push_button("Done", "primary")
        self.go.setDefault(True)
        self.finish(self.cancel_button(), self.copy, self.go)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.copy.setText("Copy the report"))
        self.copy.clicked.connect(self._copy)
        self.go.clicked.connect(self.accept)
        self._write()

    def _choice(self, message: MessageView) -> QCheckBox:
        words = one_line(message.text)
        choice = QCheckBox(words if len(words) <= SHOWN else words[: SHOWN - 1] + "…")
        choice.setAccessibleName(f"Show in the report: {words}")
        choice.toggled.connect(self._write)
        return choice

    def _write(self) -> None:
        pairs = zip(self._messages, self.choices, strict=True)
        self.text.setPlainText(self._compose([one for one, box in pairs if box.isChecked()]))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy.setText("Copied")
        self._timer.start(COPIED_MS)
