from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.ui.controllers.room_menu import FOR_EVER, HOUR_MS, MUTES
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.dialogs.leave import LeaveSheet
from app.ui.models.rows import ArchiveRow
from tests.ui.fake_names import FROZEN_MS, room_of
from tests.ui.fake_operations import FakeRoom
from tests.ui.rig import Rig

SURVEY, FAMILY, PRIYA = "Lighthouse Survey", "Family", "Priya Raman"


def room(rig: Rig, name: str) -> FakeRoom:
    return rig.backend.chats.book[room_of(name)]


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


async def choose(rig: Rig, name: str, *path: str) -> None:
    """Open the menu of a conversation and go along `path` in it."""
    menu = rig.session.room_menu.menu
    rig.session.room_menu.fill(rig.summary(name))
    for text in path[:-1]:
        inner = next(action for action in menu.actions() if action.text() == text).menu()
        assert isinstance(inner, QMenu)
        menu = inner
    next(action for action in menu.actions() if action.text() == path[-1]).trigger()
    await rig.settle()


async def test_the_menu_opens_by_key_and_by_mouse(rig: Rig) -> None:
    rows, menu = rig.window.sidebar.rows, rig.session.room_menu.menu
    rows.setFocus()
    rows.setCurrentIndex(rig.window.rooms.index(0, 0))
    for event in (None, QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse):
        if event is None:
            QTest.keyClick(rows, Qt.Key.Key_Menu)
        else:
            at = rows.visualRect(rig.window.rooms.index(0, 0)).center()
            QApplication.sendEvent(rows.viewport(), QContextMenuEvent(event, at, QPoint(9, 9)))
        await rig.settle()
        assert menu.isVisible()
        assert menu.activeAction() is menu.actions()[0]
        menu.close()
    below = QPoint(5, -3)
    beside = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, below, QPoint(9, 9))
    QApplication.sendEvent(rows.viewport(), beside)
    rows.menu_wanted.emit(ArchiveRow(1, 0, open=False), QPoint())
    rows.selectionModel().clear()
    QTest.keyClick(rows, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert not menu.isVisible()


async def test_the_menu_offers_what_can_be_done(rig: Rig) -> None:
    menu = rig.session.room_menu
    menu.fill(rig.summary(SURVEY))
    first = ["Pin to the top", "Mute", "Archive"]
    assert texts(menu.menu) == [*first, "Mark as read", "Leave…", "Delete history…"]
    menu.fill(rig.summary(PRIYA))
    assert texts(menu.menu) == [*first, "Mark as unread", "Delete history…", "Delete…"]
    room(rig, SURVEY).standing = "removed"
    room(rig, SURVEY).messages.clear()
    menu.fill(rig.summary(SURVEY))
    assert texts(menu.menu) == [*first, "Delete…"]


async def test_pin_archive_and_back(rig: Rig) -> None:
    await choose(rig, PRIYA, "Pin to the top")
    assert rig.names()[0] == PRIYA
    await choose(rig, PRIYA, "Unpin")
    assert rig.names()[0] != PRIYA
    await choose(rig, PRIYA, "Archive")
    assert PRIYA not in rig.names()
    await rig.click_row("Archived")
    assert rig.names()[rig.names().index("Archived") + 1] == PRIYA
    await choose(rig, PRIYA, "Bring back from the archive")
    assert "Archived" not in rig.names()


@pytest.mark.parametrize(("text", "length"), MUTES)
async def test_a_conversation_is_muted_for_a_while(rig: Rig, text: str, length: int) -> None:
    await choose(rig, FAMILY, "Mute", text)
    until = FOR_EVER if length == FOR_EVER else FROZEN_MS + length
    assert room(rig, FAMILY).muted_until_ms == until
    assert until < 0 or until - FROZEN_MS >= HOUR_MS
    await choose(rig, FAMILY, "Unmute")
    assert room(rig, FAMILY).muted_until_ms == 0


async def test_unread_is_a_mark_that_one_puts_and_takes_away(rig: Rig) -> None:
    await choose(rig, PRIYA, "Mark as unread")
    assert room(rig, PRIYA).marked_unread
    await choose(rig, PRIYA, "Mark as read")
    assert not room(rig, PRIYA).marked_unread
    await choose(rig, FAMILY, "Mark as read")
    assert rig.summary(FAMILY).unread == 0


async def test_history_is_deleted_only_after_a_question(rig: Rig) -> None:
    await choose(rig, FAMILY, "Delete history…")
    rig.dialog(ConfirmSheet).reject()
    await rig.settle()
    assert room(rig, FAMILY).messages
    await choose(rig, FAMILY, "Delete history…")
    await rig.click(rig.dialog(ConfirmSheet).go)
    assert not room(rig, FAMILY).messages
    assert rig.no_dialog()


async def test_a_direct_conversation_is_deleted_as_a_whole(rig: Rig) -> None:
    await rig.open(PRIYA)
    await choose(rig, PRIYA, "Delete…")
    await rig.click(rig.dialog(ConfirmSheet).go)
    assert PRIYA not in rig.names()
    assert rig.room() is None


async def test_leaving_asks_first(rig: Rig) -> None:
    await choose(rig, FAMILY, "Leave…")
    rig.dialog(LeaveSheet).reject()
    await rig.settle()
    assert FAMILY in rig.names()
