"""Runs the window: one Qt loop that is asyncio's too, shown first, filled afterwards."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.domain.errors import AppError
from app.services.api import Backend
from app.ui import wording
from app.ui.main_window import MainWindow
from app.ui.theme import Choice, Theme
from app.ui.views.failure import FailureView

if TYPE_CHECKING:
    from app.ui.session import Session

log = logging.getLogger(__name__)

FIRST_PAINT_S = 2.0
"""So long the backend waits for the first paint; a window may start minimised."""

SESSION_S, BACKEND_S = 3.0, 8.0
"""Bounds of the two halves of the way out."""

MakeBackend = Callable[[], Awaitable[Backend]]
CloseBackend = Callable[[], Awaitable[None]]


def run_window(
    make_backend: MakeBackend,
    close_backend: CloseBackend,
    *,
    choice: Choice = Choice.SYSTEM,
    on_painted: Callable[[], object] | None = None,
) -> int:
    """Show the window, then make the backend; return the exit code once it was closed.

    `close_backend` is called on the way out, also if `make_backend` failed or is not done.
    `on_painted` is called right after the first paint.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("there is a Qt application without windows already")
    app.setApplicationName("parlor")
    app.setApplicationDisplayName("Parlor")
    app.setDesktopFileName("parlor")
    app.setQuitOnLastWindowClosed(False)
    theme = Theme(choice)
    theme.install(app)
    window = MainWindow(theme)
    if on_painted is not None:
        window.painted.connect(on_painted)
    window.show()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
        return runner.run(WindowRun(window, make_backend, close_backend).run())


class WindowRun:
    """One life of the window."""

    def __init__(
        self, window: MainWindow, make_backend: MakeBackend, close_backend: CloseBackend
    ) -> None:
        self._window = window
        self._make, self._close = make_backend, close_backend
        self._leaving = asyncio.Event()
        self._session: Session | None = None
        self._code = 0

    async def run(self) -> int:
        """Go through it all; returns the exit code."""
        self._window.closing.connect(self._leaving.set)
        self._heed_signals()
        starting = asyncio.create_task(self._start())
        try:
            await self._leaving.wait()
        finally:
            self._window.hide()
            await self._end(starting)
        return self._code

    async def _start(self) -> None:
        await self._first_paint()
        # Dialogs, messages and what they need double the time to the first paint.
        from app.ui.session import Session  # noqa: PLC0415

        try:
            backend = await self._make()
            self._session = Session(self._window, backend, self._leaving.set)
            await self._session.start()
        except AppError as error:
            self._fail(wording.words_for(error))
        except Exception:
            log.exception("the program could not start")
            self._fail(wording.UNEXPECTED)

    async def _first_paint(self) -> None:
        painted = asyncio.Event()
        self._window.painted.connect(painted.set)
        if self._window.was_painted:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(painted.wait(), FIRST_PAINT_S)

    def _fail(self, words: str) -> None:
        self._code = 1
        page = FailureView(self._window.theme, words)
        page.leave.clicked.connect(self._leaving.set)
        self._window.add_page(page)
        self._window.show_page(page)
        self._window.panes.show_content(shown=True)

    async def _end(self, starting: asyncio.Task[None]) -> None:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        if self._session is not None:
            await _bounded(self._session.close(), SESSION_S, "the window")
        await _bounded(self._close(), BACKEND_S, "the backend")

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
