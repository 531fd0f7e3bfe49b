"""Qt's application, or one sentence if there is no screen for it: Qt by itself would abort."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

_SENTENCE = "parlor: no window can be shown here: {why}. parlor-cli works without a screen."


def make_application() -> QApplication:
    """Return a new application; without a screen say so on standard error and end with 1."""
    said = Said()
    before = qInstallMessageHandler(said.hear)
    try:
        return QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(before)
        said.repeat()


class Said:
    """What Qt says while it looks for a screen: only the first of it is a reason."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def hear(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        """Keep a line; the fatal one, after which Qt would abort, ends the program."""
        self._lines.append(text.strip())
        if kind is QtMsgType.QtFatalMsg:
            why = self._lines[0].rstrip(".")
            _write(_SENTENCE.format(why=why))
            os._exit(1)

    def repeat(self) -> None:
        """Say what was kept, as Qt would have."""
        for line in self._lines:
            _write(line)


def _write(line: str) -> None:
    if sys.stderr is not None:  # as it is on Windows, where the program has no console
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
