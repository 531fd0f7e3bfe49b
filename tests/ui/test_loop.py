from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Awaitable, Callable, Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.errors import AppError
from app.services.api import Backend
from app.ui.desktop.call import Call
from app.ui.desktop.callers import Callers
from app.ui.dialogs.link import LinkSheet
from app.ui.first_window import first_window
from app.ui.loop import run_window
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.theme import Choice
from app.ui.views.failure import FailureView
from app.ui.views.unlock import UnlockView
from tests.gallery import demo
from tests.gallery.shots import dispose
from tests.ui.fake_account import FakeAccount


class Life:
    """What happened while the window ran, in order."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.callers = Callers()
        self.backend = demo.first_start()

    def run(
        self, make: Callable[[], Awaitable[Backend]] | None = None, passphrase: str | None = None
    ) -> int:
        def account() -> FakeAccount:
            self.account = FakeAccount(make or self.make, passphrase, self.close)
            return self.account

        window = first_window(Choice.LIGHT, lambda: self.story.append("painted"))
        return run_window(window, account, self.callers)

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
def life(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    assert qapp is not None
    for bound in ("first_window.FIRST_PAINT_S", "loop.SESSION_S", "loop.BACKEND_S"):
        monkeypatch.setattr(f"app.ui.{bound}", 60.0)
    yield Life()
    gc.unfreeze()
    for each in QApplication.topLevelWidgets():
        if isinstance(each, MainWindow):
            dispose(each)  # each that is left would be styled anew with every theme that follows


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


def test_a_window_that_is_never_painted_starts_all_the_same(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.first_window.FIRST_PAINT_S", 0.01)
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
    monkeypatch.setattr("app.ui.loop.BACKEND_S", 0.01)
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


def unlock_page() -> UnlockView:
    page = shown_window().centralWidget()
    assert isinstance(page, UnlockView)
    return page


def is_locked() -> bool:
    return isinstance(shown_window().centralWidget(), UnlockView)


def begin_anew(lock: bool) -> None:
    account = session_of(shown_window()).account
    assert account is not None
    account._begin_anew(lock)


def is_filled() -> bool:
    return bool(shown_window().rooms.rows()) and not is_locked()


def chain(*steps: tuple[Callable[[], bool], Callable[[], object]]) -> QTimer:
    """Wait for each condition in turn and then do what belongs to it."""
    left = list(steps)
    timer = QTimer()
    timer.setInterval(5)

    def look() -> None:
        if left[0][0]():
            _, deed = left.pop(0)
            if not left:
                timer.stop()
            deed()

    timer.timeout.connect(look)
    timer.start()
    return timer


def answer(text: str) -> None:
    page = unlock_page()
    page.field.setText(text)
    QTest.keyClick(page.field, Qt.Key.Key_Return)


def test_a_locked_profile_asks_until_it_is_told(life: Life) -> None:
    def refused() -> bool:
        return "wrong" in unlock_page().problem.text()

    timer = chain(
        (is_locked, lambda: answer("open barley")),
        (refused, lambda: answer("open sesame")),
        (is_filled, lambda: shown_window().close()),
    )
    assert life.run(passphrase="open sesame") == 0
    assert life.account.story == ["refused", "opened", "closed"]
    assert not timer.isActive()


def test_one_may_leave_a_locked_profile_alone(life: Life) -> None:
    def quit_it() -> None:
        unlock_page().leave.click()

    timer = chain((is_locked, quit_it))
    assert life.run(passphrase="open sesame") == 0
    assert life.account.story == ["closed"]
    assert not timer.isActive()


def test_locking_takes_everything_off_the_screen(life: Life) -> None:
    windows: list[MainWindow] = []

    def lock() -> None:
        windows.append(shown_window())
        begin_anew(True)

    def unlock() -> None:
        assert shown_window() is not windows[0]
        assert not shown_window().rooms.rows()
        assert not shown_window().panes.isVisible()
        answer("open sesame")

    timer = chain(
        (is_locked, lambda: answer("open sesame")),
        (is_filled, lock),
        (is_locked, unlock),
        (is_filled, lambda: shown_window().close()),
    )
    assert life.run(passphrase="open sesame") == 0
    assert life.account.story == ["opened", "locked", "opened", "closed"]
    assert not timer.isActive()


def test_another_session_may_follow_without_a_lock(life: Life) -> None:
    timer = chain(
        (is_filled, lambda: begin_anew(False)),
        (is_filled, lambda: shown_window().close()),
    )
    assert life.run() == 0
    assert life.account.story == ["opened", "closed"]
    assert not timer.isActive()


def test_a_lock_that_fails_is_explained(life: Life) -> None:
    def leave() -> None:
        page = shown_window().findChild(FailureView)
        assert page is not None
        assert "no passphrase" in page.words.text()
        page.leave.click()

    timer = chain(
        (is_filled, lambda: begin_anew(True)),
        (lambda: shown_window().findChild(FailureView) is not None, leave),
    )
    assert life.run() == 1
    assert not timer.isActive()


def link_sheet() -> LinkSheet | None:
    sheets = shown_window().findChildren(LinkSheet)
    return next((each for each in sheets if each.isVisible()), None)


def test_a_link_waits_until_the_profile_is_open_and_again_after_a_lock(life: Life) -> None:
    life.callers = Callers("parlor:one")
    sheets: list[LinkSheet] = []

    def call_and_unlock() -> None:
        assert link_sheet() is None
        shown_window().showMinimized()
        life.callers.receive(Call(background=True))
        assert shown_window().isMinimized()
        life.callers.receive(Call(link="parlor:two"))
        assert not shown_window().isMinimized()
        answer("open sesame")

    def look_and_lock() -> None:
        sheet = link_sheet()
        assert sheet is not None
        sheets.append(sheet)
        begin_anew(True)

    def put_away_and_leave() -> None:
        sheet = link_sheet()
        assert sheet is not None
        assert sheet is not sheets[0]
        sheet.reject()
        shown_window().close()

    timer = chain(
        (is_locked, call_and_unlock),
        (lambda: link_sheet() is not None, look_and_lock),
        (is_locked, lambda: answer("open sesame")),
        (lambda: link_sheet() is not None, put_away_and_leave),
    )
    assert life.run(passphrase="open sesame") == 0
    assert life.account.story == ["opened", "locked", "opened", "closed"]
    assert not timer.isActive()


@pytest.mark.usefixtures("life")
def test_in_the_background_nothing_comes_up() -> None:
    window = first_window(Choice.LIGHT)
    window.showMaximized()
    place = window.place()
    window.hide()
    window = first_window(Choice.LIGHT, background=True)
    window.set_place(place)
    assert window.isMinimized()
    window.hide()


def test_a_lock_of_a_minimised_window_brings_nothing_up(life: Life) -> None:
    def minimise_and_lock() -> None:
        shown_window().showMinimized()
        begin_anew(True)

    def leave() -> None:
        assert shown_window().isMinimized()
        unlock_page().leave.click()

    timer = chain(
        (is_locked, lambda: answer("open sesame")),
        (is_filled, minimise_and_lock),
        (is_locked, leave),
    )
    assert life.run(passphrase="open sesame") == 0
    assert not timer.isActive()
