"""What a run of several workers says of itself while it goes on, so that a log that is cut tells.

A failure is told when it happens; which tests are at it is told when nothing ends for long, and the
workers are ended when nothing ever does. What does not end although the tests have is ended too;
whoever is ended says where all its threads are.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from launch import bounded

QUIET = 180.0
"""Seconds after which a run in which no test ends names those that have begun."""
HOPELESS = 600.0
"""Seconds after which nothing will end any more: longer than one test may take."""
TIDYING = 300.0
"""Seconds that a worker, or the run, may take to end after its last test."""
STDERR = 2


class Watch:
    """For the process that others run the tests for; `say` prints a line at once."""

    def __init__(
        self, say: Callable[[str], None], quiet: float = QUIET, hopeless: float = HOPELESS
    ) -> None:
        self._say = say
        self._quiet = quiet
        self._hopeless = hopeless
        self._begun: dict[str, float] = {}
        self._last = time.monotonic()
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def pytest_sessionstart(self) -> None:
        self._thread.start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._begun[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._begun.pop(nodeid, None)
        self._last = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell of a failure now; it is told again, with all the others, at the end."""
        if report.failed:
            head = f"{report.nodeid} failed ({report.when}, {report.duration:.0f} s)"
            self._say(f"\n>>> {head}\n{report.longreprtext}\n<<< {head}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self.over.set()
        self._thread.join()
        tidy_up_in_time()

    def _look(self) -> None:
        told = self._last
        while not self.over.wait(min(self._quiet, 5.0)):
            now = time.monotonic()
            if now - max(told, self._last) >= self._quiet:
                told = now
                self._say(self.story())
            if now - self._last >= self._hopeless:
                self._last = now
                self._end_workers()

    def _end_workers(self) -> None:
        self._say("They are ended, and say where all their threads are.")
        for pid in bounded.children(os.getpid()):
            if bounded.WORKER in bounded.name(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGABRT)

    def story(self) -> str:
        """Name the tests that have begun and not ended, with their seconds."""
        now = time.monotonic()
        ago = now - self._last
        begun = [f"{name} for {now - since:.0f} s" for name, since in [*self._begun.items()]]
        return f"\nNo test has ended for {ago:.0f} s. At it: {', '.join(begun) or 'none'}"


class Ending:
    """For a process that runs tests for another."""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        tidy_up_in_time()


def tidy_up_in_time(seconds: float = TIDYING) -> None:
    """Let this process end by itself for so long; then it says where it hangs, and is ended."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
