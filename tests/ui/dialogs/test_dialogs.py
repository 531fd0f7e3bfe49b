from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError
from app.ui.actions import ActionRegistry
from app.ui.dialogs.base import Sheet, ask
from app.ui.dialogs.shortcuts import ShortcutSheet
from app.ui.dialogs.switcher import SwitcherModel
from app.ui.models.ranking import rank
from app.ui.models.rows import SectionRow
from app.ui.theme import Theme
from app.ui.widgets.buttons import push_button


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(900, 700)
    qtbot.addWidget(made)
    return made


async def test_a_sheet_is_awaited_while_the_loop_goes_on(theme: Theme, parent: QWidget) -> None:
    sheet = Sheet(theme, parent, "Title", "A line")
    sheet.finish(sheet.cancel_button(), push_button("Go"))
    asked = asyncio.ensure_future(ask(sheet))
    await asyncio.sleep(0)
    assert sheet.isVisible()
    sheet.accept()
    assert await asked


async def test_a_cancelled_question_closes_its_sheet(theme: Theme, parent: QWidget) -> None:
    sheet = Sheet(theme, parent, "Title")
    asked = asyncio.ensure_future(ask(sheet))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert not sheet.isVisible()


async def test_a_deed_that_fails_keeps_the_sheet(theme: Theme, parent: QWidget) -> None:
    sheet = Sheet(theme, parent, "Title")
    sheet.finish()
    sheet.show()

    async def fail() -> None:
        raise AppError("name-empty")

    async def work() -> None:
        pass

    await sheet.try_to(fail)
    assert sheet.isVisible()
    assert sheet.problem.text() == "Please type a name."
    await sheet.try_to(work)
    assert not sheet.isVisible()


def test_keys_are_caught_and_conflicts_move(theme: Theme, parent: QWidget) -> None:
    actions = ActionRegistry(parent=parent)
    sheet = ShortcutSheet(theme, parent, actions)
    assert set(sheet.buttons) == {spec.id for spec in actions.specs()}
    button = sheet.buttons["find"]
    assert button.accessibleName() == "Find in conversation: Ctrl+F"
    button.click()
    assert button.text() == "Press keys…"
    QTest.keyClick(button, Qt.Key.Key_Control)
    assert button.isChecked()
    QTest.keyClick(button, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert button.text() == "Ctrl+K"
    assert sheet.buttons["switcher"].text() == "None"
    button.click()
    QTest.keyClick(button, Qt.Key.Key_Escape)
    assert button.text() == "Ctrl+K"
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert button.isChecked()
    sheet._reset()
    assert actions.keys("switcher") == ("Ctrl+K",)


@pytest.mark.parametrize(
    ("query", "name", "place"),
    [
        ("", "Anybody", 0),
        ("lig", "Lighthouse Survey", 0),
        ("SUR", "Lighthouse Survey", 1),
        ("house", "Lighthouse Survey", 2),
        ("lhs", "Lighthouse Survey", 3),
        ("xyz", "Lighthouse Survey", None),
    ],
)
def test_names_are_ranked(query: str, name: str, place: int | None) -> None:
    assert rank(query, name) == place


def test_the_switcher_has_no_other_rows() -> None:
    with pytest.raises(TypeError):
        SwitcherModel([], []).text(SectionRow("x"))
