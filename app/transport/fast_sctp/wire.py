"""The datagrams of one aioice connection, read in batches without a queue or a task for each."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import IPv4Address, ip_address
from typing import Any

from aioice import Connection
from aioice.ice import StunProtocol
from aioice.turn import TurnTransport

from app.transport.fast_sctp.records import MAX_BATCH, record_size
from app.transport.fast_sctp.relayed import Relayed
from app.transport.fast_sctp.segments import Segments, set_joined

SOCKET_BUFFER = 4 * 1024 * 1024
BATCH_BYTES = 200_000
SETTLE_WITHIN = 0.001
COMPONENT = 1


class Wire:
    """Takes application data from the nominated pair of a connected `connection`.

    What comes is put into `buffer` and `arrived(begin, size)` is called for each record in it,
    `settled()` after each batch. Everything else goes the way it went before.
    """

    def __init__(
        self,
        connection: Connection,
        buffer: memoryview,
        arrived: Callable[[int, int], None],
        settled: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._buffer = buffer
        self._arrived = arrived
        self._settled = settled
        protocol = self._pair.protocol
        self._protocol: Any = protocol
        self._pass_on = protocol.datagram_received
        self._socket = _own_socket(protocol)
        self._protocol.datagram_received = self._received
        self._segments: Segments | None = None
        self._relayed: Relayed | None = None
        self._settling: asyncio.TimerHandle | None = None
        if isinstance(protocol.transport, TurnTransport):
            self._relayed = Relayed(protocol.transport)
        if self._socket is not None and self.is_near:
            self._segments = Segments(self._socket, protocol.transport.sendto)

    @property
    def is_near(self) -> bool:
        """Whether the remote end is on this machine or its IPv4 network: full-size packets fit."""
        pair = self._pair
        address = ip_address(pair.remote_addr[0])
        near = address.is_private or address.is_loopback
        return self._socket is not None and isinstance(address, IPv4Address) and near

    def send(self, datagrams: Iterable[bytes | memoryview]) -> None:
        """Send at once; what the system does not take counts as lost on the way."""
        pair = self._pair
        segments = self._segments
        if segments is not None and segments.works and pair.protocol is self._protocol:
            segments.send(datagrams, pair.remote_addr)
            return
        if self._relayed is not None and pair.protocol is self._protocol:
            self._relayed.send(datagrams, pair.remote_addr)
            return
        sendto, address = pair.protocol.transport.sendto, pair.remote_addr
        keeps = self._socket is None
        for datagram in datagrams:
            # A relay may hold a datagram back; asyncio's own socket copies what it holds back.
            sendto(bytes(datagram) if keeps else datagram, address)

    def close(self) -> None:
        """Give the datagrams back."""
        self._protocol.datagram_received = self._pass_on
        if self._settling is not None:
            self._settling.cancel()
        if self._socket is not None:
            set_joined(self._socket, joined=False)
            self._socket.close()
            self._socket = self._segments = None

    @property
    def _pair(self) -> Any:
        pair = self._connection._nominated.get(COMPONENT)  # noqa: SLF001 - aioice tells nowhere else
        if pair is None:
            raise ConnectionError("no way to the remote end")
        return pair

    def _received(self, data: bytes | str, address: tuple[Any, ...]) -> None:
        if not (isinstance(data, bytes) and record_size(data, 0, len(data))):
            self._hand_back(data, address)
            return
        self._buffer[: len(data)] = data
        self._take(len(data), address)
        if self._socket is None:
            self._settle_soon()
        else:
            self._drain()
            self._settled()

    def _settle_soon(self) -> None:
        """Where the system hands over one datagram at a time, answer some of them together."""
        if self._settling is None:
            loop = asyncio.get_running_loop()
            self._settling = loop.call_later(SETTLE_WITHIN, self._settle_now)

    def _settle_now(self) -> None:
        self._settling = None
        self._settled()

    def _take(self, end: int, address: tuple[Any, ...]) -> None:
        """Pass on the records before `end`, which the system may have joined to one batch."""
        at = 0
        while size := record_size(self._buffer, at, end):
            self._arrived(at, size)
            at += size
        self._hand_back(bytes(self._buffer[at:end]), address)

    def _drain(self) -> None:
        """Read what waits in the socket, so that one acknowledgement does for all of it."""
        left = BATCH_BYTES
        while self._socket is not None and left > 0:
            try:
                size, address = self._socket.recvfrom_into(self._buffer)
            except OSError:
                return
            left -= max(size, 1)
            self._take(size, address)

    def _hand_back(self, data: bytes | str, address: tuple[Any, ...]) -> None:
        """Let aioice have what is its own; over malformed STUN it raises these.

        An empty datagram, which anybody may send, would end aiortc's reader.
        """
        if data:
            with suppress(struct.error, KeyError, AssertionError):
                self._pass_on(data, address)


def _own_socket(protocol: StunProtocol) -> socket.socket | None:
    """Return a second handle of the socket, or None where reading from it does not work.

    That is the case for relayed ways, and for loops that leave the reading to the system.
    """
    transport: Any = protocol.transport
    found = transport.get_extra_info("socket")
    if found is None:
        return None
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        with suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
    if not isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop):
        return None
    # asyncio makes an object of this size for each of its reads.
    transport.max_size = MAX_BATCH
    own: socket.socket = found.dup()
    own.setblocking(False)
    set_joined(own, joined=True)
    return own
