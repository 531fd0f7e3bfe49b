"""Cards in a window: accepted, paused, opened and deleted by mouse and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.domain.errors import AppError
from app.domain.files import TransferState, TransferView
from app.ui.controllers.files import FileDesk
from app.ui.dialogs.details import DeleteSheet
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.files.deeds import Deed
from app.ui.files.details import FileDetails
from tests.ui.fake_names import room_of
from tests.ui.files.views import MARA, MB, SURVEY, receiver
from tests.ui.rig import Rig

JONAS = "Jonas Weber"
DONE, RUNNING = TransferState.DONE, TransferState.RUNNING


def files(rig: Rig) -> FileDesk:
    return rig.session.files


def opened(rig: Rig) -> list[str]:
    """What the system is asked to open from now on."""
    heard: list[str] = []
    files(rig).deeds.handling.opener = heard.append
    return heard


async def offer(rig: Rig, name: str = "north.zip") -> TransferView:
    await rig.open(SURVEY)
    made = rig.backend.transfers.receive(room_of(SURVEY), MARA, name, 742 * MB)
    await rig.settle()
    return made


def state(rig: Rig, view: TransferView) -> TransferState:
    return rig.backend.transfers.book[view.transfer].state


def offered(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


async def do(rig: Rig, view: TransferView, deed: Deed) -> None:
    files(rig).deeds.do(view.transfer, deed)
    await rig.settle()


async def press(rig: Rig, view: TransferView, deed: Deed) -> None:
    """Click where a deed is on the card."""
    messages = rig.session.view.messages
    row = next(each for each in messages._rows if each.item.message.event == view.transfer)
    assert row.item.transfer is not None
    spot = next(each for each in row.item.transfer.spots if each.deed is deed)
    place = spot.box.center().toPoint() + QPoint(0, row.y)
    viewport, left = messages.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(viewport, left, Qt.KeyboardModifier.NoModifier, place)
    await rig.settle()


async def test_an_offer_is_accepted_paused_and_resumed_on_its_card(rig: Rig) -> None:
    view = await offer(rig)
    await press(rig, view, Deed.ACCEPT)
    assert state(rig, view) is TransferState.WAITING
    rig.backend.transfers.move(view.transfer, state=RUNNING, done=5 * MB, rate=1e6)
    await rig.settle()
    await press(rig, view, Deed.PAUSE)
    assert state(rig, view) is TransferState.PAUSED
    await press(rig, view, Deed.RESUME)
    assert state(rig, view) is RUNNING
    await press(rig, view, Deed.CANCEL)
    rig.dialog(ConfirmSheet).reject()
    await rig.settle()
    assert state(rig, view) is RUNNING
    await press(rig, view, Deed.CANCEL)
    rig.dialog(ConfirmSheet).go.click()
    await rig.settle()
    assert state(rig, view) is TransferState.CANCELLED


async def test_an_offer_is_declined_by_keys_alone(rig: Rig) -> None:
    view = await offer(rig)
    messages, menu = rig.session.view.messages, files(rig).deeds.menu
    QTest.keyClick(messages, Qt.Key.Key_Up)
    await rig.settle()
    QTest.keyClick(messages, Qt.Key.Key_Down)
    QTest.keyClick(messages, Qt.Key.Key_Return)
    await rig.settle()
    assert offered(menu) == [
        "Accept",
        "Save as…",
        "Decline",
        "Reply",
        "Forward…",
        "Pin",
        "Mark unread from here",
        "Details…",
        "About the author…",
        "Report…",
        "Copy name",
        "About the file…",
        "Delete…",
    ]
    for _ in range(2):
        QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    await rig.settle()
    assert state(rig, view) is TransferState.DECLINED


async def test_saving_elsewhere_asks_for_the_folder(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self: [str(tmp_path)])
    view = await offer(rig)
    await press(rig, view, Deed.SAVE_AS)
    rig.dialog(QFileDialog).done(QFileDialog.DialogCode.Accepted)
    await rig.settle()
    assert rig.backend.transfers.book[view.transfer].path == str(tmp_path / "north.zip")


async def test_what_is_here_is_opened_and_shown_in_its_folder(rig: Rig, tmp_path: Path) -> None:
    heard = opened(rig)
    path = tmp_path / "north.zip"
    view = await offer(rig)
    rig.backend.transfers.move(view.transfer, state=DONE, path=str(path))
    await rig.settle()
    await do(rig, view, Deed.OPEN)
    assert heard == []
    assert "not there any more" in rig.window.trouble.words.text()
    path.write_text("x")
    await do(rig, view, Deed.OPEN)
    await press(rig, view, Deed.SHOW)
    assert heard == [str(path), str(tmp_path)]


async def test_what_makes_no_sense_is_not_done_and_what_fails_is_told(rig: Rig) -> None:
    view = await offer(rig)
    await do(rig, view, Deed.PAUSE)
    assert rig.backend.transfers.story == []
    rig.backend.transfers.failing = AppError("disk-full")
    await do(rig, view, Deed.ACCEPT)
    assert "disk is full" in rig.window.trouble.words.text()
    assert state(rig, view) is TransferState.OFFERED


@pytest.mark.parametrize("digest", ["", "ab" * 32])
async def test_own_offers_are_taken_back(rig: Rig, digest: str) -> None:
    transfers = rig.backend.transfers
    before = TransferState.OFFERED if digest else TransferState.PREPARING
    view = transfers.put(room_of(SURVEY), "Noor Haddad", "a.txt", 5, state=before, digest=digest)
    await files(rig).load()
    await do(rig, view, Deed.CANCEL)
    if digest:
        assert "Take “a.txt” back?" in rig.dialog(ConfirmSheet).windowTitle()
        rig.dialog(ConfirmSheet).go.click()
        await rig.settle()
    assert state(rig, view) is TransferState.CANCELLED


async def test_details_list_the_members_one_by_one(rig: Rig) -> None:
    receivers = (receiver(MARA, DONE), receiver(JONAS, RUNNING, 3, 2e6))
    rig.backend.transfers.put(
        room_of(SURVEY),
        "Noor Haddad",
        "a.txt",
        6,
        at_ms=rig.backend.chats.now_ms + 5,
        receivers=receivers,
    )
    await files(rig).load()
    await rig.open(SURVEY)
    messages, menu = rig.session.view.messages, files(rig).deeds.menu
    row = rig.backend.chats.book[room_of(SURVEY)].messages[-1]
    messages.menu_wanted.emit(row, QPoint(10, 10))
    next(action for action in menu.actions() if action.text() == "Copy name").trigger()
    assert QGuiApplication.clipboard().text() == "a.txt"
    next(action for action in menu.actions() if action.text() == "About the file…").trigger()
    menu.close()
    await rig.settle()
    sheet = rig.dialog(FileDetails)
    rows = {each.accessibleName() for each in sheet.findChildren(QWidget)}
    assert f"{MARA}: Has it" in rows
    assert f"{JONAS}: direct · 2.0 MB/s · 50 %" in rows
    sheet.accept()
    await rig.settle()


async def test_an_offer_can_be_deleted_here(rig: Rig) -> None:
    view = await offer(rig)
    row = rig.backend.transfers.row(view)
    rig.session.view.messages.menu_wanted.emit(row, QPoint(10, 10))
    menu = files(rig).deeds.menu
    menu.actions()[-1].trigger()
    menu.close()
    await rig.settle()
    rig.dialog(DeleteSheet).reject()
    await rig.settle()


async def test_a_text_has_its_own_menu(rig: Rig) -> None:
    await rig.open(SURVEY)
    row = rig.backend.chats.book[room_of(SURVEY)].messages[0]
    rig.session.view.messages.menu_wanted.emit(row, QPoint(10, 10))
    assert not files(rig).deeds.menu.isVisible()
    rig.session.menu.menu.close()
    await rig.settle()


async def test_what_was_taken_back_can_only_be_deleted(rig: Rig) -> None:
    view = await offer(rig)
    row = replace(rig.backend.transfers.row(view), deleted=True, file=None, text="")
    rig.backend.chats.change(row)
    await rig.settle()
    messages = rig.session.view.messages
    assert messages._rows[-1].item.transfer is None
    assert "This message was deleted" in messages._spoken_rows()[-1].text
    messages.menu_wanted.emit(row, QPoint(10, 10))
    assert offered(files(rig).deeds.menu) == ["Delete…"]
    files(rig).deeds.menu.close()
