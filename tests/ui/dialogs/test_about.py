from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError
from app.domain.notices import Component
from app.services.notices import NoticeBook
from app.ui.dialogs.about import WAITING, AboutSheet
from app.ui.tasks import TaskOwner
from app.ui.theme import Theme
from tests.gallery.about import COMPONENTS, book
from tests.ui.model_check import check_model

Make = Callable[[Callable[[], NoticeBook]], AboutSheet]


@pytest.fixture
def opened() -> list[QUrl]:
    return []


@pytest.fixture
def make(qtbot: QtBot, theme: Theme, tasks: TaskOwner, opened: list[QUrl]) -> Iterator[Make]:
    parent = QWidget()
    sheets: list[AboutSheet] = []
    parent.resize(900, 700)
    qtbot.addWidget(parent)

    def made(load: Callable[[], NoticeBook]) -> AboutSheet:
        sheet = AboutSheet(theme, parent, tasks, load, opened.append)
        sheets.append(sheet)
        sheet.show()
        return sheet

    yield made
    for sheet in sheets:
        sheet.hide()


async def filled(make: Make, tasks: TaskOwner, load: Callable[[], NoticeBook]) -> AboutSheet:
    sheet = make(load)
    assert sheet.count.text() == WAITING
    for task in tuple(tasks._tasks):
        await task
    return sheet


def shown(sheet: AboutSheet) -> list[str]:
    return [component.name for component in sheet._model.rows()]


async def test_lists_what_there_is_and_what_it_means(
    make: Make, tasks: TaskOwner, qtmodeltester: ModelTester
) -> None:
    sheet = await filled(make, tasks, book)
    assert shown(sheet) == [component.name for component in COMPONENTS]
    assert sheet.count.text() == "Made with 10 components, each under its own licence"
    assert "x264 and x265" in sheet.bundle.text()
    assert sheet.version.text().startswith("Version ")
    read_aloud = sheet._model.index(2).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert read_aloud == "LGPL-3.0-or-later · in av"
    check_model(qtmodeltester, sheet._model)


async def test_a_component_is_found_and_read_by_keys_alone(make: Make, tasks: TaskOwner) -> None:
    sheet = await filled(make, tasks, book)
    assert sheet.focusWidget() is sheet.field
    QTest.keyClicks(sheet.field, "gpl av")
    assert shown(sheet) == ["FFmpeg", "x264", "x265"]
    assert sheet.count.text() == "3 of 10 components"
    QTest.keyClick(sheet.field, Qt.Key.Key_Down)
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    assert sheet.pages.currentWidget() is sheet.page
    assert sheet.page.title.text() == "x264 165"
    assert sheet.page.text.toPlainText().startswith("Copyright (c) 2003-2025")
    assert not sheet.page.open.isVisible()
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isVisible()
    assert sheet.pages.currentIndex() == 0
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


async def test_an_address_is_in_sight_before_it_is_opened(
    make: Make, tasks: TaskOwner, opened: list[QUrl]
) -> None:
    sheet = await filled(make, tasks, book)
    sheet.rows.chosen.emit(COMPONENTS[2])
    assert sheet.page.address.text() == "https://ffmpeg.org"
    assert sheet.page.open.accessibleName() == "Open https://ffmpeg.org in the browser"
    sheet.page.open.click()
    assert opened == [QUrl("https://ffmpeg.org")]
    sheet.page.back.click()
    assert sheet.pages.currentIndex() == 0
    assert opened == [QUrl("https://ffmpeg.org")]


@pytest.mark.parametrize("home", ["file:///etc/passwd", "javascript:alert(1)", "", "ht tp://x"])
async def test_only_addresses_of_the_web_are_offered(
    make: Make, tasks: TaskOwner, home: str
) -> None:
    odd = Component("odd", "1", "MIT", "library", home=home)
    sheet = await filled(make, tasks, lambda: NoticeBook([odd], str))
    sheet.field.returnPressed.emit()
    assert sheet.page.title.text() == "odd 1"
    assert not sheet.page.open.isVisible()


async def test_letters_of_another_script_show(make: Make, tasks: TaskOwner) -> None:
    sly = Component("sly", "1", "MIT", "library", home="https://pаrlor.example/ä")  # noqa: RUF001 - that is the point
    sheet = await filled(make, tasks, lambda: NoticeBook([sly], str))
    sheet.field.returnPressed.emit()
    assert sheet.page.address.text() == "https://xn--prlor-4ve.example/%C3%A4"


async def test_version_info_is_copied(make: Make, tasks: TaskOwner) -> None:
    sheet = await filled(make, tasks, book)
    sheet.copy_info.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].startswith("Parlor ")
    assert lines[1].startswith("Python ")
    assert len(lines) == 3
    assert sheet.copy_info.text() == "Copied"


async def test_a_missing_list_is_said(make: Make, tasks: TaskOwner) -> None:
    def missing() -> NoticeBook:
        raise AppError("no-notices", {"place": "licences"})

    sheet = await filled(make, tasks, missing)
    assert "Install Parlor again" in sheet.problem.text()
    sheet.field.returnPressed.emit()
    assert sheet.pages.currentIndex() == 0


async def test_a_missing_text_is_said(make: Make, tasks: TaskOwner) -> None:
    def read(_name: str) -> str:
        raise AppError("no-notices", {"place": "licences"})

    sheet = await filled(make, tasks, lambda: NoticeBook(COMPONENTS, read))
    sheet.rows.chosen.emit(COMPONENTS[0])
    assert sheet.problem.isVisible()
    assert sheet.pages.currentIndex() == 0
