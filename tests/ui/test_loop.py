from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.domain.errors import AppError
from app.services.api import Backend
from app.ui import loop
from app.ui.loop import run_window
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.theme import Choice
from app.ui.views.failure import FailureView
from tests.gallery import demo


class Life:
    """What happened while the window ran, in order."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.backend = demo.first_start()

    def run(self, make: Callable[[], Awaitable[Backend]] | None = None) -> int:
        return run_window(
            make or self.make,
            self.close,
            choice=Choice.LIGHT,
            on_painted=lambda: self.story.append("painted"),
        )

    async def make(self) -> Backend:
        self.story.append("made")
        return self.backend

    async def close(self) -> None:
        self.story.append("closed")


def shown_window() -> MainWindow:
    shown = [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, MainWindow) and each.isVisible()
    ]
    return shown[0]


def session_of(window: MainWindow) -> Session:
    return next(each for each in window.children() if isinstance(each, Session))


@pytest.fixture
def life(qapp: QApplication) -> Life:
    assert qapp is not None
    return Life()


def soon(run: Callable[[], object], ready: Callable[[], bool]) -> QTimer:
    """Run something as soon as the window is ready for it."""
    timer = QTimer()
    timer.setInterval(5)

    def look() -> None:
        if ready():
            timer.stop()
            run()

    timer.timeout.connect(look)
    timer.start()
    return timer


def test_it_is_painted_before_the_backend_is_made(life: Life) -> None:
    soon_closed = soon(lambda: shown_window().close(), lambda: bool(shown_window().rooms.rows()))
    assert life.run() == 0
    assert life.story == ["painted", "made", "closed"]
    assert not soon_closed.isActive()


def test_a_window_that_was_painted_early_is_not_waited_for(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "FIRST_PAINT_S", 3600.0)
    show = MainWindow.show

    def show_and_paint(window: MainWindow) -> None:
        show(window)
        QApplication.processEvents()

    monkeypatch.setattr(MainWindow, "show", show_and_paint)
    timer = soon(lambda: shown_window().close(), lambda: bool(shown_window().rooms.rows()))
    assert life.run() == 0
    assert life.story == ["painted", "made", "closed"]
    assert not timer.isActive()


def test_a_window_that_is_never_painted_starts_all_the_same(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "FIRST_PAINT_S", 0.01)
    monkeypatch.setattr(MainWindow, "paintEvent", lambda _window, _event: None)
    timer = soon(lambda: shown_window().close(), lambda: bool(shown_window().rooms.rows()))
    assert life.run() == 0
    assert life.story == ["made", "closed"]
    assert not timer.isActive()


def test_a_signal_ends_it_cleanly(life: Life) -> None:
    timer = soon(
        lambda: os.kill(os.getpid(), signal.SIGTERM), lambda: bool(shown_window().rooms.rows())
    )
    assert life.run() == 0
    assert life.story[-1] == "closed"
    assert not timer.isActive()


def test_a_backend_that_cannot_be_made_is_explained(life: Life) -> None:
    async def fail() -> Backend:
        raise AppError("bad-id")

    def leave() -> None:
        page = shown_window().findChild(FailureView)
        assert page is not None
        assert "valid id" in page.words.text()
        page.leave.click()

    timer = soon(leave, lambda: shown_window().findChild(FailureView) is not None)
    assert life.run(fail) == 1
    assert life.story == ["painted", "closed"]
    assert not timer.isActive()


@pytest.mark.expected_errors("the program could not start")
def test_our_own_bug_at_the_start_is_no_stray_traceback(life: Life) -> None:
    async def fail() -> Backend:
        raise ZeroDivisionError

    timer = soon(
        lambda: shown_window().close(),
        lambda: shown_window().findChild(FailureView) is not None,
    )
    assert life.run(fail) == 1
    assert not timer.isActive()


def test_one_may_leave_before_the_backend_is_there(life: Life) -> None:
    async def forever() -> Backend:
        life.story.append("making")
        await asyncio.Event().wait()
        raise AssertionError

    timer = soon(lambda: shown_window().close(), lambda: "making" in life.story)
    assert life.run(forever) == 0
    assert life.story == ["painted", "making", "closed"]
    assert not timer.isActive()


@pytest.mark.expected_errors("the backend did not close cleanly")
def test_a_backend_that_will_not_close_does_not_hold_the_window(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang() -> None:
        life.story.append("hanging")
        await asyncio.Event().wait()

    monkeypatch.setattr(life, "close", hang)
    monkeypatch.setattr(loop, "BACKEND_S", 0.01)
    timer = soon(lambda: shown_window().close(), lambda: bool(shown_window().rooms.rows()))
    assert life.run() == 0
    assert life.story[-1] == "hanging"

    async def break_down() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(life, "close", break_down)
    timer.start()
    assert life.run() == 0


def test_unsent_words_are_stored_on_the_way_out(life: Life) -> None:
    def write_and_leave() -> None:
        window = shown_window()
        composer = session_of(window).composer
        composer.field.insertPlainText("half a thought")
        window.close()

    def open_first() -> bool:
        window = shown_window()
        if not window.rooms.rows():
            return False
        session = session_of(window)
        if session.conversation.room is None:
            session.open_room(window.rooms.conversations()[0].room)
            return False
        return window.shows(session.view)

    timer = soon(write_and_leave, open_first)
    assert life.run() == 0
    assert [room.draft for room in life.backend.chats.book.values()] == ["half a thought"]
    assert not timer.isActive()
