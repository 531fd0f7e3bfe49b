"""The drawer's files, the page of transfers, the sum in the sidebar, the settings of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import AppError
from app.domain.files import TransferState, TransferView
from app.ui.controllers.files import FileDesk
from app.ui.dialogs.settings import SettingsSheet
from app.ui.files.deeds import Deed
from app.ui.files.rows import FileList, spots
from app.ui.files.settings_sheet import MB, FileSettingsSheet
from tests.ui.fake_names import peer_of, room_of
from tests.ui.files.views import MARA, SURVEY
from tests.ui.rig import Rig

RUNNING = TransferState.RUNNING
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(rig: Rig) -> FileDesk:
    return rig.session.files


async def receive(rig: Rig, name: str = "north.zip", room: str = SURVEY) -> TransferView:
    made = rig.backend.transfers.receive(room_of(room), MARA, name, 100 * MB)
    await rig.settle()
    return made


async def press(shown: FileList, rig: Rig, view: TransferView, deed: Deed | None) -> None:
    """Click on a deed of a row, or its dots."""
    model = shown.model()
    at = next(
        row for row in range(model.rowCount()) if view.name in str(model.index(row, 0).data())
    )
    area = shown.visualRect(model.index(at, 0)).toRectF()
    known = rig.backend.transfers.book[view.transfer]
    box = next(box for box, each in spots(known, area) if each is deed)
    QTest.mouseClick(shown.viewport(), LEFT, NO_KEYS, box.center().toPoint())
    await rig.settle()


async def test_the_sidebar_tells_the_sum_while_something_moves(rig: Rig) -> None:
    total = rig.window.sidebar.total
    first, second = await receive(rig, "a.zip"), await receive(rig, "b.zip")
    assert not total.isVisible()
    move = rig.backend.transfers.move
    move(first.transfer, state=RUNNING, done=40 * MB, rate=10e6)
    move(second.transfer, state=RUNNING, done=60 * MB, rate=8.4e6)
    await rig.settle()
    assert total.isVisible()
    assert total.text() == "2 transfers · 18.4 MB/s · 6 s left"
    assert total.percent == 50
    assert total.accessibleName() == "2 transfers, 50 percent"
    total.setFocus()
    total.grab()
    for one in (first, second):
        move(one.transfer, state=TransferState.DONE, path="/x")
    await rig.settle()
    assert not total.isVisible()


async def test_the_page_is_reached_by_sum_key_and_drawer(rig: Rig) -> None:
    page = files(rig).lists.page
    await rig.act("transfers")
    assert rig.window.shows(page)
    assert page.nothing.isVisible()
    assert rig.focus() is page.settings
    view = await receive(rig)
    assert page.list.isVisible()
    await rig.open(SURVEY)
    rig.window.drawer.show_page(1)
    await rig.click(rig.window.drawer.files.all)
    assert rig.window.shows(page)
    assert rig.room() is None
    assert rig.focus() is page.list
    await rig.open(SURVEY)
    rig.backend.transfers.move(view.transfer, state=RUNNING, rate=1.0)
    await rig.settle()
    await rig.click(rig.window.sidebar.total)
    assert rig.window.shows(page)


async def test_deeds_stand_beside_the_rows_of_the_page(rig: Rig) -> None:
    view = await receive(rig)
    await rig.act("transfers")
    shown = files(rig).lists.page.list
    await press(shown, rig, view, Deed.ACCEPT)
    assert rig.backend.transfers.book[view.transfer].state is TransferState.WAITING
    rig.backend.transfers.move(view.transfer, state=RUNNING)
    await rig.settle()
    await press(shown, rig, view, Deed.PAUSE)
    assert rig.backend.transfers.book[view.transfer].state is TransferState.PAUSED
    shown.setFocus()
    shown.choose_first()
    QTest.keyClick(shown, Qt.Key.Key_Return)
    menu = files(rig).deeds.menu
    assert [each.text() for each in menu.actions()] == ["Resume", "Cancel", "Show in conversation"]
    QTest.keyClick(menu, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.backend.transfers.book[view.transfer].state is RUNNING


async def test_the_drawer_lists_the_files_of_its_conversation(rig: Rig, tmp_path: Path) -> None:
    heard: list[str] = []
    files(rig).deeds.handling.opener = heard.append
    tab = rig.window.drawer.files
    rig.window.resize(1280, 800)
    await rig.open("Jonas Weber")
    rig.window.drawer.show_page(1)
    await rig.settle()
    view = await receive(rig)
    assert not tab.list.isVisible()
    await rig.open(SURVEY)
    assert tab.list.isVisible()
    await press(tab.list, rig, view, None)
    menu = files(rig).deeds.menu
    assert menu.isVisible()
    menu.close()
    path = tmp_path / "north.zip"
    path.write_text("x")
    done = TransferState.DONE
    rig.backend.transfers.move(view.transfer, state=done, path=str(path))
    await rig.settle()
    tab.list.choose_first()
    QTest.keyClick(tab.list, Qt.Key.Key_Return)
    await rig.settle()
    assert heard == [str(path)]
    tab.list.setCurrentIndex(tab.model.index(0))
    QTest.mouseClick(tab.list.viewport(), LEFT, NO_KEYS, QPoint(5, 5))
    tab.list.chosen.emit("something else")


async def test_in_one_pane_there_is_a_way_back(rig: Rig) -> None:
    rig.window.resize(400, 700)
    await rig.settle()
    await rig.act("transfers")
    back = files(rig).lists.page.back
    assert back.isVisible()
    await rig.click(back)
    assert rig.window.sidebar.isVisible()


async def test_settings_of_files_are_stored_on_save(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self: [str(tmp_path)])
    rig.backend.contacts.add(peer_of(MARA), MARA, "friend")
    rig.backend.contacts.add(peer_of("Leo"), "Leo", "blocked")
    await rig.act("settings")
    rig.dialog(SettingsSheet).files.click()
    await rig.settle()
    sheet = rig.dialog(FileSettingsSheet)
    assert list(sheet.people) == [peer_of(MARA)]
    sheet.folder.change.click()
    await rig.settle()
    [dialog] = sheet.findChildren(QFileDialog)
    dialog.done(QFileDialog.DialogCode.Accepted)
    await rig.settle()
    sheet.people[peer_of(MARA)].setChecked(True)
    sheet.limit.setText("250")
    sheet.cap_down.setText("3")
    sheet.go.click()
    await rig.settle()
    chosen = rig.backend.transfers.chosen
    assert chosen.folder == tmp_path
    assert chosen.trusted == {peer_of(MARA)}
    assert (chosen.auto_limit, chosen.cap_up, chosen.cap_down) == (250 * MB, 0, 3 * MB)
    assert rig.no_dialog()


async def test_settings_that_are_refused_stay_open_and_odd_ones_stay_as_they_are(
    rig: Rig,
) -> None:
    transfers = rig.backend.transfers
    leo = frozenset({peer_of("Leo")})
    before = replace(transfers.chosen, trusted=leo, auto_limit=2_500_001, cap_up=300_000)
    transfers.chosen = before
    await rig.act("transfers")
    files(rig).lists.page.settings.click()
    await rig.settle()
    sheet = rig.dialog(FileSettingsSheet)
    transfers.failing = AppError("folder-unwritable")
    sheet.go.click()
    await rig.settle()
    assert "may not write" in sheet.problem.text()
    assert sheet.chosen() == before
    sheet.limit.clear()
    assert sheet.chosen().auto_limit == 0
    sheet.reject()
    await rig.settle()


async def test_the_page_shows_what_came_or_what_went(rig: Rig) -> None:
    view = await receive(rig, "theirs.zip")
    me = rig.backend.chats.me
    mine = rig.backend.transfers.receive(room_of(SURVEY), me, "mine.zip", MB)
    await rig.act("transfers")
    page, model = files(rig).lists.page, files(rig).lists.model

    def listed() -> set[str]:
        return {row.name for row in model.rows() if isinstance(row, TransferView)}

    await rig.settle()
    assert listed() == {"theirs.zip", "mine.zip"}
    received, sent = page.filter.buttons()[1:]
    await rig.click(received)
    assert listed() == {"theirs.zip"}
    await rig.click(sent)
    assert listed() == {"mine.zip"}
    rig.backend.transfers.move(mine.transfer, state=TransferState.DONE)
    await rig.settle()
    await rig.click(page.clear)
    assert listed() == set()
    assert page.nothing.isVisible()
    assert "kind" in page.nothing.text()
    await rig.click(page.filter.buttons()[0])
    assert listed() == {view.name}


async def test_what_is_over_is_cleared_for_good_but_nothing_else(rig: Rig) -> None:
    over, open_one = await receive(rig, "over.zip"), await receive(rig, "open.zip")
    await rig.act("transfers")
    lists = files(rig).lists
    assert not lists.page.clear.isVisible()
    rig.backend.transfers.move(over.transfer, state=TransferState.DONE)
    await rig.settle()
    await rig.click(lists.page.clear)
    assert lists.model.index_of(("file", over.transfer)).row() == -1
    assert lists.model.index_of(("file", open_one.transfer)).isValid()
    assert not lists.page.clear.isVisible()
    await lists.load()
    assert lists.model.index_of(("file", over.transfer)).row() == -1
    rig.backend.transfers.move(over.transfer, state=RUNNING)
    await rig.settle()
    assert lists.model.index_of(("file", over.transfer)).isValid()


async def test_all_are_paused_and_go_on_at_once(rig: Rig) -> None:
    book = rig.backend.transfers.book
    views = [await receive(rig, name) for name in ("a.zip", "b.zip", "c.zip")]
    await rig.act("transfers")
    page = files(rig).lists.page
    assert not page.pause.isVisible()
    for view in views[:2]:
        rig.backend.transfers.move(view.transfer, state=RUNNING)
    await rig.settle()
    assert page.pause.isVisible()
    assert not page.resume.isVisible()
    page.pause.setFocus()
    QTest.keyClick(page.pause, Qt.Key.Key_Space)
    await rig.settle()
    states = [book[view.transfer].state for view in views]
    assert states == [TransferState.PAUSED] * 2 + [TransferState.OFFERED]
    assert not page.pause.isVisible()
    assert rig.focus() is page.list
    await rig.click(page.resume)
    assert [book[view.transfer].state for view in views[:2]] == [RUNNING] * 2


async def test_a_row_leads_to_its_message(rig: Rig) -> None:
    view = await receive(rig)
    await rig.act("transfers")
    files(rig).lists.page.list.choose_first()
    QTest.keyClick(files(rig).lists.page.list, Qt.Key.Key_Menu)
    action = files(rig).deeds.menu.actions()[-1]
    assert action.text() == "Show in conversation"
    action.trigger()
    await rig.settle()
    assert rig.room() == view.room
    files(rig).deeds.menu.close()


async def test_voice_messages_come_up_to_a_size(rig: Rig) -> None:
    await rig.act("transfers")
    files(rig).lists.page.settings.click()
    await rig.settle()
    sheet = rig.dialog(FileSettingsSheet)
    assert sheet.voice.text() == "5"
    sheet.voice.clear()
    sheet.go.click()
    await rig.settle()
    assert rig.backend.transfers.chosen.voice_limit == 0
