"""Runs the window: one Qt loop that is asyncio's too, shown first, filled afterwards."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.domain.errors import AppError
from app.services.api import Account
from app.ui import wording
from app.ui.collector import collecting_here
from app.ui.controllers.unlocking import unlocked
from app.ui.desktop.call import Call
from app.ui.desktop.callers import Callers
from app.ui.desktop.choices import DesktopChoices
from app.ui.desktop.front import bring_to_front
from app.ui.main_window import MainWindow
from app.ui.views.failure import FailureView

if TYPE_CHECKING:
    from app.ui.session import Session

log = logging.getLogger(__name__)

SESSION_S, BACKEND_S = 3.0, 8.0
"""Bounds of the two halves of the way out."""

MakeAccount = Callable[[], Account]
"""Called in a thread: what is below the window takes its time to load."""


def run_window(
    window: MainWindow,
    make_account: MakeAccount,
    callers: Callers | None = None,
    choices: DesktopChoices | None = None,
) -> int:
    """Fill a window that is shown already; return the exit code once it was closed.

    `callers` may ask for the window, and bring links; `choices` are offered in the settings. The
    profile is closed on the way out, also if it could not be opened or is not open yet.
    """
    loop = partial(QEventLoop, QApplication.instance())
    with collecting_here(), asyncio.Runner(loop_factory=loop) as runner:
        run = WindowRun(window, make_account, callers or Callers(), choices or DesktopChoices())
        return runner.run(run.run())


class WindowRun:
    """One run of the program: a window and a session for each time the profile is unlocked."""

    def __init__(
        self,
        window: MainWindow,
        make_account: MakeAccount,
        callers: Callers,
        choices: DesktopChoices,
    ) -> None:
        self._window, self._make_account = window, make_account
        self._callers, self._choices = callers, choices
        self._leaving = asyncio.Event()
        self._again: asyncio.Future[bool] | None = None
        self._account: Account | None = None
        self._session: Session | None = None
        self._ready: Session | None = None
        self._code = 0

    async def run(self) -> int:
        """Go through it all; returns the exit code."""
        self._window.closing.connect(self._leaving.set)
        self._callers.called.connect(self._on_call)
        self._heed_signals()
        living = asyncio.create_task(self._live())
        try:
            await self._leaving.wait()
        finally:
            self._callers.close()
            self._window.hide()
            await self._end(living)
        return self._code

    async def _live(self) -> None:
        try:
            account = self._account = await asyncio.to_thread(self._make_account)
            gc.freeze()  # what was loaded stays; looking through it takes longer than a frame may
            # Not `while True`: before Python 3.12 `wait_for` may swallow a cancellation.
            while not self._leaving.is_set():
                lock = await self._one_session(account)
                old = self._change_window()
                await self._end_session()
                old.deleteLater()
                if lock:
                    await account.lock()
        except AppError as error:
            self._fail(wording.words_for(error))
        except Exception:
            log.exception("the program could not start")
            self._fail(wording.UNEXPECTED)

    async def _one_session(self, account: Account) -> bool:
        """Return, when another session is to follow, whether the profile is to be locked first."""
        # Dialogs, messages and what they need double the time to the first paint.
        from app.ui.session import Session  # noqa: PLC0415

        again: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._again = again
        backend = await unlocked(self._window, account, self._leaving.set, self._callers)
        self._session = Session(self._window, backend, self._leaving.set, account, self._begin_anew)
        self._session.offer(self._choices)
        await self._session.start()
        self._ready = self._session
        self._session.follow(self._callers)
        return await again

    def _on_call(self, call: Call) -> None:
        if not call.background:
            bring_to_front(self._window, call.token)
        if self._ready is not None:
            self._ready.follow(self._callers)

    def _begin_anew(self, lock: bool) -> None:
        if self._again is not None and not self._again.done():
            self._again.set_result(lock)

    def _change_window(self) -> MainWindow:
        """Hide the window behind an empty one in its place, and return it."""
        old, self._window = self._window, MainWindow(self._window.theme)
        self._window.set_place(old.place())
        self._window.closing.connect(self._leaving.set)
        if old.isMinimized():
            self._window.showMinimized()  # nobody asked for it to come up
        else:
            self._window.show()
        old.hide()
        return old

    async def _end_session(self) -> None:
        session, self._session, self._ready = self._session, None, None
        if session is not None:
            await _bounded(session.close(), SESSION_S, "the window")

    def _fail(self, words: str) -> None:
        self._code = 1
        page = FailureView(self._window.theme, words)
        page.leave.clicked.connect(self._leaving.set)
        self._window.add_page(page)
        self._window.show_page(page)
        self._window.panes.show_content(shown=True)

    async def _end(self, living: asyncio.Task[None]) -> None:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await self._end_session()
        if self._account is not None:
            await _bounded(self._account.close(), BACKEND_S, "the backend")

    def _heed_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._leaving.set)


async def _bounded(work: Awaitable[None], seconds: float, what: str) -> None:
    """Wait for `work`, not longer than `seconds`; whatever goes wrong is logged."""
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        log.warning("%s took longer than %s s to close", what, seconds)
    except Exception:
        log.exception("%s did not close cleanly", what)
