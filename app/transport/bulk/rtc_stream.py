"""A lane's data channel as one thread reads it and another one writes it."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress

from aiortc.exceptions import InvalidStateError

from app.transport.bulk.rtc_inbox import RtcInbox
from app.transport.bulk.rtc_loop import RtcLoop
from app.transport.bulk.rtc_path import MESSAGE
from app.transport.bulk.rtc_session import RtcSession
from app.transport.bulk.tls_stream import PATIENCE


class RtcStream:
    """Takes an open session over; made on its loop. For the rest see `LaneStream`."""

    def __init__(self, loop: RtcLoop, session: RtcSession, inbox: RtcInbox) -> None:
        self.read_within: float | None = None
        """Seconds that a read may wait, None for ever."""
        self._loop = loop
        self._session = session
        self._inbox = inbox
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._over = False
        self._news = threading.Condition()
        session.channel.on("bufferedamountlow", self._flush)
        session.channel.on("close", self._closed)

    def recv_into(self, buffer: memoryview, /) -> int:
        """Return how many bytes came, 0 at the end.

        Raises TimeoutError after `read_within`, RemoteProtocolError.
        """
        return self._inbox.recv_into(buffer, self.read_within)

    def sendall(self, data: bytes | memoryview, /) -> None:
        """Raises TimeoutError if nothing is taken for long, ConnectionError."""
        view = memoryview(data)
        while view:
            self._put(bytes(view[:MESSAGE]))
            view = view[MESSAGE:]

    def finish(self) -> None:
        with suppress(OSError):
            self._put(b"")

    def abort(self) -> None:
        with self._news:
            if self._over:
                return
            self._over = True
            self._news.notify_all()
        self._inbox.drop()
        self._loop.soon(self._leave)

    def close(self) -> None:
        self.abort()

    def _put(self, message: bytes) -> None:
        with self._news:
            if not self._news.wait_for(lambda: self._has_room() or self._over, PATIENCE):
                raise TimeoutError("the other side takes nothing")
            if self._over:
                raise ConnectionResetError("the lane has ended")
            is_first = not self._waiting
            self._waiting.append(message)
            self._size += len(message)
        if is_first:
            self._loop.soon(self._flush)

    def _has_room(self) -> bool:
        return self._size < self._inbox.room.outward // 2

    # -- on the loop

    def _flush(self) -> None:
        channel = self._session.channel
        most = self._inbox.room.outward // 2
        channel.bufferedAmountLowThreshold = most // 2
        with suppress(InvalidStateError):
            while channel.bufferedAmount < most:
                message = self._next()
                if message is None:
                    return
                channel.send(message)

    def _next(self) -> bytes | None:
        with self._news:
            if not self._waiting:
                return None
            message = self._waiting.popleft()
            self._size -= len(message)
            self._news.notify()
            return message

    def _leave(self) -> None:
        self._flush()
        self._session.close()

    def _closed(self) -> None:
        with self._news:
            self._over = True
            self._waiting.clear()
            self._news.notify_all()
