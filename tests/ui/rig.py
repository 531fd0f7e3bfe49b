"""Drives a whole window in a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.domain.ids import RoomId
from app.domain.views import RoomSummary
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.theme import Theme
from tests.gallery.entry import frozen_now
from tests.gallery.shots import dispose, settle
from tests.ui.fake_account import FakeAccount
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import room_of
from tests.ui.fake_operations import FakeRoom

Widget = TypeVar("Widget", bound=QWidget)
NO_KEYS = Qt.KeyboardModifier.NoModifier


class Rig:
    """A shown window, its session and the backend behind it."""

    def __init__(self, theme: Theme, backend: FakeBackend) -> None:
        self.backend = backend
        self.left = 0
        backend.settings["theme"] = theme.choice.value
        self.window = MainWindow(theme, frozen_now, frozen_now().tzinfo)
        self.account = FakeAccount(self._make)
        self.begun: list[bool] = []
        self.session = Session(self.window, backend, self._leave, self.account, self.begun.append)

    async def _make(self) -> FakeBackend:
        return self.backend

    def _leave(self) -> None:
        self.left += 1

    async def start(self) -> None:
        self.window.show()
        self.window.activateWindow()
        await self.session.start()
        await self.settle()

    async def stop(self) -> None:
        await self.session.close()
        dispose(self.window)
        await self.settle(2)

    async def settle(self, turns: int = 20) -> None:
        await settle(turns)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until something is the case that Qt's own events lead to."""
        for _ in range(1000):
            if condition():
                return
            await settle(1)
            await asyncio.sleep(0.01)
        raise AssertionError(f"never: {what}")

    async def open(self, name: str) -> FakeRoom:
        """Open the conversation with this name as a click does."""
        self.session.open_room(room_of(name))
        await self.settle()
        return self.backend.chats.book[room_of(name)]

    async def click_row(self, name: str) -> None:
        """Click the row of the sidebar that has this name."""
        rows, model = self.window.sidebar.rows, self.window.rooms
        at = [model.text(row) for row in model.rows()].index(name)
        place = rows.visualRect(model.index(at, 0)).center()
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, place)
        await self.settle()

    async def click(self, button: QWidget) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, NO_KEYS, button.rect().center())
        await self.settle()

    async def act(self, action: str) -> None:
        """Carry out an action of the registry."""
        self.window.actions_registry.action(action).trigger()
        await self.settle()

    async def write(self, text: str, *, send: bool = False) -> None:
        """Type into the composer."""
        field = self.session.composer.field
        QTest.keyClicks(field, text)
        if send:
            QTest.keyClick(field, Qt.Key.Key_Return)
        await self.settle()

    def dialog(self, kind: type[Widget]) -> Widget:
        """The dialog of this kind that is open."""
        shown = [each for each in self.window.findChildren(kind) if each.isVisible()]
        assert len(shown) == 1
        return shown[0]

    def no_dialog(self) -> bool:
        return not any(each.isVisible() for each in self.window.findChildren(QDialog))

    def room(self) -> RoomId | None:
        return self.session.conversation.room

    def names(self) -> list[str]:
        """The rows of the sidebar from the top."""
        return [self.window.rooms.text(row) for row in self.window.rooms.rows()]

    def summary(self, name: str) -> RoomSummary:
        return self.backend.chats.book[room_of(name)].summary()

    def focus(self) -> QWidget | None:
        return QApplication.focusWidget()
