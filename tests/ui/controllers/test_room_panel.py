from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from app.domain.errors import AppError
from app.domain.governing import Role
from app.domain.rules import Rule
from app.ui.dialogs.forms import ConfirmSheet, FieldSheet
from app.ui.dialogs.invite import InviteSheet
from app.ui.dialogs.leave import LeaveSheet
from app.ui.dialogs.room_invite import RoomInviteSheet
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import peer_of, room_of
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"
ROOM = room_of(SURVEY)
INFO = 2
DEV = "Dev Anand"
AWAY = ("Message", "Profile…", "Why can't I reach them?")


async def owned(rig: Rig) -> FakeBackend:
    """The survey, open on its info page, with us as the owner."""
    backend = rig.backend
    backend.chats.give_role(ROOM, "Jonas Weber", "admin")
    backend.chats.give_role(ROOM, backend.chats.me, "owner")
    await rig.open(SURVEY)
    rig.window.drawer.show_page(INFO)
    await rig.settle()
    return backend


def point_to(rig: Rig, name: str) -> QPoint:
    """Make somebody's row the current one; the middle of it."""
    people, model = rig.window.drawer.people, rig.window.members
    at = [model.text(row) for row in model.rows()].index(name)
    people.setCurrentIndex(model.index(at))
    return people.visualRect(model.index(at)).center()


def offered(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


async def choose(rig: Rig, menu: QMenu, words: str) -> None:
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()
    await rig.settle()


async def menu_of(rig: Rig, name: str) -> QMenu:
    """The menu about somebody, asked for by the keyboard."""
    rig.window.drawer.show_page(0)
    point_to(rig, name)
    QTest.keyClick(rig.window.drawer.people, Qt.Key.Key_Menu)
    await rig.settle()
    menu = rig.session.members.menu
    assert menu.isVisible()
    return menu


def labelled(root: QWidget, words: str) -> QAbstractButton:
    """The visible button whose name begins so."""
    found = [
        each
        for each in root.findChildren(QAbstractButton)
        if each.accessibleName().startswith(words) and each.isVisible()
    ]
    assert len(found) == 1, words
    return found[0]


async def test_the_menu_offers_what_the_role_permits(rig: Rig) -> None:
    await rig.open(SURVEY)
    menu = await menu_of(rig, DEV)
    assert offered(menu) == [*AWAY, "Remove…", "Remove and ban…"]
    menu.close()
    menu = await menu_of(rig, "Jonas Weber")
    assert offered(menu) == ["Message", "Profile…", "Connection…"]
    menu.close()
    point_to(rig, rig.backend.chats.me)
    QTest.keyClick(rig.window.drawer.people, Qt.Key.Key_Menu)
    assert not menu.isVisible()


async def test_the_dots_and_the_right_button_open_the_menu(rig: Rig) -> None:
    await rig.open(SURVEY)
    people, menu = rig.window.drawer.people, rig.session.members.menu
    point_to(rig, DEV)
    dots = people.dots(people.currentIndex()).center().toPoint()
    QTest.mouseClick(
        people.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, dots
    )
    assert menu.isVisible()
    menu.close()
    where = point_to(rig, DEV)
    reason = QContextMenuEvent.Reason
    for why, opens in ((reason.Mouse, True), (reason.Keyboard, False)):
        event = QContextMenuEvent(why, where, people.viewport().mapToGlobal(where))
        people.contextMenuEvent(event)
        assert menu.isVisible() is opens
        menu.close()
    assert people.dots(rig.window.members.index(0)).isEmpty()


async def test_roles_are_given_and_taken(rig: Rig) -> None:
    backend = await owned(rig)
    await choose(rig, await menu_of(rig, DEV), "Make admin")
    assert rig.window.members.member(peer_of(DEV)).role == "admin"  # type: ignore[union-attr]
    await choose(rig, await menu_of(rig, DEV), "Take admin away")
    assert rig.window.members.member(peer_of(DEV)).role == "member"  # type: ignore[union-attr]
    await choose(rig, await menu_of(rig, DEV), "Make owner…")
    sheet = rig.dialog(ConfirmSheet)
    assert "Make Dev Anand the owner?" in sheet.windowTitle()
    sheet.go.click()
    await rig.settle()
    assert backend.governance.own_role(ROOM) is Role.ADMIN
    assert offered(await menu_of(rig, DEV)) == [*AWAY]


async def test_a_removal_says_what_it_does_before_it_does_it(rig: Rig) -> None:
    backend = await owned(rig)
    await choose(rig, await menu_of(rig, DEV), "Remove…")
    sheet = rig.dialog(ConfirmSheet)
    said = " ".join(label.text() for label in sheet.findChildren(type(sheet.problem)))
    assert "key changes" in said
    assert "links" in said
    sheet.reject()
    await rig.settle()
    assert rig.window.members.member(peer_of(DEV)) is not None
    await choose(rig, await menu_of(rig, DEV), "Remove and ban…")
    rig.dialog(ConfirmSheet).go.click()
    await rig.settle()
    assert rig.window.members.member(peer_of(DEV)) is None
    assert [each.name for each in backend.governance.banned(ROOM)] == [DEV]
    rig.window.drawer.show_page(INFO)
    await rig.settle()
    await rig.click(labelled(rig.window.drawer, f"Readmit {DEV}"))
    assert backend.governance.banned(ROOM) == []


async def test_a_message_and_a_profile_are_a_step_away(rig: Rig) -> None:
    await rig.open(SURVEY)
    await choose(rig, await menu_of(rig, "Jonas Weber"), "Message")
    assert rig.room() == room_of("Jonas Weber")
    await rig.open(SURVEY)
    shown: list[str] = []

    async def profile(_peer: object, name: str) -> None:
        shown.append(name)

    rig.session.members._profile = profile
    point_to(rig, DEV)
    QTest.keyClick(rig.window.drawer.people, Qt.Key.Key_Return)
    await rig.settle()
    point_to(rig, rig.backend.chats.me)
    QTest.keyClick(rig.window.drawer.people, Qt.Key.Key_Return)
    await rig.settle()
    assert shown == [DEV]


async def test_what_one_may_not_do_is_said_in_words(rig: Rig) -> None:
    backend = await owned(rig)
    menu = await menu_of(rig, DEV)
    backend.chats.failing = AppError("disk-full")
    await choose(rig, menu, "Make admin")
    assert "disk is full" in rig.window.trouble.words.text()


async def test_who_was_invited_is_listed_and_can_be_uninvited(rig: Rig) -> None:
    backend = await owned(rig)
    await backend.governance.invite(ROOM, peer_of("Kenji Sato"))
    await rig.settle()
    await choose(rig, await menu_of(rig, "Kenji Sato"), "Take the invitation back")
    assert backend.governance.invited(ROOM) == ()
    texts = [rig.window.members.text(row) for row in rig.window.members.rows()]
    assert "Kenji Sato" not in texts


async def test_rules_are_switches_for_admins_alone(rig: Rig) -> None:
    backend = await owned(rig)
    rules = rig.window.drawer.info.rules
    QTest.mouseClick(rules.switches[Rule.INVITES], Qt.MouseButton.LeftButton)
    await rig.settle()
    assert not backend.governance.rules(ROOM).invites
    backend.chats.failing = AppError("disk-full")
    QTest.keyClick(rules.switches[Rule.INVITES], Qt.Key.Key_Space)
    await rig.settle()
    assert not rules.switches[Rule.INVITES].isChecked()
    backend.chats.give_role(ROOM, backend.chats.me, "member")
    await backend.chats.set_topic(ROOM, "North")
    await rig.settle()
    assert not rules.switches[Rule.INVITES].isEnabled()
    assert not rules.vanish.isEnabled()
    assert not rig.window.drawer.invite.isVisible()
    assert not rig.window.drawer.info.links.new.isVisible()


async def test_messages_vanish_after_a_time_of_ones_choice(rig: Rig) -> None:
    backend = await owned(rig)
    rules, menu = rig.window.drawer.info.rules, rig.session.panel.vanish_menu
    await rig.click(rules.vanish)
    assert offered(menu)[:3] == ["Off", "After 1 hour", "After 1 day"]
    await choose(rig, menu, "After 1 week")
    assert backend.governance.rules(ROOM).vanish_after_s == 604_800
    assert rules.vanish.text() == "After 1 week"
    await rig.click(rules.vanish)
    await choose(rig, menu, "Another time…")
    sheet = rig.dialog(FieldSheet)
    sheet.field.setText("soon")
    assert not sheet.go.isEnabled()
    assert "90 minutes" in sheet.problem.text()
    sheet.field.setText("90 minutes")
    await rig.click(sheet.go)
    assert rules.vanish.text() == "After 90 minutes"


async def test_messages_vanish_in_direct_conversations_too(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    rig.window.drawer.show_page(INFO)
    await rig.click(rig.window.drawer.info.rules.vanish)
    await choose(rig, rig.session.panel.vanish_menu, "After 1 day")
    assert room.summary().rules.vanish_after_s == 86_400
    assert rig.window.drawer.info.rules.vanish.text() == "After 1 day"


async def test_the_first_tile_keeps_a_conversation_quiet(rig: Rig) -> None:
    await rig.open(SURVEY)
    mute, menu = rig.window.drawer.mute, rig.session.room_menu.menu
    await rig.click(mute)
    assert offered(menu) == ["For 1 hour", "For 8 hours", "For 1 week", "For ever"]
    await choose(rig, menu, "For ever")
    assert mute.text() == "Unmute"
    await rig.click(mute)
    await choose(rig, menu, "Unmute")
    assert mute.text() == mute.accessibleName() == "Mute"


async def test_a_room_is_left_but_kept(rig: Rig) -> None:
    await owned(rig)
    await rig.click(rig.window.drawer.info.leave)
    assert rig.dialog(LeaveSheet).keeps
    rig.dialog(LeaveSheet).go.click()
    await rig.settle()
    assert rig.room() == ROOM
    assert not rig.session.composer.isVisible()
    assert rig.window.drawer.info.leave.text() == "Delete"
    await rig.click(rig.window.drawer.info.leave)
    assert not rig.dialog(LeaveSheet).keep.isVisible()
    rig.dialog(LeaveSheet).go.click()
    await rig.settle()
    assert SURVEY not in rig.names()


async def test_a_topic_is_set_and_taken_away(rig: Rig) -> None:
    await owned(rig)
    info = rig.window.drawer.info
    await rig.click(info.retopic)
    sheet = rig.dialog(FieldSheet)
    sheet.field.setText("South island")
    await rig.click(sheet.go)
    assert info.topic.text() == "South island"
    assert rig.window.drawer.line.text() == "South island"
    await rig.click(info.retopic)
    sheet = rig.dialog(FieldSheet)
    sheet.field.clear()
    await rig.click(sheet.go)
    assert info.topic.text() == "No topic yet"
    assert rig.window.drawer.line.text() == "5 members"


async def test_links_are_copied_shown_and_revoked(rig: Rig) -> None:
    backend = await owned(rig)
    link = await backend.governance.make_link(ROOM)
    await rig.settle()
    drawer = rig.window.drawer
    await rig.click(labelled(drawer, "Copy link"))
    assert QGuiApplication.clipboard().text() == link.link
    await rig.click(labelled(drawer, "Copy room code and link"))
    assert QGuiApplication.clipboard().text().count("-") == 5
    await rig.click(labelled(drawer, "Show link"))
    assert rig.dialog(InviteSheet).windowTitle() == f"Link of {SURVEY}"
    rig.dialog(InviteSheet).accept()
    await rig.settle()
    await rig.click(labelled(drawer, "Revoke room code"))
    rig.dialog(ConfirmSheet).reject()
    await rig.settle()
    await rig.click(labelled(drawer, "Revoke room code"))
    rig.dialog(ConfirmSheet).go.click()
    await rig.settle()
    assert [each.id for each in backend.governance.links(ROOM)] == [link.id]
    await rig.click(labelled(drawer, "Revoke link"))
    rig.dialog(ConfirmSheet).go.click()
    await rig.settle()
    assert backend.governance.links(ROOM) == []
    await rig.click(drawer.info.links.new)
    assert rig.dialog(RoomInviteSheet).links.isVisible()


async def test_the_keys_stay_in_the_list_when_a_link_goes(rig: Rig) -> None:
    await owned(rig)
    drawer = rig.window.drawer
    labelled(drawer, "Revoke room code").setFocus()
    await rig.session.rooms._governance.revoke(ROOM, rig.backend.governance.links(ROOM)[0].id)
    await rig.settle()
    assert QApplication.focusWidget() is drawer.info.links.new


async def test_direct_conversations_and_notes_have_no_government(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    drawer = rig.window.drawer
    drawer.show_page(INFO)
    await rig.settle()
    assert not any(switch.isVisible() for switch in drawer.info.rules.switches.values())
    assert drawer.info.rules.vanish.isEnabled()
    assert not drawer.info.rename.isVisible()
    assert drawer.info.leave.isVisible()
    assert not drawer.add_people.isVisible()
    texts = [rig.window.members.text(row) for row in rig.window.members.rows()]
    assert texts == [rig.backend.chats.me, "Jonas Weber"]
    assert offered(await menu_of(rig, "Jonas Weber")) == [*AWAY]
    await rig.open("Notes to self")
    assert not drawer.info.leave.isVisible()
