from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest

from app.domain.ids import RoomId
from app.domain.views import RoomKind
from app.ui.dialogs.switcher import Switcher
from tests.ui.fake_names import room_of
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"


def order(rig: Rig) -> list[RoomId]:
    return [summary.room for summary in rig.window.rooms.conversations()]


async def test_next_and_previous_walk_the_list_and_stop_at_its_ends(rig: Rig) -> None:
    rooms = order(rig)
    await rig.act("next")
    assert rig.room() == rooms[0]
    await rig.act("next")
    assert rig.room() == rooms[1]
    await rig.act("previous")
    await rig.act("previous")
    assert rig.room() == rooms[0]
    await rig.open("Notes to self")
    await rig.act("next")
    assert rig.room() == room_of("Notes to self")


async def test_unread_ones_can_be_walked(rig: Rig) -> None:
    await rig.open("Priya Raman")
    await rig.act("next-unread")
    assert rig.room() == room_of("Family")
    await rig.act("next-unread")
    assert rig.room() == room_of("Family")
    await rig.act("previous-unread")
    assert rig.room() == room_of("Jonas Weber")


async def test_by_number_and_notes(rig: Rig) -> None:
    await rig.act("nth-3")
    assert rig.room() == order(rig)[2]
    await rig.act("notes")
    assert rig.room() == room_of("Notes to self")
    await rig.backend.chats.leave(room_of("Notes to self"))
    await rig.settle()
    await rig.act("notes")
    assert rig.session.view.header.identity.line.text() == "Only you can see this"


async def test_a_number_beyond_the_list_does_nothing(fresh: Rig) -> None:
    await fresh.act("nth-9")
    assert fresh.room() is None


async def test_real_keys_reach_the_window_from_the_composer(rig: Rig) -> None:
    await rig.open(SURVEY)
    field = rig.session.composer.field
    QTest.keyClick(field, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    await rig.settle()
    assert rig.room() == order(rig)[1]
    QTest.keyClick(field, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    await rig.settle()
    assert rig.room() == order(rig)[0]
    QTest.keyClicks(field, "half a thought")
    QTest.keyClick(field, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    await rig.settle()
    assert rig.room() == order(rig)[1]
    QTest.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    await rig.settle()
    assert rig.dialog(Switcher).isVisible()


async def test_the_switcher_leads_anywhere(rig: Rig) -> None:
    await rig.act("switcher")
    switcher = rig.dialog(Switcher)
    QTest.keyClicks(switcher.field, "fam")
    QTest.keyClick(switcher.field, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.room() == room_of("Family")
    assert rig.no_dialog()
    await rig.act("switcher")
    switcher = rig.dialog(Switcher)
    QTest.keyClicks(switcher.field, "costa")
    assert switcher.rows.currentIndex().data() == "Ana Costa"
    switcher.rows.chosen.emit(switcher.rows.current_row())
    await rig.settle()
    assert rig.session.view.header.identity.title.text() == "Ana Costa"
    await rig.act("switcher")
    switcher = rig.dialog(Switcher)
    switcher.field.setText("no such name")
    QTest.keyClick(switcher.field, Qt.Key.Key_Return)
    assert switcher.isVisible()
    switcher.field.clear()
    QTest.keyClick(switcher.field, Qt.Key.Key_Escape)
    await rig.settle()
    assert rig.no_dialog()


async def test_first_last_and_first_unread_message(rig: Rig) -> None:
    room = rig.backend.chats.book[room_of("Family")]
    for number in range(60):
        rig.backend.chats.write(room.room, "Mum", f"line {number}\n\n")
    room.read_to = room.messages[20].position
    await rig.session.sidebar.load()
    await rig.open("Family")
    messages = rig.session.view.messages
    await rig.act("first-message")
    await rig.settle()
    assert room.messages[0] in messages.visible_messages()
    await rig.act("last-message")
    await rig.settle()
    assert room.messages[-1] in messages.visible_messages()
    await rig.act("first-unread")
    await rig.settle()
    await rig.act("focus-composer")
    assert rig.focus() is rig.session.composer.field


async def test_find_nearby_leads_to_the_first_person(fresh: Rig) -> None:
    await fresh.click(fresh.window.empty.nearby)
    assert fresh.window.sidebar.rows.currentIndex().data() == "Ana Costa"
    assert fresh.focus() is fresh.window.sidebar.rows
    fresh.backend.network.people = []
    fresh.session.sidebar.look_around()
    await fresh.settle()
    await fresh.click(fresh.window.empty.nearby)
    assert "Nobody else is here yet" in fresh.window.empty.hint.text()


async def test_find_everywhere_goes_to_the_search_field(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.act("find-everywhere")
    assert rig.focus() is rig.window.sidebar.search
    rig.window.sidebar.search.setText("fam")
    rig.session.navigation.peel()
    assert rig.window.sidebar.search.text() == ""


async def test_the_drawer_comes_and_goes(rig: Rig) -> None:
    rig.window.resize(QSize(1180, 760))
    await rig.open(SURVEY)
    assert rig.window.drawer.isVisible()
    assert rig.session.view.header.details_button.isChecked()
    await rig.act("drawer")
    assert not rig.window.drawer.isVisible()
    await rig.click(rig.session.view.header.details_button)
    assert rig.window.drawer.isVisible()


async def test_a_small_window_shows_one_pane_at_a_time(rig: Rig) -> None:
    rig.window.resize(QSize(400, 700))
    await rig.settle()
    assert rig.window.sidebar.isVisible()
    assert not rig.session.view.isVisible()
    await rig.open(SURVEY)
    assert rig.session.view.isVisible()
    assert not rig.window.sidebar.isVisible()
    await rig.act("drawer")
    assert rig.window.drawer.isVisible()
    rig.session.navigation.peel()
    assert not rig.window.drawer.isVisible()
    await rig.click(rig.session.view.header.back)
    assert rig.window.sidebar.isVisible()
    assert not rig.session.view.isVisible()


async def test_quit_and_close_ask_to_leave(rig: Rig) -> None:
    await rig.act("quit")
    await rig.act("close")
    assert rig.left == 2
    await rig.act("minimise")
    assert rig.window.isMinimized()
    rig.window.showNormal()


async def test_a_group_of_one_kind_reads_as_such(rig: Rig) -> None:
    made = rig.backend.chats.add_room("Alone", RoomKind.GROUP, [])
    await rig.session.sidebar.load()
    await rig.session.conversation.open(made.room)
    assert rig.session.view.header.identity.line.text() == "1 member · 0 online"
