"""A list in a window of its own, with a theme and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest_asyncio
from PySide6.QtWidgets import QApplication

from app.ui.messages import Clock, MessageList
from app.ui.tasks import TaskOwner
from app.ui.theme import Choice, Theme
from tests.gallery.shots import settle
from tests.ui.messages.book import Book

CLOCK = Clock(lambda: datetime(2025, 11, 21, 13, tzinfo=UTC), UTC)


class Shown:
    """The list over a book; `errors` are what its tasks raised."""

    def __init__(self, view: MessageList, book: Book, errors: list[Exception]) -> None:
        self.view = view
        self.book = book
        self.errors = errors

    async def open(self, unread: int = 0) -> None:
        self.view.open(self.book.summary(unread))
        await settle()

    def texts(self) -> list[str]:
        return [row.text for row in self.view.visible_messages()]

    def bubbles(self) -> dict[bytes, int]:
        """Where each visible bubble is."""
        return {row.item.message.event: row.y for row in self.view._rows}


Show = Callable[[Book], Shown]


@pytest_asyncio.fixture
async def show(qapp: QApplication) -> AsyncIterator[Show]:
    theme = Theme(Choice.LIGHT)
    theme.install(qapp)
    made: list[tuple[MessageList, TaskOwner]] = []

    def make(book: Book) -> Shown:
        errors: list[Exception] = []
        tasks = TaskOwner(errors.append)
        view = MessageList(theme, book, tasks, CLOCK)
        view.resize(600, 500)
        view.show()
        made.append((view, tasks))
        return Shown(view, book, errors)

    yield make
    for view, tasks in made:
        await tasks.close()
        view.close()
        view.deleteLater()
    theme.changed.disconnect()
    theme.deleteLater()
    await settle(3)
