from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from app.domain.changes import ServerState
from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.domain.views import RoomKind
from app.services.backend import LISTED_SETTING
from app.ui.dialogs.about import AboutSheet
from app.ui.dialogs.blocked import BlockedSheet
from app.ui.dialogs.create_room import CreateRoomSheet
from app.ui.dialogs.forms import FieldSheet
from app.ui.dialogs.ice_servers import IceServersSheet
from app.ui.dialogs.invite import InviteSheet
from app.ui.dialogs.leave import LeaveSheet
from app.ui.dialogs.room_invite import RoomInviteSheet
from app.ui.dialogs.settings import SettingsSheet
from app.ui.dialogs.shortcuts import ShortcutSheet
from app.ui.dialogs.updates import UpdatesSheet
from app.ui.dialogs.write_to import WriteToSheet
from app.ui.theme import Choice
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.surfaces import Label
from tests.gallery.demo import SERVER
from tests.ui.fake_names import peer_of, room_of
from tests.ui.fake_updates import SOURCE
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"


async def test_a_room_is_made_opened_and_shown_how_to_enter(fresh: Rig) -> None:
    await fresh.click(fresh.window.empty.create_room)
    sheet = fresh.dialog(CreateRoomSheet)
    assert not sheet.go.isEnabled()
    sheet.field.setText("  Book club ")
    await fresh.click(sheet.go)
    assert fresh.room() == room_of("Book club")
    page = fresh.dialog(RoomInviteSheet).links.page
    assert page is not None
    page.link.copy()
    assert QGuiApplication.clipboard().text().startswith("parlor:")
    assert page.code is not None
    page.code.button.click()
    assert QGuiApplication.clipboard().text().count("-") == 5
    assert page.code.button.text() == "Copied"
    fresh.dialog(RoomInviteSheet).accept()
    await fresh.settle()
    assert fresh.no_dialog()


async def test_a_failure_keeps_the_sheet_and_its_text(fresh: Rig) -> None:
    await fresh.click(fresh.window.empty.create_room)
    sheet = fresh.dialog(CreateRoomSheet)
    sheet.field.setText("Book club")
    fresh.backend.chats.failing = AppError("name-too-long")
    await fresh.click(sheet.go)
    assert sheet.isVisible()
    assert "too long" in sheet.problem.text()
    assert sheet.field.text() == "Book club"
    assert sheet.go.isEnabled()
    sheet.reject()
    await fresh.settle()
    assert fresh.room() is None


async def test_joining_judges_while_one_types(fresh: Rig) -> None:
    other = fresh.backend.chats.add_room("Elsewhere", RoomKind.GROUP, ["Ana Costa"])
    invitation = await fresh.backend.chats.invitation(other.room)
    await fresh.click(fresh.window.empty.add_contact)
    sheet = fresh.dialog(FieldSheet)
    words = invitation.code.split("-")
    sheet.field.setText("-".join(words[:3]))
    assert sheet.problem.text() == "3 of 6 words"
    assert not sheet.go.isEnabled()
    sheet.field.setText("parlor:")
    assert not sheet.go.isEnabled()
    sheet.field.setText(invitation.link[:-2])
    assert "missing or changed" in sheet.problem.text()
    sheet.field.setText("zzzzqq zzzzqq zzzzqq")
    assert "zzzzqq" in sheet.problem.text()
    sheet.field.setText(invitation.code)
    assert sheet.problem.text() == ""
    await fresh.click(sheet.go)
    assert fresh.session.view.header.identity.title.text() == "Joined room"


async def test_a_room_shows_its_invitation(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.click(rig.window.drawer.invite)
    sheet = rig.dialog(RoomInviteSheet)
    assert sheet.windowTitle() == f"Invite to {SURVEY}"
    assert sheet.picker.isVisible()
    sheet.accept()
    await rig.settle()
    await rig.click(rig.window.drawer.code)
    assert rig.dialog(RoomInviteSheet).links.isVisible()


async def test_rename_and_leave_from_the_drawer(rig: Rig) -> None:
    await rig.open(SURVEY)
    rig.window.drawer.show_page(2)
    await rig.click(rig.window.drawer.info.rename)
    sheet = rig.dialog(FieldSheet)
    assert sheet.field.text() == SURVEY
    sheet.field.setText("Tower")
    await rig.click(sheet.go)
    assert rig.window.drawer.name.text() == "Tower"
    rig.window.drawer.info.leave.click()
    await rig.settle()
    rig.dialog(LeaveSheet).reject()
    await rig.settle()
    assert rig.room() is not None
    rig.window.drawer.info.leave.click()
    await rig.settle()
    rig.dialog(LeaveSheet).keep.click()
    rig.dialog(LeaveSheet).go.click()
    await rig.settle()
    assert rig.room() is None
    assert "Tower" not in rig.names()


async def test_nothing_to_invite_to_without_a_room(rig: Rig) -> None:
    rig.window.drawer.invite.click()
    await rig.settle()
    assert rig.no_dialog()


async def test_settings_take_effect_at_once(rig: Rig) -> None:
    await rig.act("settings")
    sheet = rig.dialog(SettingsSheet)
    sheet.look.chosen.emit(2)
    sheet.listed.click()
    await rig.settle()
    assert rig.window.theme.choice is Choice.DARK
    assert rig.backend.settings == {"theme": "dark", LISTED_SETTING: "no"}
    await rig.click(sheet.rename)
    name = rig.dialog(FieldSheet)
    assert not sheet.isVisible()
    name.field.setText("Noor")
    await rig.click(name.go)
    assert rig.window.sidebar.header.name.text() == "Noor"


async def test_servers_that_help_are_added_and_removed(rig: Rig) -> None:
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).helpers)
    sheet = rig.dialog(IceServersSheet)
    network = rig.backend.network
    assert sheet.nobody.isVisible()
    assert not sheet.put.isEnabled()
    sheet.url.setText("turn:relay.example:3478")
    await rig.click(sheet.put)
    assert sheet.problem.isVisible()
    assert list(network.ice) == []
    sheet.username.setText("noor")
    sheet.credential.setText("a secret")
    await rig.click(sheet.put)
    assert list(network.ice) == [IceServer("turn:relay.example:3478", "noor", "a secret")]
    assert (sheet.url.text(), sheet.credential.text()) == ("", "")
    assert not sheet.problem.isVisible()
    sheet.url.setText("stun:relay.example")
    await rig.click(sheet.put)
    assert len(network.ice) == 2
    assert "a secret" not in " ".join(label.text() for label in sheet.findChildren(Label))
    for _ in range(2):
        shown = [each for each in sheet.findChildren(IconButton) if each.isVisible()]
        await rig.click(shown[0])
    assert list(network.ice) == []
    assert sheet.nobody.isVisible()
    await rig.click(sheet.leave)


async def test_servers_are_added_and_removed(rig: Rig) -> None:
    await rig.act("settings")
    sheet = rig.dialog(SettingsSheet)
    servers = sheet.servers
    servers.field.setText("nonsense")
    await rig.click(servers.add)
    assert sheet.problem.isVisible()
    servers.field.setText("http://192.0.2.9:8765")
    await rig.click(servers.add)
    assert servers.field.text() == ""
    assert not sheet.problem.isVisible()
    assert "http://192.0.2.9:8765" in rig.backend.network.known
    servers._remove(rig.backend.network.known[SERVER])
    await rig.backend.network.host()
    hosted = next(each for each in rig.backend.network.servers() if each.hosted)
    servers._remove(hosted)
    await rig.settle()
    assert list(rig.backend.network.known) == ["http://192.0.2.9:8765"]
    servers.field.clear()
    servers._add()
    sheet.accept()
    await rig.settle()


async def test_keys_changed_in_the_sheet_are_stored(rig: Rig) -> None:
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).shortcuts)
    sheet = rig.dialog(ShortcutSheet)
    sheet.buttons["find"].caught.emit("F3")
    await rig.settle()
    assert rig.backend.settings["shortcuts"] == '{"find": ["F3"]}'
    await rig.act("shortcuts")
    assert rig.dialog(ShortcutSheet).isVisible()


async def test_the_page_about_the_program_is_reached_by_key_and_from_the_settings(
    rig: Rig,
) -> None:
    await rig.act("about")
    assert rig.dialog(AboutSheet).isVisible()
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).about)
    sheet = rig.dialog(AboutSheet)
    await rig.until(lambda: "components" in sheet.count.text())
    assert "x264" in sheet.bundle.text()
    await rig.click(sheet.updates)
    assert not sheet.isVisible()
    assert rig.dialog(UpdatesSheet).isVisible()


async def test_our_contact_link_is_in_the_menu(rig: Rig) -> None:
    await rig.click(rig.window.sidebar.header.new)
    assert rig.session.navigation.new_menu.isVisible()
    rig.session.navigation.new_menu.close()
    rig.session.navigation.new_menu.contact.trigger()
    await rig.settle()
    rig.dialog(InviteSheet).accept()
    rig.session.navigation.new_menu.join.trigger()
    await rig.settle()
    rig.dialog(FieldSheet).reject()
    rig.session.navigation.new_menu.create_room.trigger()
    await rig.settle()
    assert rig.dialog(CreateRoomSheet).windowTitle() == "Create a room"


async def test_a_few_letters_lead_to_a_person(rig: Rig) -> None:
    await rig.act("new")
    sheet = rig.dialog(WriteToSheet)
    await rig.settle()
    assert len(sheet.model.rows()) > 1
    QTest.keyClicks(sheet.field, "kenj")
    await rig.settle()
    assert [row.name for row in sheet.model.rows()] == ["Kenji Sato"]
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.no_dialog()
    assert rig.room() == room_of("Kenji Sato")


async def test_where_nobody_is_found_other_ways_lead_on(rig: Rig) -> None:
    await rig.act("new")
    sheet = rig.dialog(WriteToSheet)
    QTest.keyClicks(sheet.field, "nobody at all")
    await rig.settle()
    assert sheet.nobody.isVisible()
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    assert sheet.isVisible()
    (create, *_) = sheet.findChildren(QPushButton)
    await rig.click(create)
    assert rig.dialog(CreateRoomSheet).isVisible()


async def test_who_was_blocked_is_let_in_from_the_settings(rig: Rig) -> None:
    await rig.backend.contacts.block(peer_of("Dev Anand"))
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).blocked)
    sheet = rig.dialog(BlockedSheet)
    (button,) = [each for each in sheet.findChildren(QPushButton) if each is not sheet.leave]
    assert button.accessibleName() == "Unblock Dev Anand"
    assert not sheet.nobody.isVisible()
    await rig.click(button)
    assert rig.backend.contacts.of(peer_of("Dev Anand")).state != "blocked"
    assert sheet.nobody.isVisible()
    await rig.click(sheet.leave)
    assert rig.no_dialog()


async def test_a_long_list_of_blocked_people_scrolls_and_tab_goes_down_it(rig: Rig) -> None:
    for number in range(30):
        await rig.backend.contacts.block(peer_of(f"Person {number}"))
    rig.session._tasks.spawn(rig.session.flows.blocked())
    await rig.settle()
    sheet = rig.dialog(BlockedSheet)
    assert sheet.height() < 600
    buttons = [each for each in sheet.findChildren(QPushButton) if each is not sheet.leave]
    buttons.sort(key=lambda each: each.mapTo(sheet, each.pos()).y())
    reached: list[QWidget] = [sheet.leave]
    for _ in buttons:
        QTest.keyClick(reached[-1], Qt.Key.Key_Tab)
        focus = rig.focus()
        assert focus is not None
        reached.append(focus)
    assert reached == [sheet.leave, *buttons]
    last = buttons[-1]
    assert sheet.area.rect().contains(last.mapTo(sheet.area, last.rect().center()))
    await rig.click(sheet.leave)
    assert rig.no_dialog()


async def test_stored_settings_are_taken_over(rig: Rig) -> None:
    rig.backend.settings |= {"theme": "dark", "shortcuts": '{"find": ["F3"]}'}
    await rig.session.start()
    assert rig.window.theme.choice is Choice.DARK
    assert rig.window.actions_registry.keys("find") == ("F3",)
    rig.backend.settings["theme"] = "mauve"
    await rig.session.start()
    assert rig.window.theme.choice is Choice.DARK
    rig.backend.network.set_server(SERVER, ServerState.ONLINE)


async def test_the_settings_lead_to_the_check_for_updates(rig: Rig) -> None:
    rig.backend.updates.kept = SOURCE
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).updates)
    sheet = rig.dialog(UpdatesSheet)
    assert sheet.field.text() == SOURCE
    assert rig.backend.updates.checks == 0
    await rig.click(sheet.check)
    assert rig.backend.updates.checks == 1
    await rig.click(sheet.leave)
    assert rig.no_dialog()
