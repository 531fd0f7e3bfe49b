"""Rows of a name, a line and buttons, in boxes that are filled again and again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.surfaces import Label


def buttons_in(layout: QVBoxLayout) -> list[QAbstractButton]:
    """All buttons of the rows, from the top."""
    found: list[QAbstractButton] = []
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is not None and (row := item.widget()) is not None:
            found += row.findChildren(QAbstractButton)
    return found


def held(box: QWidget) -> str:
    """The name of the button in the box that has the keys, "" for none."""
    at = QApplication.focusWidget()
    return at.accessibleName() if isinstance(at, QWidget) and box.isAncestorOf(at) else ""


def give_back(buttons: Sequence[QAbstractButton], name: str) -> None:
    """Give the keys to the button of this name, or to the last one if it is gone."""
    same = (button for button in buttons if button.accessibleName() == name)
    target = next(same, buttons[-1] if buttons else None)
    if target is not None:
        target.setFocus(Qt.FocusReason.OtherFocusReason)


def tight_column() -> QVBoxLayout:
    """A column for rows."""
    made = QVBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(8)
    return made


def entry(theme: Theme, title: str, line: str) -> tuple[QWidget, QHBoxLayout]:
    """Two lines of text, and a place for buttons beside the first of them."""
    row = QWidget()
    upper = QHBoxLayout()
    upper.setSpacing(2)
    upper.addWidget(Label(theme, TextSize.PREVIEW, Weight.MEDIUM, elide=True, text=title), 1)
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(upper)
    if line:
        words = Label(theme, TextSize.SMALL, tone="text2", text=line)
        words.setWordWrap(True)
        column.addWidget(words)
    return row, upper


def empty(layout: QVBoxLayout) -> None:
    """Throw all rows away."""
    while (item := layout.takeAt(0)) is not None:
        if (row := item.widget()) is not None:
            row.hide()
            row.deleteLater()
