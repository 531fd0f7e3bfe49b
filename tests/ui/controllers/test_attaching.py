"""Files on their way into a conversation: chosen, dropped, pasted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.services.transfers_api import TransferSettings
from app.ui.controllers.attaching import Attaching
from app.ui.files.send_sheet import SendSheet
from tests.services.world import until
from tests.ui.fake_names import room_of
from tests.ui.files.views import SURVEY
from tests.ui.rig import Rig

BOTH = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def attaching(rig: Rig) -> Attaching:
    return rig.session.files.attaching


def urls(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def offers(rig: Rig) -> list[tuple[str, str]]:
    """Names and captions of what was offered."""
    return [(path.name, text) for path, text in rig.backend.transfers.offered]


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    found = tmp_path / "a.txt", tmp_path / "b.txt"
    for path in found:
        path.write_text("hello")
    return found


async def send(rig: Rig, caption: str = "") -> None:
    sheet = rig.dialog(SendSheet)
    sheet.field.setText(caption)
    sheet.go.click()
    await rig.settle()


async def test_several_pasted_files_become_several_offers_one_caption(
    rig: Rig, two: tuple[Path, Path]
) -> None:
    await rig.open(SURVEY)
    QGuiApplication.clipboard().setMimeData(urls(*two))
    QTest.keyClick(rig.session.composer.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await rig.settle()
    sheet = rig.dialog(SendSheet)
    assert sheet.count.text() == "2 items · 10 bytes"
    assert sheet.windowTitle() == f"Send to {SURVEY}"
    await send(rig, "Look at this")
    assert offers(rig) == [("a.txt", "Look at this"), ("b.txt", "")]
    assert rig.session.composer.text() == ""
    QGuiApplication.clipboard().clear()


async def test_files_can_be_left_out_and_all_of_them_is_leaving(
    rig: Rig, two: tuple[Path, Path]
) -> None:
    await rig.open(SURVEY)
    attaching(rig)._on_mime(urls(*two))
    await rig.settle()
    sheet = rig.dialog(SendSheet)
    sheet._rows[0].remove.click()
    await send(rig)
    assert offers(rig) == [("b.txt", "")]
    attaching(rig)._on_mime(urls(two[0]))
    await rig.settle()
    rig.dialog(SendSheet)._rows[0].remove.click()
    await rig.settle()
    assert rig.no_dialog()
    assert len(offers(rig)) == 1


async def test_a_pasted_image_is_stored_and_sent(rig: Rig, tmp_path: Path) -> None:
    rig.backend.transfers.chosen = TransferSettings(tmp_path, tmp_path)
    await rig.open(SURVEY)
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    mime = QMimeData()
    mime.setImageData(image)
    rig.session.composer.field.insertFromMimeData(mime)
    await rig.settle()
    assert rig.dialog(SendSheet).preview.isVisible()
    await send(rig)
    await until(lambda: len(offers(rig)) == 1)
    [(name, _)] = offers(rig)
    assert QImage(str(tmp_path / name)).width() == 20


async def test_a_chosen_image_is_shown_before_it_goes(rig: Rig, tmp_path: Path) -> None:
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    path, broken = tmp_path / "a.png", tmp_path / "b.png"
    image.save(str(path))
    broken.write_bytes(b"no image")
    await rig.open(SURVEY)
    attaching(rig)._on_mime(urls(path, broken))
    await rig.settle()
    sheet = rig.dialog(SendSheet)
    await until(lambda: not sheet._rows[0].tile._image.isNull())
    assert sheet._rows[1].tile._image.isNull()
    assert not sheet.preview.isVisible()
    sheet.reject()
    await rig.settle()
    assert offers(rig) == []


async def test_while_a_file_is_read_that_is_said(rig: Rig, two: tuple[Path, Path]) -> None:
    await rig.open(SURVEY)
    rig.backend.transfers.reading.clear()
    attaching(rig)._on_mime(urls(two[0]))
    await rig.settle()
    await send(rig)
    transfers, strip = rig.backend.transfers, rig.session.view.pending
    assert strip.isVisible()
    row = strip.rows[0]
    assert (row.name.text(), row.line.text()) == ("a.txt", "Waiting to be read")
    (key,) = transfers.waiting
    transfers.move(key, done=1_200_000, size=5_000_000, rate=1e6)
    await rig.settle()
    assert row.line.text() == "Reading 1.2 of 5.0 MB · 4 s left"
    assert row.accessibleName() == "a.txt: Reading 1.2 of 5.0 MB · 4 s left"
    row.grab()
    transfers.read_on(key)
    await rig.settle()
    assert not strip.isVisible()
    assert [each.text for each in rig.backend.chats.book[room_of(SURVEY)].messages][-1] == ""


async def test_what_is_read_is_called_off_or_tried_again(rig: Rig, two: tuple[Path, Path]) -> None:
    await rig.open(SURVEY)
    transfers, strip = rig.backend.transfers, rig.session.view.pending
    transfers.reading.clear()
    attaching(rig)._on_mime(urls(*two))
    await rig.settle()
    await send(rig)
    first, second = transfers.waiting
    transfers.move(first, state=TransferState.FAILED, reason="file-unreadable")
    await rig.settle()
    row = strip.rows[0]
    assert "cannot be read" in row.line.text()
    row.grab()
    await rig.click(row.again)
    assert transfers.story[-1] == ("resume", first)
    await rig.click(row.cancel)
    assert transfers.story[-1] == ("cancel", first)
    assert [each.isVisible() for each in strip.rows] == [True, False, False]
    await rig.open("Jonas Weber")
    assert not strip.isVisible()
    await rig.open(SURVEY)
    QTest.keyClick(strip.rows[0].cancel, Qt.Key.Key_Space)
    await rig.settle()
    assert transfers.story[-1] == ("cancel", second)
    assert not strip.isVisible()


async def test_many_that_are_read_take_little_room(rig: Rig, tmp_path: Path) -> None:
    await rig.open(SURVEY)
    rig.backend.transfers.reading.clear()
    paths = [tmp_path / f"{at}.txt" for at in range(5)]
    await rig.backend.transfers.prepare(room_of(SURVEY), paths)
    await rig.settle()
    strip = rig.session.view.pending
    assert all(row.isVisible() for row in strip.rows)
    assert strip.more.text() == "and 2 more"


async def test_a_file_answers_what_is_being_answered(rig: Rig, two: tuple[Path, Path]) -> None:
    room = await rig.open(SURVEY)
    answered = next(each for each in room.messages if each.is_live)
    rig.session.conversation.writing.reply(answered)
    attaching(rig)._on_mime(urls(two[0]))
    await rig.settle()
    await send(rig)
    assert rig.backend.transfers.answered == [answered.event]
    assert rig.session.conversation.writing.take() is None


async def test_what_could_not_be_offered_is_named_and_its_caption_kept(
    rig: Rig, two: tuple[Path, Path]
) -> None:
    await rig.open(SURVEY)
    rig.backend.transfers.failing = AppError("file-unreadable")
    attaching(rig)._on_mime(urls(two[0]))
    await rig.settle()
    await send(rig, "Do not lose me")
    assert "cannot be read" in rig.window.trouble.words.text()
    assert rig.session.composer.text() == "Do not lose me"


async def test_files_are_chosen_by_key_and_by_button(
    rig: Rig, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self: [str(two[0])])
    await rig.act("attach")
    assert rig.no_dialog()  # no conversation is open
    await rig.open(SURVEY)
    await rig.act("attach")
    rig.dialog(QFileDialog).done(QFileDialog.DialogCode.Accepted)
    await rig.settle()
    await send(rig)
    assert offers(rig) == [("a.txt", "")]
    await rig.click(rig.session.composer.attach)
    menu = attaching(rig).menu
    assert [action.text() for action in menu.actions()] == ["Files…", "Folder…"]
    menu.close()
    menu.actions()[1].trigger()
    await rig.settle()
    rig.dialog(QFileDialog).reject()
    await rig.settle()


def enter(mime: QMimeData) -> QDragEnterEvent:
    return QDragEnterEvent(QPoint(50, 50), BOTH, mime, LEFT, NO_KEYS)


async def test_files_dropped_onto_the_conversation_are_taken(
    rig: Rig, two: tuple[Path, Path]
) -> None:
    overlay, view = attaching(rig).overlay, rig.session.view
    mime = urls(two[0])
    QApplication.sendEvent(view, enter(mime))
    assert not overlay.isVisible()  # no conversation is open
    await rig.open(SURVEY)
    event = enter(mime)
    QApplication.sendEvent(view, event)
    assert event.isAccepted()
    assert overlay.title == f"Drop to send to {SURVEY}"
    assert overlay.isVisible()
    assert overlay.geometry() == view.rect()
    overlay.grab()
    again = enter(mime)
    QApplication.sendEvent(overlay, again)
    assert again.isAccepted()
    QApplication.sendEvent(overlay, QDragLeaveEvent())
    assert not overlay.isVisible()
    QApplication.sendEvent(view, enter(mime))
    QApplication.sendEvent(view, QDragLeaveEvent())
    assert not overlay.isVisible()
    QApplication.sendEvent(overlay, enter(mime))
    assert overlay.isVisible()
    QApplication.sendEvent(view, enter(mime))
    drop = QDropEvent(QPointF(50, 50), BOTH, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(overlay, drop)
    assert drop.dropAction() is Qt.DropAction.CopyAction
    await rig.settle()
    assert not overlay.isVisible()
    await send(rig)
    assert offers(rig) == [("a.txt", "")]


async def test_text_is_dropped_into_the_field_as_before(rig: Rig) -> None:
    await rig.open(SURVEY)
    mime = QMimeData()
    mime.setText("hello")
    QApplication.sendEvent(rig.session.view, enter(mime))
    assert not attaching(rig).overlay.isVisible()
    field = rig.session.composer.field
    assert field.canInsertFromMimeData(mime)
    assert not field.canInsertFromMimeData(urls(Path("/x")))


async def test_nothing_is_taken_where_one_cannot_write(rig: Rig, two: tuple[Path, Path]) -> None:
    await rig.open(SURVEY)
    rig.backend.governance.put_out(room_of(SURVEY), "Jonas Weber")
    await rig.settle()
    QApplication.sendEvent(rig.session.view, enter(urls(two[0])))
    assert not attaching(rig).overlay.isVisible()
    attaching(rig)._on_mime(urls(*two))
    await rig.settle()
    assert rig.no_dialog()
