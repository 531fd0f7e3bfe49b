"""Pieces that came are checked and written while the next one is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import AppError, RemoteProtocolError


@dataclass(frozen=True, slots=True)
class CamePiece:
    """Piece number `piece` as it came, the first `size` bytes of a borrowed buffer."""

    piece: int
    size: int
    buffer: bytearray


class PieceKeeper:
    """Hands one piece after the other to `keep`, in a thread of its own; one may wait.

    `failed` hears, in that thread, what `keep` raises; then nothing more is kept. `drop` gets
    every piece in the end. For one thread that puts and closes.
    """

    def __init__(
        self,
        keep: Callable[[CamePiece], None],
        drop: Callable[[CamePiece], None],
        failed: Callable[[AppError | RemoteProtocolError], None],
    ) -> None:
        self._keep = keep
        self._drop = drop
        self._failed = failed
        self._waiting: CamePiece | None = None
        self._working = False
        self._over = False
        self._has_failed = False
        self._ended = False
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Something is not put away yet."""
        return self._working or self._waiting is not None

    def put(self, came: CamePiece) -> None:
        """Leave a piece to the thread; returns when no other one waits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        with self._news:
            self._news.wait_for(lambda: self._waiting is None or self._ended)
            if not self._ended:
                self._waiting = came
                self._news.notify_all()
                return
        self._drop(came)

    def close(self) -> None:
        """Return when all that was put is put away."""
        with self._news:
            self._over = True
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while (came := self._next()) is not None:
                self._put_away(came)
        finally:
            with self._news:
                self._ended = True
                self._news.notify_all()

    def _put_away(self, came: CamePiece) -> None:
        try:
            if not self._has_failed:
                self._keep(came)
        except (AppError, RemoteProtocolError) as error:
            self._has_failed = True
            self._failed(error)
        finally:
            self._drop(came)
            self._working = False

    def _next(self) -> CamePiece | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting is not None or self._over)
            came, self._waiting = self._waiting, None
            self._working = came is not None
            self._news.notify_all()
            return came
