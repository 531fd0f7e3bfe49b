"""What keeps messages in sight can be reached, and is named, without a mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.ui.dialogs.forward import ForwardSheet
from app.ui.dialogs.switcher import Switcher
from app.ui.widgets.calendar_popup import CalendarPopup
from tests.ui.fake_names import room_of
from tests.ui.rig import Rig
from tests.ui.test_accessible import nameless, spoken, walk

SURVEY = "Lighthouse Survey"


async def test_every_control_has_a_name(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    for place in (0, 2):
        await rig.backend.chats.pin(room.messages[place].event, on=True)
    await rig.settle()
    assert nameless(rig.session.view) == []
    for action in ("forward", "pinned"):
        await rig.act(action)
        sheet = rig.dialog(QDialog)
        assert spoken(sheet)
        assert nameless(sheet) == []
        sheet.reject()
        await rig.settle()
    await rig.act("go-to-day")
    popup = rig.dialog(CalendarPopup)
    assert spoken(popup) == "Go to a day"
    popup.close()


async def test_tab_leads_through_the_sheet_and_round(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.act("forward")
    sheet = rig.dialog(ForwardSheet)
    sheet.rows.chosen.emit(sheet.rows.current_row())
    sheet.field.setFocus()
    names = [spoken(widget) for widget in walk(sheet)]
    wanted = ["Conversations", "Comment", "Say whose words they are", "Cancel", "Forward"]
    assert [name for name in names if name in wanted] == wanted
    sheet.reject()
    await rig.settle()


async def test_tab_leads_from_the_header_over_the_pins_to_the_messages(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    for place in (0, 2):
        await rig.backend.chats.pin(room.messages[place].event, on=True)
    await rig.settle()
    view = rig.session.view
    rig.window.sidebar.header.new.setFocus()
    order = walk(rig.window)
    widgets = (view.header.details_button, view.pin_bar.button, view.pin_bar.all, view.messages)
    places = [order.index(widget) for widget in widgets]
    assert places == sorted(places)


async def test_the_switcher_finds_what_was_archived(rig: Rig) -> None:
    await rig.backend.conversations.archive(room_of("Priya Raman"), on=True)
    await rig.settle()
    await rig.act("switcher")
    switcher = rig.dialog(Switcher)
    QTest.keyClicks(switcher.field, "priya")
    QTest.keyClick(switcher.field, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.room() == room_of("Priya Raman")
