from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QScrollBar, QWidget

from app.services.network_api import Finding
from app.ui.dialogs.create_room import CreateRoomSheet
from app.ui.main_window import MainWindow
from tests.ui.fake_names import peer_of, room_of
from tests.ui.rig import Rig

STEPS = 60
SHEETS = ("settings", "shortcuts", "switcher")


def focusable(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        reachable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
        if reachable and not inner and widget.isVisible():
            yield widget


def spoken(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.text(QAccessible.Text.Name)


def nameless(root: QWidget) -> list[str]:
    allowed = (QLabel,)
    return [
        f"{type(each).__name__} in {type(each.parentWidget()).__name__}"
        for each in focusable(root)
        if not isinstance(each, allowed) and each.isEnabled() and not spoken(each).strip()
    ]


def walk(window: QWidget) -> list[QWidget]:
    """The widgets that Tab leads through until it comes round."""
    found: list[QWidget] = []
    for _ in range(STEPS):
        QTest.keyClick(window, Qt.Key.Key_Tab)
        at = QApplication.focusWidget()
        assert at is not None
        if at in found:
            return found
        found.append(at)
    raise AssertionError("Tab never comes round")


async def test_everything_that_takes_the_focus_has_a_name(rig: Rig) -> None:
    assert nameless_but_panes(rig.window) == []
    await rig.open("Lighthouse Survey")
    await rig.act("find")
    rig.session.view.find_bar.field.setText("the")
    await rig.settle()
    assert nameless_but_panes(rig.window) == []


def nameless_but_panes(window: MainWindow) -> list[str]:
    return [name for name in nameless(window) if not name.startswith("Panes")]


async def test_every_control_in_a_dialog_has_a_name(rig: Rig) -> None:
    for action in SHEETS:
        await rig.act(action)
        sheet = rig.dialog(QDialog)
        assert spoken(sheet)
        assert nameless(sheet) == []
        sheet.reject()
        await rig.settle()


async def test_tab_leads_from_the_list_to_the_message_to_the_details(rig: Rig) -> None:
    await rig.open("Lighthouse Survey")
    rig.window.sidebar.header.new.setFocus()
    order = walk(rig.window)
    view, sidebar, drawer = rig.session.view, rig.window.sidebar, rig.window.drawer
    places = [
        order.index(widget)
        for widget in (
            sidebar.header.settings,
            sidebar.search,
            sidebar.rows,
            view.header.find_button,
            view.header.details_button,
            view.messages,
            rig.session.composer.field,
            drawer.invite,
            drawer.code,
            drawer.people,
        )
    ]
    assert places == sorted(places)


async def test_tab_leads_through_the_government_of_a_room(rig: Rig) -> None:
    governance, room = rig.backend.governance, room_of("Lighthouse Survey")
    rig.backend.chats.give_role(room, rig.backend.chats.me, "owner")
    await governance.remove(room, peer_of("Dev Anand"), ban=True)
    await governance.make_link(room)
    await rig.open("Lighthouse Survey")
    drawer = rig.window.drawer
    drawer.show_page(2)
    await rig.settle()
    assert nameless_but_panes(rig.window) == []
    order = walk(rig.window)
    controls = [each for each in drawer.info.controls() if each.isVisible()]
    wanted = [drawer.mute, drawer.invite, drawer.code, *drawer.tabs.buttons()[2:], *controls]
    places = [order.index(widget) for widget in wanted]
    assert places == sorted(places)
    assert {spoken(widget) for widget in controls} >= {
        "Rename",
        "Change the topic",
        "All may invite",
        "Messages vanish: Off",
        "Revoke link, Made by you · nobody joined · never expires",
        "New link…",
        "Readmit Dev Anand",
        "Leave",
    }


async def test_tab_leads_through_invitations(rig: Rig) -> None:
    for name in ("Book club", "Choir"):
        rig.backend.governance.receive("Kenji Sato", name)
    await rig.settle()
    rig.session.invitations.open()
    await rig.settle()
    names = [spoken(widget) for widget in walk(rig.window)]
    for name in ("Book club", "Choir"):
        assert {f"Join {name}", f"Decline {name}"} <= set(names)
    assert names.count("Block Kenji Sato") == 2


async def test_the_dialogs_of_rooms_have_names_and_ways_out(rig: Rig) -> None:
    await rig.open("Lighthouse Survey")
    for button in (rig.window.drawer.invite, rig.window.drawer.code, rig.window.drawer.info.leave):
        button.click()
        await rig.settle()
        sheet = rig.dialog(QDialog)
        assert spoken(sheet)
        assert nameless(sheet) == []
        walk(sheet)
        QTest.keyClick(sheet, Qt.Key.Key_Escape)
        await rig.settle()
        assert rig.no_dialog()


async def test_no_dialog_traps_the_keyboard(rig: Rig) -> None:
    rig.session.navigation.new_menu.create_room.trigger()
    await rig.settle()
    sheet = rig.dialog(CreateRoomSheet)
    sheet.field.setText("Book club")
    names = {spoken(widget) for widget in walk(sheet)}
    assert names >= {"Room name", "Search people", "More: rules of the room", "Cancel", "Create"}
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    await rig.settle()
    assert rig.no_dialog()


async def test_rows_are_read_by_name(rig: Rig) -> None:
    rows = QAccessible.queryAccessibleInterface(rig.window.sidebar.rows)
    assert rows is not None
    assert rows.text(QAccessible.Text.Name) == "Conversations"
    read = []
    for at in range(rows.childCount()):
        child = rows.child(at)
        assert child is not None
        read.append(child.text(QAccessible.Text.Name))
    assert read == rig.names()
    first = rows.child(0)
    assert first is not None
    assert "3 new messages" in first.text(QAccessible.Text.Description)


async def test_a_conversation_is_had_by_keys_alone(fresh: Rig) -> None:
    QTest.keyClick(fresh.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    await fresh.settle()
    switcher = fresh.dialog(QDialog)
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClicks(focus, "ana")
    QTest.keyClick(focus, Qt.Key.Key_Return)
    await fresh.settle()
    assert not switcher.isVisible()
    focus = QApplication.focusWidget()
    assert focus is fresh.session.composer.field
    QTest.keyClicks(focus, "by keys alone")
    QTest.keyClick(focus, Qt.Key.Key_Return)
    await fresh.settle()
    texts = [row.text for room in fresh.backend.chats.book.values() for row in room.messages]
    assert texts == ["by keys alone"]


async def test_the_page_of_the_network_is_had_by_keys(rig: Rig) -> None:
    await rig.act("network")
    names = [spoken(widget) for widget in walk(rig.window)]
    assert names.index("Check the network") < names.index("Try to connect now")
    assert {"Settings of the network", "Now", "Servers and links"} <= set(names)
    assert "Online · 3 peers reachable" in names
    rows = QAccessible.queryAccessibleInterface(rig.session.insight.page.list)
    assert rows is not None
    read = [rows.child(at) for at in range(rows.childCount())]
    said = [each.text(QAccessible.Text.Description) for each in read]
    assert sum("round trip 2 ms" in line for line in said) == 3


async def test_charts_are_read_as_text(rig: Rig) -> None:
    await rig.act("network")
    rig.session.insight.page.tabs.buttons()[1].click()
    await rig.settle()
    names = [spoken(widget) for widget in walk(rig.window)]
    assert "Until a link is made. Nothing measured yet." in names
    assert "Begin to measure anew" in names
    assert nameless_but_panes(rig.window) == []


async def test_a_check_is_read_and_left_by_keys(rig: Rig) -> None:
    found = Finding("server", False, "Nothing listens.", "Check the port.", place="servers")
    rig.backend.insight.findings[None] = (found,)
    await rig.act("network")
    rig.session.insight.page.check.click()
    await rig.settle()
    sheet = rig.dialog(QDialog)
    assert nameless(sheet) == []
    names = {spoken(widget) for widget in walk(sheet)}
    assert names >= {"Servers…", "Look again", "Copy the report", "Close"}
    said = {spoken(label) for label in sheet.findChildren(QLabel) if label.isVisible()}
    assert "In the way: Nothing listens." in said
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    await rig.settle()
    assert rig.no_dialog()
