"""A lane at work: one thread reads what comes, another one writes what is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.piece_map import PieceMap
from app.transport.bulk.caps import Limits
from app.transport.bulk.exchange import Exchange
from app.transport.bulk.lane_sender import LaneSender
from app.transport.bulk.lane_taker import LaneTaker
from app.transport.bulk.outbox import Outbox
from app.transport.bulk.sharing import Content
from app.transport.bulk.streams import LaneStream

STALLED_AFTER = 20.0
"""Seconds without 64 KiB of what was asked for."""
GRACE = 1.0
"""Seconds for a goodbye to go out and be answered."""
QUIET, LEAVE_WITHIN = 0.3, 5.0
"""Seconds after which a lane that is to be left ends: with nothing under way, and at all."""


class BulkLane:
    """Serves and fetches over one connection, which it closes. `number` is the app's."""

    def __init__(self, number: int, stream: LaneStream, exchange: Exchange, limits: Limits) -> None:
        self.number = number
        self.outbox = Outbox()
        self.told = -1
        """How many pieces the other side knows that we have."""
        self.told_at = 0.0
        self._stream = stream
        self._exchange = exchange
        self._taker = LaneTaker(self, stream, self.outbox, exchange, limits)
        self._sender = LaneSender(stream, self.outbox, exchange, limits)
        self._code: str | None = None
        self._closing_since = 0.0
        self._retiring_since: float | None = None
        self._running = 2
        self._turn = threading.Lock()

    def start(self) -> None:
        """Join the exchange and begin to read and write."""
        if not self._exchange.join(self):
            self.close("stopped")
        for run in (self._read, self._write):
            threading.Thread(target=run, daemon=True).start()

    @property
    def is_closing(self) -> bool:
        return self._code is not None

    @property
    def is_retiring(self) -> bool:
        """Nothing new is asked for on it."""
        return self._retiring_since is not None

    @property
    def is_over(self) -> bool:
        """Nothing is read or written any more."""
        return not self._running

    @property
    def may_know_manifest(self) -> bool:
        """The other side has not said that it lacks the manifest."""
        return self._taker.may_know_manifest

    @property
    def peer_map(self) -> PieceMap | None:
        """What the other side has; None if it has not told."""
        return self._taker.peer_map

    def begin(self, content: Content) -> None:
        """The manifest is known now. With the exchange's lock held, like `ask`."""
        try:
            self._taker.begin(content)
        except RemoteProtocolError as error:
            self.close(error.code)

    def ask(self, pieces: Sequence[int]) -> None:
        self._taker.ask(pieces)

    def ask_manifest(self) -> None:
        self._taker.ask_manifest()

    def close(self, code: str) -> None:
        """Say goodbye and end soon. From any thread; the first code holds."""
        self._note_end(code)
        self.outbox.leave(code)

    def retire(self) -> None:
        """Let another lane take its place: finish what is under way, then end."""
        if self._retiring_since is None:
            self._retiring_since = time.monotonic()

    def _may_leave(self, now: float) -> bool:
        if self._retiring_since is None:
            return False
        if now - self._retiring_since >= LEAVE_WITHIN:
            return True
        last = max(self._retiring_since, self.outbox.asked_at)
        is_idle = not (self._taker.awaits or self._taker.is_taking) and self.outbox.is_empty
        return is_idle and now - last >= QUIET

    def tick(self, now: float) -> None:
        """Close it if the other side keeps us waiting; cut it off if it does not end."""
        if self.is_closing:
            if now - self._closing_since >= GRACE:
                self._cut()
        elif self._may_leave(now):
            self.close("replaced")
        elif self._taker.awaits and now - self._taker.heard_at >= STALLED_AFTER:
            self.close("stalled")

    def _note_end(self, code: str) -> None:
        with self._turn:
            if self._code is None:
                self._closing_since = time.monotonic()
                self._code = code
        self._taker.hurry()
        self._sender.hurry()

    def _cut(self) -> None:
        self.outbox.leave(None)
        self._stream.abort()

    def _read(self) -> None:
        self._guarded(self._read_on)

    def _read_on(self) -> None:
        self._note_end(self._taker.run())
        self._cut()

    def _write(self) -> None:
        self._guarded(self._sender.run)

    def _guarded(self, work: Callable[[], None]) -> None:
        """See that whatever ends one of the threads ends the other one too."""
        try:
            work()
        except RemoteProtocolError as error:
            self.close(error.code)
        except AppError as error:
            self.close(error.code)
            self._exchange.broke(error)
        except OSError as error:
            self._note_end("stalled" if isinstance(error, TimeoutError) else "lane-lost")
            self._cut()
        finally:
            self._thread_ended()

    def _thread_ended(self) -> None:
        self._exchange.drop(self)
        with self._turn:
            self._running -= 1
            is_last = not self._running
        if is_last:
            self._stream.close()
            self._exchange.left(self, self._code or "lane-lost")
