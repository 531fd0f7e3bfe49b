"""Enter presses what has the focus, and nothing else."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QHBoxLayout
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.widgets.buttons import Card, IconButton, RoundButton, TileButton, push_button
from app.ui.widgets.line_button import LineButton
from app.ui.widgets.pressing import SignButton


def _note(pressed: list[bool], *_checked: bool) -> None:
    pressed.append(True)


def kinds(theme: Theme) -> list[QAbstractButton]:
    return [
        Card(theme, "users", "Create a room", "For two or twenty people"),
        IconButton(theme, "users", "People"),
        RoundButton(theme, "users", "Send"),
        TileButton(theme, "users", "Mute"),
        LineButton(theme, "The network"),
        SignButton(),
        push_button("Accept"),
    ]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_every_kind_of_button_is_pressed_once(qtbot: QtBot, theme: Theme, key: Qt.Key) -> None:
    for button in kinds(theme):
        qtbot.addWidget(button)
        pressed: list[bool] = []
        button.clicked.connect(partial(_note, pressed))
        QTest.keyClick(button, key)
        assert pressed == [True], type(button).__name__


def test_a_key_held_down_presses_once(qtbot: QtBot) -> None:
    button = push_button("Delete")
    qtbot.addWidget(button)
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    for again in (False, True, True):
        enter, plain = Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, enter, plain, "\r", again)
        QApplication.sendEvent(button, event)
    assert len(pressed) == 1


def test_a_sheet_does_what_has_the_focus_and_not_what_is_usual(qtbot: QtBot) -> None:
    sheet = QDialog()
    qtbot.addWidget(sheet)
    row = QHBoxLayout(sheet)
    cancel, delete = push_button("Cancel"), push_button("Delete", "primary")
    delete.setDefault(True)
    done: list[str] = []
    for button in (cancel, delete):
        row.addWidget(button)
    cancel.clicked.connect(lambda: done.append("cancelled"))
    delete.clicked.connect(lambda: done.append("deleted"))
    sheet.show()
    cancel.setFocus()
    QTest.keyClick(cancel, Qt.Key.Key_Return)
    assert done == ["cancelled"]
