"""A TLS connection that one thread reads while another one writes.

OpenSSL allows one of them at a time; so the socket never blocks, and who has to wait does so
outside the lock.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
from types import MappingProxyType

PATIENCE = 30.0
"""Seconds without a byte being taken, after which writing fails."""

_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class _Waits:
    """One thread's way of waiting for a socket."""

    def __init__(self, lane: ssl.SSLSocket) -> None:
        events = (selectors.EVENT_READ, selectors.EVENT_WRITE)
        self._selectors = MappingProxyType({event: _Selector() for event in events})
        for event, selector in self._selectors.items():
            selector.register(lane, event)

    def until(self, event: int, seconds: float | None) -> None:
        """Return when the socket is ready. Raises TimeoutError."""
        if not self._selectors[event].select(seconds):
            raise TimeoutError("the other side takes nothing")

    def close(self) -> None:
        for selector in self._selectors.values():
            selector.close()


class TlsStream:
    """Takes the lane over. `abort` may be called from any thread, `close` when none uses it."""

    def __init__(self, lane: ssl.SSLSocket) -> None:
        self._lane = lane
        lane.setblocking(False)
        self._turn = threading.Lock()
        self._reading = _Waits(lane)
        self._writing = _Waits(lane)

    def recv_into(self, buffer: memoryview, /) -> int:
        """Return how many bytes came, 0 at the end. Waits for ever. Raises OSError."""
        while True:
            try:
                with self._turn:
                    return self._lane.recv_into(buffer)
            except ssl.SSLWantReadError:
                event = selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                event = selectors.EVENT_WRITE
            self._reading.until(event, None)

    def sendall(self, data: bytes | memoryview, /) -> None:
        """Raises TimeoutError if nothing is taken for long, OSError."""
        view = memoryview(data)
        while view:
            try:
                with self._turn:
                    sent = self._lane.send(view)
                view = view[sent:]
            except ssl.SSLWantWriteError:
                self._writing.until(selectors.EVENT_WRITE, PATIENCE)
            except ssl.SSLWantReadError:
                self._writing.until(selectors.EVENT_READ, PATIENCE)

    def finish(self) -> None:
        """Say that nothing more is sent; what was sent arrives."""
        self._shut(socket.SHUT_WR)

    def abort(self) -> None:
        """End both ways at once, for whoever reads or writes too."""
        self._shut(socket.SHUT_RDWR)

    def _shut(self, how: int) -> None:
        # ssl's own shutdown() would let a thread that still reads go on without TLS.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._lane, how)

    def close(self) -> None:
        self._reading.close()
        self._writing.close()
        self._lane.close()
