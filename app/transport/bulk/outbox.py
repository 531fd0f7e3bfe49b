"""What a lane's writer is to send next; anybody may put something in."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from app.protocol.piece_exchange import Serving


@dataclass(frozen=True, slots=True)
class SendPiece:
    number: int


@dataclass(frozen=True, slots=True)
class SendManifest:
    pass


@dataclass(frozen=True, slots=True)
class Leave:
    """The last one. `code` is what to say, None to say nothing."""

    code: str | None


Job = bytes | SendPiece | SendManifest | Leave


class Outbox:
    """Goodbye goes first, then small frames, news of what we have, the manifest, then pieces."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._frames: deque[bytes] = deque()
        self._have: bytes | None = None
        self._manifest = False
        self._leave: Leave | None = None
        self._serving: Serving | None = None
        self._sending = False
        self.asked_at = 0.0
        """When pieces were last asked for, by `time.monotonic`."""

    def put(self, frame: bytes) -> None:
        with self._news:
            self._frames.append(frame)
            self._news.notify()

    def put_have(self, frame: bytes) -> None:
        """Replaces one that was not sent yet."""
        with self._news:
            self._have = frame
            self._news.notify()

    def put_manifest(self) -> None:
        with self._news:
            self._manifest = True
            self._news.notify()

    def asked(self, payload: bytes, count: int) -> int:
        """Take a WANT for pieces of `count`; return how many wait. Raises RemoteProtocolError."""
        with self._news:
            if self._serving is None:
                self._serving = Serving(count)
            self._serving.asked(payload)
            self.asked_at = time.monotonic()
            self._news.notify()
            return len(self._serving)

    @property
    def is_empty(self) -> bool:
        """Nothing waits to be sent, and what was taken out last is on its way."""
        with self._news:
            waits = self._frames or self._have is not None or self._manifest or self._serving
            return not (waits or self._sending)

    def leave(self, code: str | None) -> None:
        """Let nothing else be sent. The first goodbye holds, but None ends everything."""
        with self._news:
            if self._leave is None or code is None:
                self._leave = Leave(code)
            self._news.notify()

    def next(self) -> Job:
        """Wait for something to send; what was taken before is sent."""
        with self._news:
            self._sending = False
            while True:
                job = self._take()
                if job is not None:
                    self._sending = True
                    return job
                self._news.wait()

    def _take(self) -> Job | None:
        if self._leave is not None:
            return self._leave
        if self._frames:
            return self._frames.popleft()
        if self._have is not None:
            have, self._have = self._have, None
            return have
        if self._manifest:
            self._manifest = False
            return SendManifest()
        number = self._serving.next() if self._serving is not None else None
        return SendPiece(number) if number is not None else None
