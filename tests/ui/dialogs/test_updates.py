"""The sheet that asks for newer versions: only when told to, and with every answer in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError
from app.domain.updates import UpdateState
from app.ui.dialogs.settings import SettingsSheet
from app.ui.dialogs.updates import UpdatesSheet
from app.ui.tasks import TaskOwner
from app.ui.theme import Theme
from app.ui.update_words import ASKING
from app.ui.widgets.buttons import IconButton
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_updates import ARTEFACTS, RELEASE, SOURCE, FakeUpdates, report

Make = Callable[[str], UpdatesSheet]


@pytest.fixture
def updates() -> FakeUpdates:
    return FakeUpdates()


@pytest.fixture
def launched() -> list[QUrl]:
    return []


@pytest.fixture
def make(
    qtbot: QtBot, theme: Theme, tasks: TaskOwner, updates: FakeUpdates, launched: list[QUrl]
) -> Iterator[Make]:
    parent = QWidget()
    parent.resize(900, 700)
    qtbot.addWidget(parent)
    sheets: list[UpdatesSheet] = []

    def made(source: str) -> UpdatesSheet:
        updates.kept = source
        sheet = UpdatesSheet(theme, parent, tasks, updates, source, launched.append)
        sheets.append(sheet)
        sheet.show()
        return sheet

    yield made
    for sheet in sheets:
        sheet.hide()


async def done(tasks: TaskOwner) -> None:
    for task in tuple(tasks._tasks):
        await task


async def test_nothing_is_asked_until_the_button(
    make: Make, tasks: TaskOwner, updates: FakeUpdates
) -> None:
    sheet = make(SOURCE)
    assert updates.checks == 0
    assert not sheet.outcome.isVisible()
    assert sheet.check.isDefault()
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    assert not sheet.check.isEnabled()
    await done(tasks)
    assert updates.checks == 1
    assert sheet.check.isEnabled()
    assert sheet.outcome.head.text() == "Parlor 0.3.0 is there"
    assert sheet.outcome.accessibleName().startswith("Parlor 0.3.0 is there. Released on 2027-01")


async def test_without_a_source_nothing_can_be_asked(make: Make, updates: FakeUpdates) -> None:
    sheet = make("")
    assert not sheet.check.isEnabled()
    assert sheet.hint.isVisible()
    sheet.field.setText("x")
    assert sheet.check.isEnabled()
    assert not sheet.hint.isVisible()
    assert updates.kept == ""


async def test_the_source_is_kept_by_either_button(
    make: Make, tasks: TaskOwner, updates: FakeUpdates
) -> None:
    sheet = make("")
    sheet.field.setText(f" {SOURCE} ")
    sheet.check.click()
    await done(tasks)
    assert updates.kept == SOURCE
    sheet.field.clear()
    sheet.leave.click()
    await done(tasks)
    assert updates.kept == ""
    assert not sheet.isVisible()


async def test_what_is_no_source_is_not_kept(
    make: Make, tasks: TaskOwner, updates: FakeUpdates
) -> None:
    sheet = make(SOURCE)
    sheet.field.setText("https://parlor.example/latest")
    for button in (sheet.check, sheet.leave):
        button.click()
        await done(tasks)
        assert sheet.isVisible()
        assert sheet.problem.text().startswith("A source is an https address")
        assert not sheet.outcome.isVisible()
    assert (updates.kept, updates.checks) == (SOURCE, 0)
    sheet.reject()
    assert updates.kept == SOURCE


async def test_it_says_that_it_asks(make: Make, tasks: TaskOwner, updates: FakeUpdates) -> None:
    gate = asyncio.Event()
    sheet = make(SOURCE)
    check = updates.check

    async def slow() -> object:
        await gate.wait()
        return await check()

    updates.check = slow  # type: ignore[method-assign, assignment]
    sheet.check.click()
    await asyncio.sleep(0)
    assert sheet.outcome.head.text() == ASKING
    gate.set()
    await done(tasks)
    assert sheet.outcome.head.text() != ASKING


async def test_files_are_got_and_compared(
    make: Make, tasks: TaskOwner, launched: list[QUrl]
) -> None:
    sheet = make(SOURCE)
    sheet.check.click()
    await done(tasks)
    outcome = sheet.outcome
    assert outcome.notes.toPlainText() == RELEASE.notes
    buttons = {one.accessibleName(): one for one in outcome.files.findChildren(IconButton)}
    buttons[f"Copy the SHA-256 of {ARTEFACTS[0].name}"].click()
    assert QGuiApplication.clipboard().text() == ARTEFACTS[0].sha256
    buttons[f"Get {ARTEFACTS[1].url} in the browser"].click()
    outcome.page.click()
    assert launched == [QUrl(ARTEFACTS[1].url), QUrl(RELEASE.page)]


async def test_the_buttons_stay_on_the_screen(make: Make, tasks: TaskOwner) -> None:
    sheet = make(SOURCE)
    screen = sheet.screen().availableGeometry()
    sheet.move(sheet.x(), screen.bottom() - sheet.height())
    before = sheet.height()
    sheet.check.click()
    await done(tasks)
    assert sheet.height() > before
    assert sheet.frameGeometry().bottom() <= screen.bottom()
    assert sheet.y() >= screen.top()


async def test_a_second_answer_takes_the_place_of_the_first(
    make: Make, tasks: TaskOwner, updates: FakeUpdates
) -> None:
    sheet = make(SOURCE)
    outcome = sheet.outcome
    bare = replace(RELEASE, notes="", page="")
    answers = [report(), report(), report(UpdateState.ROLLED_BACK), replace(report(), release=bare)]
    for answer in answers:
        updates.answer = answer
        sheet.check.click()
        await done(tasks)
    assert [mood for mood, mark in outcome._marks.items() if mark.isVisible()] == ["ok"]
    assert not outcome.notes.isVisible()
    assert not outcome.page.isVisible()
    assert outcome.files.isVisible()
    updates.answer = report(UpdateState.UNSIGNED)
    sheet.check.click()
    await done(tasks)
    assert [mood for mood, mark in outcome._marks.items() if mark.isVisible()] == ["danger"]
    assert not outcome.files.isVisible()


async def test_a_trouble_of_our_own_is_told(
    make: Make, tasks: TaskOwner, updates: FakeUpdates
) -> None:
    sheet = make(SOURCE)

    async def full() -> object:
        raise AppError("disk-full")

    updates.check = full  # type: ignore[method-assign, assignment]
    sheet.check.click()
    await done(tasks)
    assert "disk is full" in sheet.problem.text().lower()


def test_settings_lead_here(qtbot: QtBot, theme: Theme, tasks: TaskOwner) -> None:
    parent, backend = QWidget(), FakeBackend()
    parent.resize(700, 560)
    qtbot.addWidget(parent)
    sheet = SettingsSheet(theme, parent, backend.network, tasks, backend.profile)
    asked: list[bool] = []
    sheet.updates_asked.connect(lambda: asked.append(True))
    sheet.show()
    try:
        sheet.updates.setFocus()
        sheet.updates.click()
        assert asked == [True]
        assert sheet.version.text().startswith("Version ")
    finally:
        sheet.hide()
