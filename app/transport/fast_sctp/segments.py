"""Many datagrams of one size handed to the system in one call, which Linux cuts apart itself, and
received in one, which it has joined.

Sent so to near ends only. A run is kept short, so that it does not overrun a small socket buffer.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

UDP_SEGMENT = 103
UDP_GRO = 104
MAX_RUN = 16
_BUFFER = MAX_RUN * 2048

Address = tuple[Any, ...]


class Segments:
    """Sends through `own`; what that does not take goes to `plain`, datagram by datagram."""

    def __init__(self, own: socket.socket, plain: Callable[[bytes, Address], object]) -> None:
        self._own = own
        self._plain = plain
        self._buffer = memoryview(bytearray(_BUFFER))
        self.works = _known_to(own)
        """Whether the system can; false for good after it once could not."""

    def send(self, datagrams: Iterable[bytes | memoryview], address: Address) -> None:
        """Send each, runs of the same size together. A datagram may change after its turn."""
        filled = size = 0
        for datagram in datagrams:
            length = len(datagram)
            if filled and (length != size or filled >= MAX_RUN * size):
                self._flush(filled, size, address)
                filled = 0
            self._buffer[filled : filled + length] = datagram
            filled, size = filled + length, length
        if filled:
            self._flush(filled, size, address)

    def _flush(self, filled: int, size: int, address: Address) -> None:
        run = self._buffer[:filled]
        try:
            if filled == size or self.works:
                cut = [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", size))]
                self._own.sendmsg([run], cut if filled > size else [], 0, address)
                return
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.works = False
        for begin in range(0, filled, size):
            self._plain(bytes(run[begin : begin + size]), address)


def _known_to(own: socket.socket) -> bool:
    if sys.platform != "linux":
        return False
    try:
        own.getsockopt(socket.IPPROTO_UDP, UDP_SEGMENT)
    except OSError:
        return False
    return True


def set_joined(own: socket.socket, *, joined: bool) -> None:
    """Let runs of equal datagrams of one sender come in one read, where the system can.

    The last one of a run may be shorter. Reads need room for 64 KiB then; nothing marks where one
    datagram ends and the next one begins.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            own.setsockopt(socket.IPPROTO_UDP, UDP_GRO, joined)
