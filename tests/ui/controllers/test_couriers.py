from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from app.domain.couriers import CourierView
from app.protocol import invitation
from app.protocol.invitation import ContactInvite
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.dialogs.write_to import WriteToSheet
from app.ui.views.room_couriers import CouriersBox, courier_line
from tests.ui.fake_names import peer_of, room_of
from tests.ui.rig import Rig

SURVEY, SHELF = "Lighthouse Survey", "Shelf in the cellar"
INFO = 2


def box(rig: Rig) -> CouriersBox:
    return rig.window.drawer.info.couriers


def said(rig: Rig) -> list[str]:
    return [label.text() for label in box(rig).findChildren(QLabel) if label.isVisible()]


async def opened(rig: Rig, name: str, role: str = "admin") -> None:
    if role:
        rig.backend.chats.give_role(room_of(name), rig.backend.chats.me, role)
    await rig.open(name)
    rig.window.drawer.show_page(INFO)
    await rig.settle()


async def add(rig: Rig, words: str) -> None:
    await rig.click(box(rig).add)
    sheet = rig.dialog(WriteToSheet)
    assert sheet.windowTitle() == "Add a courier"
    sheet.field.setText(words)
    await rig.settle()
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    await rig.settle()


async def test_a_courier_is_added_by_its_contact_link_and_removed(rig: Rig) -> None:
    await opened(rig, SURVEY)
    link = invitation.encode(ContactInvite(peer_of(SHELF), SHELF))
    await add(rig, link)
    assert SHELF in said(rig)
    assert "Keeps sealed messages" in said(rig)
    rows = [rig.window.members.text(row) for row in rig.window.members.rows()]
    assert rows[-2:] == ["Couriers · 1", SHELF]
    assert "4 online" not in rig.session.view.header.identity.line.text()
    remove = next(
        each for each in box(rig).findChildren(QAbstractButton) if "Remove" in each.accessibleName()
    )
    assert remove.accessibleName() == f"Remove the courier {SHELF}"
    await rig.click(remove)
    await rig.click(rig.dialog(ConfirmSheet).go)
    assert SHELF not in said(rig)
    assert box(rig).add.isVisible()


async def test_a_courier_is_found_by_name(rig: Rig) -> None:
    rig.backend.contacts.add(peer_of(SHELF), SHELF, "friend")
    await opened(rig, SURVEY)
    await add(rig, "shelf")
    assert SHELF in said(rig)


async def test_what_is_no_contact_link_finds_nobody(rig: Rig) -> None:
    await opened(rig, SURVEY)
    await rig.click(box(rig).add)
    sheet = rig.dialog(WriteToSheet)
    room = rig.backend.chats.invitation_to(room_of(SURVEY)).link
    for words in (room, room[:20]):
        sheet.field.setText(words)
        await rig.settle()
        assert sheet.model.rowCount() == 0
    sheet.reject()
    await rig.settle()
    assert box(rig).add.isVisible()


async def test_members_see_couriers_and_cannot_name_them(rig: Rig) -> None:
    await opened(rig, SURVEY)
    await rig.backend.governance.add_courier(room_of(SURVEY), peer_of(SHELF), SHELF)
    rig.backend.governance.refused_couriers[peer_of(SHELF)] = "courier-full"
    rig.backend.chats.give_role(room_of(SURVEY), rig.backend.chats.me, "member")
    await rig.open("Family")
    await opened(rig, SURVEY, "")
    assert not box(rig).add.isVisible()
    assert "The courier's space is used up. New messages go out from here alone." in said(rig)
    assert not box(rig).findChildren(QAbstractButton)[1:]


async def test_two_who_talk_may_have_a_courier_too(rig: Rig) -> None:
    await opened(rig, "Jonas Weber", "")
    rig.backend.contacts.add(peer_of(SHELF), SHELF, "friend")
    await add(rig, "shelf")
    assert SHELF in said(rig)
    await rig.click(box(rig).add)
    sheet = rig.dialog(WriteToSheet)
    sheet.field.setText("shelf")
    await rig.settle()
    assert sheet.model.rowCount() == 0
    sheet.reject()
    await rig.settle()
    assert rig.session.view.header.identity.title.text() == "Jonas Weber"


def test_every_state_has_words() -> None:
    def line(state: str, reason: str = "", *, online: bool = True) -> str:
        return courier_line(CourierView(peer_of(SHELF), SHELF, state, reason, online))

    assert line("serving") == "Keeps sealed messages"
    assert line("serving", online=False) == "Serves, but is not online now"
    assert line("waiting") == "Has not answered yet"
    assert line("refused").startswith("The courier does not take this room.")
    assert line("refused", "courier-not-allowed").startswith("This courier does not work for you.")
