from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.actions import ActionRegistry
from app.ui.theme import Theme
from app.ui.views.composer import Composer

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def composer(theme: Theme, qtbot: QtBot) -> Composer:
    made = Composer(theme, ActionRegistry(parent=theme))
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("key", "modifiers", "marked"),
    [
        (Qt.Key.Key_B, CTRL, "a **word** b"),
        (Qt.Key.Key_I, CTRL, "a _word_ b"),
        (Qt.Key.Key_X, CTRL | SHIFT, "a ~~word~~ b"),
        (Qt.Key.Key_E, CTRL, "a `word` b"),
    ],
)
def test_keys_wrap_the_selection_and_unwrap_it(
    composer: Composer, key: Qt.Key, modifiers: Qt.KeyboardModifier, marked: str
) -> None:
    composer.set_text("a word b")
    cursor = composer.field.textCursor()
    cursor.setPosition(2)
    cursor.setPosition(6, cursor.MoveMode.KeepAnchor)
    composer.field.setTextCursor(cursor)
    QTest.keyClick(composer.field, key, modifiers)
    assert composer.text() == marked
    assert composer.field.textCursor().selectedText() == "word"
    QTest.keyClick(composer.field, key, modifiers)
    assert composer.text() == "a word b"
    composer.field.undo()
    assert composer.text() == marked


def test_without_a_selection_the_cursor_stands_between(composer: Composer) -> None:
    QTest.keyClick(composer.field, Qt.Key.Key_B, CTRL)
    QTest.keyClicks(composer.field, "x")
    assert composer.text() == "**x**"
