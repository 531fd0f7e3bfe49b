"""The worker's notices on their way to the app."""

from __future__ import annotations

import threading
from collections import deque
from typing import BinaryIO

from app.protocol.worker_messages import Notice, Progress, encode_message


class Notices:
    """Takes notices from any thread and writes them in order.

    An app that does not read keeps nobody waiting: of progress only the latest is kept.
    """

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._news = threading.Condition()
        self._waiting: deque[Notice] = deque()
        self._progress: dict[tuple[int, int | None], Progress] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def put(self, notice: Notice) -> None:
        with self._news:
            if isinstance(notice, Progress):
                self._progress[notice.transfer, notice.lane] = notice
            else:
                self._flush_progress()
                self._waiting.append(notice)
            self._news.notify()

    def close(self, within: float) -> None:
        """Let what waits be written, for at most so many seconds."""
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join(within)

    def _flush_progress(self) -> None:
        self._waiting.extend(self._progress.values())
        self._progress.clear()

    def _write(self) -> None:
        try:
            while batch := self._next():
                for notice in batch:
                    self._output.write(encode_message(notice))
                self._output.flush()
        except OSError:
            return

    def _next(self) -> list[Notice]:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._progress or self._closed)
            self._flush_progress()
            batch = list(self._waiting)
            self._waiting.clear()
            return batch
