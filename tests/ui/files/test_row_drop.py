"""Files dragged onto a row of the sidebar."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import QApplication

from app.domain.changes import RoomChanged
from app.ui.files.attachment import MOST
from app.ui.files.row_drop import RowDrop
from app.ui.files.send_sheet import SendSheet
from tests.ui.controllers.test_attaching import BOTH, LEFT, NO_KEYS, offers, send, urls
from tests.ui.fake_names import room_of
from tests.ui.files.views import JONAS, SURVEY
from tests.ui.rig import Rig


def row_drop(rig: Rig) -> RowDrop:
    return rig.session.files.row_drop


def middle(rig: Rig, name: str) -> QPoint:
    """The middle of a row of the sidebar."""
    rows = rig.window.sidebar.rows
    model = rows.model()
    at = next(at for at in range(model.rowCount()) if model.index(at, 0).data() == name)
    return rows.visualRect(model.index(at, 0)).center()


def drag(rig: Rig, at: QPoint, mime: QMimeData) -> bool:
    """Move over the list; tell whether a drop would be taken."""
    viewport = rig.window.sidebar.rows.viewport()
    QApplication.sendEvent(viewport, QDragEnterEvent(at, BOTH, mime, LEFT, NO_KEYS))
    event = QDragMoveEvent(at, BOTH, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(viewport, event)
    return event.isAccepted()


async def drop(rig: Rig, at: QPoint, mime: QMimeData) -> None:
    event = QDropEvent(QPointF(at), BOTH, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(rig.window.sidebar.rows.viewport(), event)
    await rig.settle()


def some(folder: Path, number: int) -> list[Path]:
    paths = [folder / f"{each}.txt" for each in range(number)]
    for path in paths:
        path.write_text("hello")
    return paths


async def test_a_drop_onto_a_row_goes_to_that_conversation(rig: Rig, tmp_path: Path) -> None:
    await rig.open(JONAS)
    mime, frame = urls(*some(tmp_path, 1)), row_drop(rig)
    assert drag(rig, middle(rig, SURVEY), mime)
    assert frame.isVisible()
    assert frame.geometry().contains(middle(rig, SURVEY))
    frame.grab()
    await drop(rig, middle(rig, SURVEY), mime)
    assert not frame.isVisible()
    assert rig.room() == room_of(SURVEY)
    assert rig.dialog(SendSheet).windowTitle() == f"Send to {SURVEY}"
    await send(rig, "here")
    assert offers(rig) == [("0.txt", "here")]


async def test_nothing_else_is_taken_and_nowhere_else(rig: Rig, tmp_path: Path) -> None:
    text, web = QMimeData(), QMimeData()
    text.setText("hello")
    web.setUrls([QUrl("https://example.org/a.png")])
    for mime in (text, web):
        assert not drag(rig, middle(rig, SURVEY), mime)
        await drop(rig, middle(rig, SURVEY), mime)
        assert rig.no_dialog()
    mime = urls(*some(tmp_path, 1))
    below = QPoint(20, rig.window.sidebar.rows.viewport().height() - 1)
    if not rig.window.sidebar.rows.indexAt(below).isValid():
        assert not drag(rig, below, mime)
    room = rig.backend.chats.book[room_of(SURVEY)]
    room.standing = "removed"
    rig.backend.chats.tell(RoomChanged(room.summary()))
    await rig.settle()
    assert not drag(rig, middle(rig, SURVEY), mime)
    assert drag(rig, middle(rig, JONAS), mime)
    QApplication.sendEvent(rig.window.sidebar.rows.viewport(), QDragLeaveEvent())
    assert not row_drop(rig).isVisible()


async def test_the_list_moves_on_at_its_edges(rig: Rig, tmp_path: Path) -> None:
    for number in range(30):
        room = rig.backend.chats.add_room(f"Room {number}", rig.summary(SURVEY).kind, ["Leo"])
        rig.backend.chats.tell(RoomChanged(room.summary()))
    await rig.settle()
    rows, mime = rig.window.sidebar.rows, urls(*some(tmp_path, 1))
    drag(rig, QPoint(30, rows.viewport().height() - 3), mime)
    moved = rows.verticalScrollBar().value()
    assert moved > 0
    drag(rig, QPoint(30, 3), mime)
    assert rows.verticalScrollBar().value() < moved


async def test_of_very_many_some_are_taken_and_that_is_said(rig: Rig, tmp_path: Path) -> None:
    await rig.open(SURVEY)
    attaching = rig.session.files.attaching
    paths = some(tmp_path, MOST) + [tmp_path / f"more {each}" for each in range(900)]
    attaching._on_mime(urls(*paths))
    await rig.settle()
    sheet = rig.dialog(SendSheet)
    assert len(sheet.files) == MOST
    assert sheet.note.isVisible()
    assert "Only 100 of 1\u2009000 items are taken" in sheet.note.text()
    sheet.reject()
    await rig.settle()


async def test_what_vanished_is_named(rig: Rig, tmp_path: Path) -> None:
    await rig.open(SURVEY)
    attaching, gone = rig.session.files.attaching, tmp_path / "gone"
    attaching._on_mime(urls(*some(tmp_path, 1), gone))
    await rig.settle()
    assert rig.dialog(SendSheet).note.text() == "1 item cannot be found any more."
    rig.dialog(SendSheet).reject()
    await rig.settle()
    attaching._on_mime(urls(gone))
    await rig.settle()
    assert rig.no_dialog()
    assert "not there any more" in rig.window.trouble.words.text()


async def test_files_that_can_be_read_only_before_the_drop_are_taken_all_the_same(
    rig: Rig, tmp_path: Path
) -> None:
    """So it is with a drag that comes after one that was refused, on X."""
    empty = QMimeData()
    empty.setData("text/uri-list", b"")
    await rig.open(JONAS)
    one, two = urls(*some(tmp_path, 1)), urls(*some(tmp_path, 2))
    drag(rig, middle(rig, SURVEY), one)
    await drop(rig, middle(rig, SURVEY), empty)
    assert [each.path.name for each in rig.dialog(SendSheet).files] == ["0.txt"]
    rig.dialog(SendSheet).reject()
    await rig.settle()
    overlay, view = rig.session.files.attaching.overlay, rig.session.view
    at = QPoint(50, 50)
    QApplication.sendEvent(view, QDragEnterEvent(at, BOTH, two, LEFT, NO_KEYS))
    QApplication.sendEvent(overlay, QDropEvent(QPointF(at), BOTH, empty, LEFT, NO_KEYS))
    await rig.settle()
    assert len(rig.dialog(SendSheet).files) == 2
    rig.dialog(SendSheet).reject()
    await rig.settle()
