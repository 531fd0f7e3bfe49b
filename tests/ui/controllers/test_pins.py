from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.changes import HistoryDeleted
from app.domain.views import MessageView
from app.ui.dialogs.pins import PinsSheet
from app.ui.views.pin_bar import PinBar
from tests.ui.fake_operations import FakeRoom
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"


async def pinned(rig: Rig, *places: int) -> tuple[FakeRoom, PinBar]:
    room = await rig.open(SURVEY)
    for place in places:
        await rig.backend.chats.pin(room.messages[place].event, on=True)
        await rig.settle()
    return room, rig.session.view.pin_bar


def flashing(rig: Rig, message: MessageView) -> bool:
    return rig.session.view.messages._marks.flash == message.position


async def test_there_is_no_bar_without_pins(rig: Rig) -> None:
    _, bar = await pinned(rig)
    assert not bar.isVisible()
    await rig.act("pinned")
    assert rig.no_dialog()
    bar.step()


async def test_a_click_leads_to_one_after_the_other(rig: Rig) -> None:
    room, bar = await pinned(rig, 0, 2, 3)
    assert bar.isVisible()
    assert bar.button.accessibleName().startswith("Pinned message 3 of 3: Priya Raman: Three scans")
    for place in (3, 2, 0, 3):
        await rig.click(bar.button)
        assert flashing(rig, room.messages[place])
    assert "2 of 3" in bar.button.accessibleName()
    bar.grab()


async def test_the_bar_follows_what_is_pinned(rig: Rig) -> None:
    room, bar = await pinned(rig, 0, 2)
    await rig.backend.chats.pin(room.messages[2].event, on=False)
    await rig.settle()
    assert bar.button.accessibleName().startswith("Pinned message: Jonas Weber")
    assert not bar.all.isVisible()
    await rig.backend.chats.hide(room.messages[0].event)
    await rig.settle()
    assert not bar.isVisible()
    room, bar = await pinned(rig, 0)
    assert bar.isVisible()
    room.messages.clear()
    rig.backend.chats.tell(HistoryDeleted(room.room))
    await rig.settle()
    assert not bar.isVisible()


async def test_each_conversation_has_its_own_pins(rig: Rig) -> None:
    _, bar = await pinned(rig, 0)
    await rig.open("Family")
    assert not bar.isVisible()
    await rig.open(SURVEY)
    assert bar.isVisible()


async def test_all_pins_are_listed_by_a_key(rig: Rig) -> None:
    room, _ = await pinned(rig, 0, 2)
    await rig.act("pinned")
    sheet = rig.dialog(PinsSheet)
    assert sheet.windowTitle() == "2 pinned messages"
    assert rig.focus() is sheet.rows
    QTest.keyClick(sheet.rows, Qt.Key.Key_Down)
    QTest.keyClick(sheet.rows, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.no_dialog()
    assert flashing(rig, room.messages[0])
    sheet._choose(None)
