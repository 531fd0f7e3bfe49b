"""Files that are here, in a window: answered, forwarded, opened with care, copied, dragged out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from app.domain.errors import AppError
from app.domain.files import TransferState, TransferView
from app.ui.controllers.transfers import no_picture
from app.ui.dialogs.details import DetailsSheet
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.dialogs.forward import ForwardSheet
from app.ui.files.copying import copy_to
from app.ui.files.danger import danger
from app.ui.files.deeds import Deed, deeds, more_deeds
from tests.services.world import until
from tests.ui.fake_names import room_of
from tests.ui.files.views import MARA, SURVEY
from tests.ui.rig import Rig

DONE = TransferState.DONE
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


async def here(rig: Rig, path: Path, *, own: bool = False) -> TransferView:
    """Have a file that lies at `path` in the open conversation."""
    transfers = rig.backend.transfers
    author = rig.backend.chats.me if own else MARA
    state = TransferState.OFFERED if own else DONE
    view = transfers.put(
        room_of(SURVEY), author, path.name, 5, text="Mind the gap", state=state, path=str(path)
    )
    await rig.session.files.load()
    await rig.open(SURVEY)
    return view


def menu_of(rig: Rig, view: TransferView) -> QMenu:
    row = rig.backend.transfers.row(view)
    rig.session.view.messages.menu_wanted.emit(row, QPoint(10, 10))
    return rig.session.files.deeds.menu


async def choose(rig: Rig, view: TransferView, words: str) -> None:
    menu = menu_of(rig, view)
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()
    await rig.settle()


async def do(rig: Rig, view: TransferView, deed: Deed) -> None:
    rig.session.files.deeds.do(view.transfer, deed)
    await rig.settle()


def remove(path: Path) -> None:
    path.unlink()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    return path


async def test_an_own_file_has_the_menu_of_a_message(rig: Rig, file: Path) -> None:
    view = await here(rig, file, own=True)
    menu = menu_of(rig, view)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Open",
        "Show in folder",
        "Cancel",
        "Save a copy…",
        "Reply",
        "Edit caption",
        "Copy caption",
        "Forward…",
        "Pin",
        "Mark unread from here",
        "Details…",
        "Copy name",
        "About the file…",
        "Delete…",
    ]
    menu.close()
    await choose(rig, view, "Reply")
    bar = rig.session.composer.bar
    assert bar.title.text() == "Reply to yourself"
    assert bar.line.text().startswith("notes.txt")
    await choose(rig, view, "Edit caption")
    assert rig.session.composer.text() == "Mind the gap"
    await rig.write("!", send=True)
    assert rig.backend.transfers.row(view).text == "Mind the gap!"
    await choose(rig, view, "Copy caption")
    assert QGuiApplication.clipboard().text() == "Mind the gap!"
    await choose(rig, view, "Pin")
    assert rig.backend.transfers.row(view).pinned
    await choose(rig, view, "Details…")
    rig.dialog(DetailsSheet).accept()
    await rig.settle()


async def test_a_reaction_is_chosen_in_the_menu(rig: Rig, file: Path) -> None:
    view = await here(rig, file)
    menu = menu_of(rig, view)
    row = menu.actions()[0].defaultWidget()  # type: ignore[attr-defined]
    await rig.click(row.buttons[0])
    assert not menu.isVisible()
    assert len(rig.backend.transfers.row(view).reactions) == 1


async def test_a_file_is_forwarded(rig: Rig, file: Path) -> None:
    view = await here(rig, file)
    await choose(rig, view, "Forward…")
    sheet = rig.dialog(ForwardSheet)
    sheet.submit()
    await until(rig.no_dialog)
    assert rig.backend.conversations.forwarded[0][0] == (view.transfer,)


async def test_what_may_run_is_opened_after_a_question_alone(rig: Rig, tmp_path: Path) -> None:
    heard: list[str] = []
    rig.session.files.deeds.handling.opener = heard.append
    path = tmp_path / "holiday.pdf.exe"
    path.write_text("MZ")
    view = await here(rig, path)
    await do(rig, view, Deed.OPEN)
    sheet = rig.dialog(ConfirmSheet)
    assert "holiday.pdf.exe" in sheet.windowTitle()
    sheet.reject()
    await rig.settle()
    assert heard == []
    await do(rig, view, Deed.OPEN)
    rig.dialog(ConfirmSheet).go.click()
    await rig.settle()
    assert heard == [str(path)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.EXE", "a program"),
        ("a.sh", "a script"),
        ("a.desktop", "a shortcut that may start a program"),
        ("a.docm", "a document with macros"),
        ("a.iso", "a disk image"),
        ("a.pdf", ""),
        ("exe", ""),
    ],
)
def test_dangers(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text("x")
    assert danger(path) == kind


def test_what_may_be_run_is_a_danger_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_text("#!/bin/sh")
    path.chmod(0o755)
    assert danger(path) == "a program"
    assert danger(tmp_path) == ""


async def test_a_copy_is_saved_beside_what_is_there(
    rig: Rig, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self: [str(folder)])
    view = await here(rig, file)
    await choose(rig, view, "Save a copy…")
    rig.dialog(QFileDialog).done(QFileDialog.DialogCode.Accepted)
    copy = folder / "notes (2).txt"
    await until(lambda: copy.exists() and copy.read_text() == "hello")
    await rig.settle()
    assert (copy.read_text(), (folder / "notes.txt").read_text()) == ("hello", "mine")
    remove(file)
    await choose(rig, view, "Save a copy…")
    assert "not there any more" in rig.window.trouble.words.text()


async def test_copies_of_folders_and_what_goes_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "Photos"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a").write_text("a")
    copy = await copy_to(folder, tmp_path)
    assert copy == tmp_path / "Photos (2)"
    assert (copy / "sub" / "a").read_text() == "a"
    with pytest.raises(AppError, match="file not found"):
        await copy_to(tmp_path / "none", tmp_path)
    with pytest.raises(AppError, match="file unwritable"):
        await copy_to(folder / "sub" / "a", folder / "sub" / "a")


async def test_a_picture_is_copied_as_picture_and_file(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    image.save(str(path))
    view = await here(rig, path)
    assert Deed.COPY_IMAGE in more_deeds(view)
    await do(rig, view, Deed.COPY_IMAGE)
    clipboard = QGuiApplication.clipboard()
    # An empty clipboard has no data at all on some platforms.
    await until(lambda: bool(clipboard.mimeData()) and clipboard.mimeData().hasImage())
    assert clipboard.image().width() == 30
    assert clipboard.mimeData().urls()[0].toLocalFile() == str(path)
    clipboard.clear()
    with pytest.raises(AppError, match="bad picture"):
        await no_picture(view)


async def test_what_was_moved_is_located(
    rig: Rig, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await here(rig, file)
    moved = file.with_name("moved.txt")
    shutil.move(file, moved)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self: [str(moved)])
    await choose(rig, view, "Locate…")
    rig.dialog(QFileDialog).done(QFileDialog.DialogCode.Accepted)
    await rig.settle()
    assert rig.backend.transfers.story[-1] == ("locate", view.transfer)
    assert rig.backend.transfers.book[view.transfer].path == str(moved)


def test_an_own_file_that_failed_may_be_located() -> None:
    from tests.ui.files.views import view  # noqa: PLC0415 - its name is used here otherwise

    failed = view(own=True, state=TransferState.FAILED, path="/a")
    assert deeds(failed) == (Deed.RESUME, Deed.LOCATE, Deed.CANCEL)
    lost = replace(failed, reason="file-not-found")
    assert deeds(lost) == (Deed.LOCATE, Deed.RESUME, Deed.CANCEL)
    assert deeds(replace(failed, path="")) == (Deed.LOCATE, Deed.CANCEL)
    assert deeds(replace(failed, digest="")) == (Deed.RESUME, Deed.CANCEL)
    assert more_deeds(failed) == ()


async def test_a_file_is_dragged_out_by_its_icon(rig: Rig, file: Path) -> None:
    drags: list[QDrag] = []
    rig.session.files.deeds.handling.dragger = drags.append
    view = await here(rig, file)
    messages = rig.session.view.messages
    row = next(each for each in messages._rows if each.item.message.event == view.transfer)
    assert row.item.transfer is not None
    at = row.item.transfer.tile.center().toPoint() + QPoint(0, row.y)
    viewport, far = messages.viewport(), QApplication.startDragDistance() + 2
    QTest.mousePress(viewport, LEFT, NO_KEYS, at)
    QTest.mouseMove(viewport, at + QPoint(1, 0))
    assert drags == []
    QTest.mouseMove(viewport, at + QPoint(far, far))
    QTest.mouseMove(viewport, at + QPoint(2 * far, far))
    (drag,) = drags
    assert drag.mimeData().urls()[0].toLocalFile() == str(file)
    assert not drag.pixmap().isNull()
    QTest.mouseRelease(viewport, LEFT, NO_KEYS, at)
    assert messages._pointer.selection is None
    remove(file)
    QTest.mousePress(viewport, LEFT, NO_KEYS, at)
    QTest.mouseMove(viewport, at + QPoint(far, far))
    QTest.mouseRelease(viewport, LEFT, NO_KEYS, at)
    assert len(drags) == 1
