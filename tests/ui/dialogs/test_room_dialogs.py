from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.domain.errors import AppError
from app.domain.governing import RoomLink
from app.domain.rules import RoomRules, Rule
from app.ui.dialogs.create_room import CreateRoomSheet
from app.ui.dialogs.room_invite import RoomInviteSheet
from tests.ui.fake_names import FROZEN_MS, peer_of, room_of
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"
ROOM = room_of(SURVEY)
HOUR_MS = 3_600_000


async def invite(rig: Rig) -> RoomInviteSheet:
    await rig.open(SURVEY)
    await rig.click(rig.window.drawer.add_people)
    return rig.dialog(RoomInviteSheet)


async def link_page(rig: Rig) -> RoomInviteSheet:
    await rig.open(SURVEY)
    await rig.click(rig.window.drawer.code)
    return rig.dialog(RoomInviteSheet)


def names(sheet: RoomInviteSheet | CreateRoomSheet) -> list[str]:
    return [row.name for row in sheet.picker.model.rows()]


async def test_several_are_invited_by_typing(rig: Rig) -> None:
    rig.backend.contacts.add(peer_of("Olga"), "Olga", "friend")
    sheet = await invite(rig)
    field = sheet.picker.field
    assert rig.focus() is field
    assert not sheet.go.isEnabled()
    for letters in ("ken", "olg"):
        QTest.keyClicks(field, letters)
        await rig.settle()
        QTest.keyClick(field, Qt.Key.Key_Return)
        await rig.settle()
    assert field.text() == ""
    assert names(sheet)[:2] == ["Kenji Sato", "Olga"]
    assert sheet.go.text() == "Invite 2 people"
    await rig.click(sheet.go)
    assert not sheet.isVisible()
    invited = {each.name for each in rig.backend.governance.invited(ROOM)}
    assert invited == {"Kenji Sato", "Olga"}


async def test_only_who_can_be_invited_can_be_chosen(rig: Rig) -> None:
    rig.backend.contacts.add(peer_of("Eve"), "Eve", "blocked")
    await rig.backend.governance.invite(ROOM, peer_of("Kenji Sato"))
    rig.backend.governance._of(ROOM).banned[peer_of("Anna Kowalska")] = "Anna Kowalska"
    sheet = await invite(rig)
    notes = {row.name: row.note for row in sheet.picker.model.rows()}
    assert notes["Kenji Sato"] == "Invited already"
    assert notes["Anna Kowalska"] == "Banned from this room"
    assert not {"Eve", "Jonas Weber", rig.backend.chats.me} & set(notes)
    QTest.keyClicks(sheet.picker.field, "anna")
    await rig.settle()
    QTest.keyClick(sheet.picker.field, Qt.Key.Key_Return)
    assert not sheet.go.isEnabled()


async def test_nobody_found_is_said(rig: Rig) -> None:
    sheet = await invite(rig)
    sheet.picker.field.setText("zzz")
    await rig.settle()
    assert sheet.picker.nobody.isVisible()
    QTest.keyClick(sheet.picker.field, Qt.Key.Key_Return)
    sheet.picker.field.clear()
    await rig.settle()
    assert sheet.picker.rows.isVisible()
    QTest.keyClick(sheet.picker.field, Qt.Key.Key_Down)
    QTest.keyClick(sheet.picker.field, Qt.Key.Key_Return)
    await rig.settle()
    assert len(sheet.picker.chosen()) == 1


async def test_a_failed_invitation_keeps_the_sheet(rig: Rig) -> None:
    sheet = await invite(rig)
    sheet.picker._toggle(sheet.picker.model.rows()[0])
    rig.backend.chats.failing = AppError("disk-full")
    await rig.click(sheet.go)
    assert sheet.isVisible()
    assert "disk is full" in sheet.problem.text()
    assert sheet.go.isEnabled()


async def test_a_link_expires_when_one_likes(rig: Rig) -> None:
    sheet = await link_page(rig)
    assert sheet.links.page is not None
    assert sheet.links.page.code is not None
    sheet.links.expiry.buttons()[0].click()
    await rig.click(sheet.links.make)
    made = rig.backend.governance.links(ROOM)[-1]
    assert made.until_ms == FROZEN_MS + HOUR_MS
    assert sheet.links.until.text() == "Expires in 1 hour"
    sheet.links.page.link.copy()
    assert QGuiApplication.clipboard().text() == made.link
    sheet.links.expiry.buttons()[3].click()
    await rig.click(sheet.links.make)
    assert sheet.links.until.text() == "Never expires"


async def test_a_link_is_revoked_and_made_anew(rig: Rig) -> None:
    sheet = await link_page(rig)
    await rig.click(sheet.links.revoke)
    assert rig.backend.governance.links(ROOM) == []
    assert "Nobody gets in by a link now" in sheet.links.note.text()
    assert not sheet.links.revoke.isVisible()
    assert rig.focus() is sheet.links.make
    await sheet._revoke()
    rig.backend.chats.failing = AppError("disk-full")
    await rig.click(sheet.links.make)
    assert "disk is full" in sheet.problem.text()
    await rig.click(sheet.links.make)
    assert sheet.problem.text() == ""
    assert len(rig.backend.governance.links(ROOM)) == 1


async def test_after_a_removal_the_code_is_said_to_be_good_no_more(rig: Rig) -> None:
    rig.backend.chats.give_role(ROOM, rig.backend.chats.me, "owner")
    await rig.backend.governance.remove(ROOM, peer_of("Dev Anand"))
    sheet = await link_page(rig)
    assert "Nobody gets in by a link now" in sheet.links.note.text()
    sheet.accept()
    await rig.settle()
    link: RoomLink = await rig.backend.governance.make_link(ROOM)
    sheet = await link_page(rig)
    assert "no longer valid" in sheet.links.note.text()
    assert sheet.links.link == link
    assert sheet.links.page is not None
    assert sheet.links.page.code is None


async def test_a_room_is_made_with_topic_people_and_rules(rig: Rig) -> None:
    rig.session.navigation.new_menu.create_room.trigger()
    await rig.settle()
    sheet = rig.dialog(CreateRoomSheet)
    sheet.field.setText("Book club")
    sheet.topic.setText("One a month")
    for name in ("Kenji Sato", "Anna Kowalska"):
        row = next(row for row in sheet.picker.model.rows() if row.name == name)
        sheet.picker._toggle(row)
    assert not sheet.fold.vanish.isVisible()
    sheet.fold.more.click()
    assert sheet.fold.vanish.isVisible()
    sheet.fold.switches[Rule.HISTORY].click()
    sheet.fold.vanish.buttons()[2].click()
    await rig.click(sheet.go)
    room = room_of("Book club")
    assert rig.room() == room
    assert rig.no_dialog()
    made = rig.backend.chats.book[room]
    assert made.topic == "One a month"
    assert made.rules == RoomRules(history=False, vanish_after_s=86_400)
    invited = {each.name for each in rig.backend.governance.invited(room)}
    assert invited == {"Kenji Sato", "Anna Kowalska"}


async def test_a_room_that_is_half_made_is_not_made_twice(rig: Rig) -> None:
    rig.session.navigation.new_menu.create_room.trigger()
    await rig.settle()
    sheet = rig.dialog(CreateRoomSheet)
    sheet.field.setText("Book club")
    sheet.picker._toggle(sheet.picker.model.rows()[0])
    invite_one = rig.backend.governance.invite

    async def fail(_room: object, _peer: object) -> None:
        rig.backend.governance.invite = invite_one  # type: ignore[method-assign]
        raise AppError("disk-full")

    rig.backend.governance.invite = fail  # type: ignore[assignment, method-assign]
    await rig.click(sheet.go)
    assert sheet.isVisible()
    await rig.click(sheet.go)
    assert rig.names().count("Book club") == 1
    assert len(rig.backend.governance.invited(room_of("Book club"))) == 1


async def test_a_room_that_is_half_made_is_there_all_the_same(rig: Rig) -> None:
    rig.session.navigation.new_menu.create_room.trigger()
    await rig.settle()
    sheet = rig.dialog(CreateRoomSheet)
    sheet.field.setText("Book club")
    sheet.topic.setText("x")

    async def fail(_room: object, _text: str) -> None:
        raise AppError("topic-too-long")

    rig.backend.chats.set_topic = fail  # type: ignore[assignment, method-assign]
    await rig.click(sheet.go)
    sheet.reject()
    await rig.settle()
    assert rig.room() == room_of("Book club")
    assert rig.no_dialog()
