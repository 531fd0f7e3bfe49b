from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.actions import ActionRegistry
from app.ui.theme import Theme
from app.ui.views.composer import LIMIT, Composer, clean

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def composer(theme: Theme, qtbot: QtBot) -> Composer:
    made = Composer(theme, ActionRegistry(parent=theme))
    qtbot.addWidget(made)
    made.resize(500, 80)
    made.show()
    return made


@pytest.fixture
def sent(composer: Composer) -> list[str]:
    heard: list[str] = []
    composer.submitted.connect(heard.append)
    return heard


def test_enter_sends_and_shift_enter_breaks_the_line(composer: Composer, sent: list[str]) -> None:
    QTest.keyClicks(composer.field, "one")
    QTest.keyClick(composer.field, Qt.Key.Key_Return, SHIFT)
    QTest.keyClicks(composer.field, "two ")
    assert composer.text() == "one\ntwo "
    QTest.keyClick(composer.field, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert sent == ["one\ntwo"]


def test_nothing_is_nothing_to_send(composer: Composer, sent: list[str]) -> None:
    QTest.keyClick(composer.field, Qt.Key.Key_Return)
    composer.set_text(" \n ")
    composer.submit()
    assert sent == []
    assert not composer.send.isEnabled()


def test_rebound_keys_count(theme: Theme, qtbot: QtBot) -> None:
    actions = ActionRegistry(parent=theme)
    composer = Composer(theme, actions)
    qtbot.addWidget(composer)
    heard: list[str] = []
    composer.submitted.connect(heard.append)
    actions.rebind("send", ("Ctrl+Return",))
    actions.rebind("newline", ("Return",))
    QTest.keyClicks(composer.field, "a")
    QTest.keyClick(composer.field, Qt.Key.Key_Return)
    assert composer.text() == "a\n"
    QTest.keyClick(composer.field, Qt.Key.Key_Return, CTRL)
    assert heard == ["a"]


def test_it_grows_up_to_a_bound_and_scrolls_beyond(composer: Composer) -> None:
    composer.set_greatest_height(100)
    low = composer.field.height()
    composer.set_text("a\nb\nc")
    grown = composer.field.height()
    assert low < grown < 100
    composer.set_text("\n".join("abcdefghij"))
    assert composer.field.height() == 100
    assert composer.field.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAsNeeded
    composer.set_text("")
    assert composer.field.height() == low


def test_a_text_over_the_limit_stays_and_says_so(composer: Composer, sent: list[str]) -> None:
    composer.set_text("ä" * (LIMIT // 2))
    assert not composer.problem.isVisible()
    composer.set_text("ä" * (LIMIT // 2 + 1))
    assert composer.problem.text().startswith("Too long for one message: 65 of 64 KiB")
    composer.submit()
    assert sent == []
    assert len(composer.text()) == LIMIT // 2 + 1


def test_an_error_is_shown_until_the_next_edit(composer: Composer) -> None:
    composer.set_text("words")
    composer.set_error("No room on the disk.")
    assert composer.problem.text() == "No room on the disk."
    QTest.keyClicks(composer.field, "x")
    assert not composer.problem.isVisible()


def test_setting_a_text_is_no_edit(composer: Composer) -> None:
    edits: list[None] = []
    composer.edited.connect(lambda: edits.append(None))
    composer.set_text("draft")
    assert edits == []
    assert composer.field.textCursor().atEnd()


def test_pasting_brings_plain_text_without_controls(composer: Composer) -> None:
    mime = QMimeData()
    mime.setHtml("<b>bold</b>")
    composer.field.insertFromMimeData(mime)
    mime.setText("a\r\nb\x07\x1b[31mc\td\u2029e\x00")
    composer.field.insertFromMimeData(mime)
    assert composer.text().endswith("a\nb[31mc\td\ne")
    mime.clear()
    composer.set_text("kept")
    composer.field.insertFromMimeData(mime)
    assert composer.text() == "kept"


def test_a_paste_that_no_message_holds_is_refused_whole(composer: Composer) -> None:
    """Cutting it would lose words that nobody sees missing."""
    composer.set_text("before")
    QGuiApplication.clipboard().setText("x" * 1_000_000)
    composer.field.paste()
    assert composer.text() == "before"
    assert composer.problem.text().startswith("What you pasted is 977 KiB")
    assert composer.send.isEnabled()
    QGuiApplication.clipboard().setText("x" * LIMIT)
    composer.field.paste()
    assert len(composer.text()) == LIMIT + len("before")
    assert composer.problem.text().startswith("Too long for one message")


def test_keys_of_the_window_pass_through_but_moving_about_does_not(composer: Composer) -> None:
    composer.set_text("ab")
    QTest.keyClick(composer.field, Qt.Key.Key_K, CTRL)
    assert composer.text() == "ab"
    QTest.keyClick(composer.field, Qt.Key.Key_Home, CTRL)
    QTest.keyClicks(composer.field, "x")
    assert composer.text() == "xab"


def test_escape_is_handed_on(composer: Composer) -> None:
    heard: list[None] = []
    composer.escaped.connect(lambda: heard.append(None))
    QTest.keyClick(composer.field, Qt.Key.Key_Escape)
    assert heard == [None]


@given(st.text())
def test_cleaning_leaves_no_controls_and_is_done_once(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(ord(char) < 32 and char not in "\n\t" for char in cleaned)
    assert cleaned.encode("utf-8") is not None
