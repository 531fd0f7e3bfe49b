from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.ids import EventId
from tests.ui.fake_names import room_of
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"


async def test_finding_lists_and_jumps(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.act("find")
    bar = rig.session.view.find_bar
    assert bar.isVisible()
    assert rig.focus() is bar.field
    QTest.keyClicks(bar.field, "the")
    await rig.settle()
    assert bar.count.text() == "7 found"
    assert "Bring the wide angle" in bar.hits.text(bar.hits.rows()[0])
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.list.currentIndex().row() == 0
    for _ in range(6):
        QTest.keyClick(bar.field, Qt.Key.Key_Down)
    await rig.settle()
    assert bar.list.currentIndex().row() == 6
    shown: list[EventId] = [row.event for row in rig.session.view.messages.visible_messages()]
    assert bar.hits.rows()[6].message.event in shown


async def test_nothing_found_is_said(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.click(rig.session.view.header.find_button)
    bar = rig.session.view.find_bar
    bar.field.setText("zebra")
    await rig.settle()
    assert bar.count.text() == "Nothing found"
    assert not bar.list.isVisible()
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    bar.field.setText("")
    await rig.settle()
    assert bar.count.text() == ""


async def test_escape_and_the_button_close_it(rig: Rig) -> None:
    await rig.open(SURVEY)
    bar = rig.session.view.find_bar
    await rig.act("find")
    QTest.keyClicks(bar.field, "x")
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert rig.focus() is rig.session.composer.field
    await rig.click(rig.session.view.header.find_button)
    assert bar.isVisible()
    await rig.click(rig.session.view.header.find_button)
    assert not bar.isVisible()
    await rig.act("find")
    await rig.click(bar.close_button)
    assert not bar.isVisible()


async def test_another_conversation_ends_the_search(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.act("find")
    await rig.open("Jonas Weber")
    assert not rig.session.view.find_bar.isVisible()


async def test_without_a_conversation_it_looks_everywhere(rig: Rig) -> None:
    await rig.act("find")
    assert rig.focus() is rig.window.sidebar.search
    assert rig.room() is None


async def test_an_answer_that_comes_too_late_is_dropped(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.act("find")
    rig.session.view.find_bar.field.setText("tripod")
    await rig.session.find._find("the")
    await rig.settle()
    assert rig.session.view.find_bar.count.text() == "1 found"
    assert rig.room() == room_of(SURVEY)
