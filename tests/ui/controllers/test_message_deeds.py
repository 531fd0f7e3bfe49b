"""Forwarding and saving, from the menu to what comes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import AppError
from app.domain.views import MessageKind, MessageView
from app.ui.controllers.message_deeds import save_text
from app.ui.dialogs.forward import NONE_CHOSEN, ForwardSheet
from app.ui.messages.selection import Point, Selection
from tests.ui.fake_names import room_of
from tests.ui.rig import Rig

SURVEY, FAMILY, JONAS = "Lighthouse Survey", "Family", "Jonas Weber"
CONTROL = Qt.KeyboardModifier.ControlModifier


async def forward(rig: Rig, message: MessageView) -> ForwardSheet:
    rig.session.view.messages.menu_wanted.emit(message, QPoint(5, 5))
    rig.session.menu.menu.close()
    rig.session.menu.forward.trigger()
    await rig.settle()
    return rig.dialog(ForwardSheet)


async def test_a_message_is_forwarded_by_keys_alone(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    sheet = await forward(rig, room.messages[0])
    assert rig.focus() is sheet.field
    assert sheet.chosen.text() == NONE_CHOSEN
    assert not sheet.go.isEnabled()
    for letters in ("fam", "jon"):
        QTest.keyClicks(sheet.field, letters)
        QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    assert sheet.chosen.text() == "To Family, Jonas Weber"
    QTest.keyClicks(sheet.comment, "  see this ")
    QTest.keyClick(sheet.comment, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.no_dialog()
    targets = (room_of(FAMILY), room_of(JONAS))
    assert rig.backend.conversations.forwarded == [((room.messages[0].event,), targets, True)]
    for target in targets:
        assert rig.backend.chats.book[target].messages[-1].text == "see this"


async def test_ctrl_enter_sends_to_the_marked_one(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    sheet = await forward(rig, room.messages[0])
    QTest.keyClicks(sheet.field, "anna")
    sheet.named.setChecked(False)
    QTest.keyClick(sheet.field, Qt.Key.Key_Return, CONTROL)
    await rig.settle()
    event, anna = room.messages[0].event, room_of("Anna Kowalska")
    assert rig.backend.conversations.forwarded == [((event,), (anna,), False)]
    assert rig.no_dialog()


async def test_a_choice_can_be_taken_back_and_nothing_found_sends_nothing(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    sheet = await forward(rig, room.messages[0])
    QTest.keyClick(sheet.field, Qt.Key.Key_Down)
    row = sheet.rows.current_row()
    sheet.rows.chosen.emit(row)
    index = sheet.rows.currentIndex()
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "chosen"
    sheet.rows.chosen.emit(sheet.rows.current_row())
    assert sheet.chosen.text() == NONE_CHOSEN
    QTest.keyClicks(sheet.field, "nobody at all")
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    sheet.submit()
    await rig.settle()
    assert rig.backend.conversations.forwarded == []
    QTest.keyClick(sheet.field, Qt.Key.Key_Escape)
    QTest.keyClick(sheet.field, Qt.Key.Key_Escape)
    await rig.settle()
    assert rig.no_dialog()


async def test_what_cannot_be_sent_stays_open(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    sheet = await forward(rig, room.messages[0])
    rig.backend.conversations.failing = AppError("disk-full")
    sheet.submit()
    await rig.settle()
    assert sheet.isVisible()
    assert "disk is full" in sheet.problem.text()
    await rig.click(sheet.go)
    assert rig.no_dialog()


async def test_rooms_that_were_left_take_no_messages(rig: Rig) -> None:
    rig.backend.chats.book[room_of(FAMILY)].standing = "left"
    rig.backend.chats.book[room_of(JONAS)].archived = True
    await rig.session.sidebar.load()
    room = await rig.open(SURVEY)
    sheet = await forward(rig, room.messages[0])
    names = [row.summary.name for row in sheet._model.rows()]
    assert FAMILY not in names
    assert names[-1] == JONAS
    sheet.reject()
    await rig.settle()


async def test_the_key_forwards_what_is_selected_else_what_is_current(rig: Rig) -> None:
    await rig.act("forward")
    assert rig.no_dialog()
    room = await rig.open(SURVEY)
    rows = room.messages[-3:]
    await rig.act("forward")
    rig.dialog(ForwardSheet).reject()
    await rig.settle()
    ends = Point(rows[0].position, 0), Point(rows[-1].position, 4)
    rig.session.view.messages._pointer.selection = Selection(*ends)
    await rig.act("forward")
    sheet = rig.dialog(ForwardSheet)
    assert sheet.windowTitle() == "Forward 3 messages"
    sheet.submit()
    await rig.settle()
    sent = rig.backend.conversations.forwarded[0]
    assert sent[0] == tuple(row.event for row in rows)


async def test_what_is_no_text_is_not_forwarded(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    left = rig.backend.chats.write(room.room, "Dev Anand", "", kind=MessageKind.LEFT)
    await rig.session.menu.deeds.forward([left])
    await rig.session.menu.deeds.save([])
    await rig.session.menu.deeds.delete([])
    assert rig.no_dialog()


async def test_a_text_is_saved_to_a_file(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await rig.open(SURVEY)
    for number in (1, 2):
        chosen = [str(tmp_path / f"{number}.txt")]
        monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self, found=chosen: found)
        done = asyncio.ensure_future(rig.session.menu.deeds.save(room.messages[:number]))
        await rig.settle()
        dialog = rig.dialog(QFileDialog)
        dialog.done(QFileDialog.DialogCode.Accepted)
        await done
    assert (tmp_path / "1.txt").read_text(encoding="utf-8") == room.messages[0].text + "\n"
    lines = (tmp_path / "2.txt").read_text(encoding="utf-8").splitlines()
    assert [line[:18] for line in lines] == ["[2025-11-20 09:52]"] * 2


async def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    with pytest.raises(AppError, match="file exists"):
        await save_text(tmp_path / "there", "words")
    with pytest.raises(AppError, match="file unwritable"):
        await save_text(tmp_path / "missing" / "x.txt", "words")
