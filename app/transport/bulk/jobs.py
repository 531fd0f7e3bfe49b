"""What the worker is busy with for the app: one job for each transfer, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.worker_messages import Failed, LaneDown, Notice, Progress, Stopped
from app.transport.bulk.exchange import Exchange
from app.transport.bulk.progress import Meter

log = logging.getLogger(__name__)

Tell = Callable[[Notice], None]
CLOSE_WITHIN = 3.0
"""Seconds for the lanes of a transfer to end."""


class JobStoppedError(Exception):
    """The app wants no more of it."""


class Job(ABC):
    """Works until it is through, fails or is stopped, and tells that last."""

    def __init__(self, transfer: int, tell: Tell) -> None:
        self.transfer = transfer
        self.exchange: Exchange | None = None
        self._tell = tell
        self.is_over = False
        """Its number may be used again."""
        self._stopping = False
        self._deletes = False
        self._news = threading.Event()
        """Set when the job's thread has to look at something."""
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, delete: bool) -> None:
        """End it soon; `delete` what came so far. From any thread."""
        self._deletes = delete
        self._stopping = True
        self._news.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    @abstractmethod
    def tick(self, now: float) -> None:
        """To be called a few times a second."""

    def _run(self) -> None:
        try:
            notice = self._work()
        except JobStoppedError:
            notice = self._ended("stopped") or Stopped(self.transfer)
        except AppError as error:
            self._ended(error.code)
            notice = self._failed(error)
        except RemoteProtocolError as error:
            self._ended(error.code)
            notice = Failed(self.transfer, error.code, {})
        except Exception:
            log.exception("a job failed")
            self._ended("internal-error")
            notice = Failed(self.transfer, "internal-error", {})
        self.is_over = True
        self._tell(notice)

    @abstractmethod
    def _work(self) -> Notice:
        """Return what is to be told in the end.

        Raises AppError, RemoteProtocolError, and JobStoppedError when stopped.
        """

    @abstractmethod
    def _ended(self, code: str) -> Notice | None:
        """Let go of everything, say `code` to others; return what went wrong with that."""

    def _failed(self, error: AppError) -> Failed:
        params = {name: str(value) for name, value in error.params.items()}
        return Failed(self.transfer, error.code, params)

    def _check(self) -> None:
        if self._stopping:
            raise JobStoppedError

    def _wait(self, seconds: float | None = None) -> None:
        """Wait for news. Raises JobStoppedError."""
        self._news.wait(seconds)
        self._news.clear()
        self._check()


class ExchangeJob(Job):
    """A job with lanes."""

    def __init__(self, transfer: int, root: bytes, manifest_file: Path, tell: Tell) -> None:
        super().__init__(transfer, tell)
        self._lanes = Exchange(root, manifest_file, self)
        self.exchange = self._lanes
        self._error: AppError | None = None
        self._meters: dict[int, Meter] = {}
        self._reused = 0
        self._size = 0

    def manifest_came(self, wire: bytes) -> None:
        """What we give has a manifest already; nothing was asked for."""

    def piece_came(self, size: int, is_last: bool) -> None:
        """Nothing is fetched."""

    def broke(self, error: AppError) -> None:
        if self._error is None:
            self._error = error
        self._news.set()

    def lane_ended(self, number: int, code: str) -> None:
        self._meters.pop(number, None)
        self._tell(LaneDown(number, code))

    def tick(self, now: float) -> None:
        self._lanes.tick(now)
        for lane in self._lanes.lanes:
            pieces = lane.peer_map
            if pieces is None:
                continue
            done = self._size * pieces.there // pieces.count if pieces.count else self._size
            self._progress(self._meters.setdefault(lane.number, Meter()), done, now, lane.number)

    def _progress(self, meter: Meter, done: int, now: float, lane: int | None) -> None:
        rate = meter.news(done, now)
        if rate is not None:
            reused = self._reused if lane is None else 0
            self._tell(Progress(self.transfer, done, self._size, rate, lane, reused))

    def _wait(self, seconds: float | None = None) -> None:
        super()._wait(seconds)
        if self._error is not None:
            raise self._error

    def _close_lanes(self, code: str) -> bool:
        """Tell whether nobody uses our files any more."""
        self._lanes.close(code)
        return self._lanes.wait_closed(CLOSE_WITHIN)

    def _ended(self, code: str) -> Notice | None:
        self._close_lanes(code)
        return None
