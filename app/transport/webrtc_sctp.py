"""aiortc's SCTP with its rough edges covered.

What is changed, and why, stands beside each override; aiortc is pinned to the minor version whose
source these were read from, and tests/transport/test_webrtc_sctp.py notices a renamed hook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from aiortc import RTCSctpTransport
from aiortc.rtcsctptransport import (
    WEBRTC_BINARY,
    WEBRTC_BINARY_EMPTY,
    Chunk,
    DataChunk,
    InboundStream,
    SackChunk,
    tsn_plus_one,
)

from app.domain.errors import RemoteProtocolError
from app.transport.base import Lane
from app.transport.webrtc_dtls import LinkDtls
from app.transport.webrtc_packets import check_packet

MAX_MESSAGE = 16 * 1024
STREAMS = {0: Lane.RELIABLE, 1: Lane.UNRELIABLE}

RTO_INITIAL = 1.0
RTO_MIN = 0.25
RTO_MAX = 2.0

MAX_WINDOW = 128 * 1024
MIN_BOOKED = 512
MAX_MISORDERED = 1024
MAX_HELD = 2 * MAX_MISORDERED
"""Chunks of unfinished messages, which an honest end never has so many of."""


class Ended(Protocol):
    def __call__(self, failure: RemoteProtocolError | None = None) -> None: ...


class Taker(Protocol):
    """Where messages go. While it is full, no more come on the reliable lane."""

    @property
    def full(self) -> bool: ...

    def put(self, lane: Lane, message: bytes) -> None: ...


class LinkSctp(RTCSctpTransport):
    """One association with two streams, whose messages go to an inbox."""

    max_message = MAX_MESSAGE

    def __init__(
        self, dtls: LinkDtls, inbox: Taker, opened: Callable[[], None], ended: Ended
    ) -> None:
        super().__init__(dtls)
        self._inbox = inbox
        self._opened = opened
        self._ended = ended
        self._inbound_streams_max = len(STREAMS)
        self._outbound_streams_count = len(STREAMS)
        self._progress = asyncio.Event()
        # A lost INIT waits for this long; aiortc's 3 s is from the superseded RFC 4960.
        self._rto = RTO_INITIAL

    async def flushed(self) -> None:
        """Wait until everything that was sent has been acknowledged, or for ever."""
        await self._data_channel_flush()
        while self._sent_queue or self._outbound_queue or self._data_channel_queue:
            self._progress.clear()
            await self._progress.wait()

    def _set_state(self, state: RTCSctpTransport.State) -> None:
        super()._set_state(state)
        if state is self.State.ESTABLISHED:
            self._opened()
        elif state is self.State.CLOSED:
            self._ended()

    async def _handle_data(self, data: bytes) -> None:
        """Turn whatever aiortc's parsers throw at a hostile packet into the end of the link."""
        try:
            check_packet(data)
            await super()._handle_data(data)
        except RemoteProtocolError as error:
            self._ended(error)
        except Exception as error:  # noqa: BLE001 - asserts, struct.error, IndexError, ...
            self._ended(RemoteProtocolError("bad-packet", type(error).__name__))

    def _get_inbound_stream(self, stream_id: int) -> InboundStream:
        """Refuse the streams that are not ours, which would cost memory each."""
        if stream_id not in STREAMS:
            raise RemoteProtocolError("unknown-channel")
        return super()._get_inbound_stream(stream_id)

    async def _receive_data_chunk(self, chunk: DataChunk) -> None:
        """Leave chunks unacknowledged while the reader is behind: the sender then slows down."""
        stream = self._get_inbound_stream(chunk.stream_id)
        behind = self._inbox.full and STREAMS[chunk.stream_id] is Lane.RELIABLE
        if behind or self._too_far_ahead(chunk):
            self._sack_needed = True
            return
        await super()._receive_data_chunk(chunk)
        if len(stream.reassembly) > MAX_HELD:
            raise RemoteProtocolError("flood")

    def _too_far_ahead(self, chunk: DataChunk) -> bool:
        """Bound what is kept, and sorted at every packet, behind a gap."""
        if len(self._sack_misordered) < MAX_MISORDERED or self._last_received_tsn is None:
            return False
        return bool(chunk.tsn != tsn_plus_one(self._last_received_tsn))

    async def _receive(self, stream_id: int, pp_id: int, data: bytes) -> None:
        """Deliver bytes; channels opened in band and texts are not part of a chat link."""
        if pp_id == WEBRTC_BINARY_EMPTY:
            data = b""
        elif pp_id != WEBRTC_BINARY:
            raise RemoteProtocolError("not-binary")
        if len(data) > self.max_message:
            raise RemoteProtocolError("message-too-large", f"{len(data)} bytes")
        self._inbox.put(STREAMS[stream_id], data)

    async def _send_chunk(self, chunk: Chunk) -> None:
        """A link that went down while a task was sending is no error of that task."""
        try:
            await super()._send_chunk(chunk)
        except ConnectionError:
            self._ended()

    async def _receive_sack_chunk(self, chunk: SackChunk) -> None:
        """Keep the window below what a receiver's socket buffer holds.

        Linux gives at most 208 KiB to it; overflowing that looks like loss and costs far more
        than a larger window brings to a lane that carries no bulk.
        """
        await super()._receive_sack_chunk(chunk)
        self._cwnd = min(self._cwnd, MAX_WINDOW)
        self._progress.set()

    def _flight_size_increase(self, chunk: DataChunk) -> None:
        """Count a small packet as what it takes in a socket buffer."""
        if not chunk._in_flight:  # noqa: SLF001 - aiortc's own bookkeeping
            chunk._book_size = max(len(chunk.user_data), MIN_BOOKED)  # noqa: SLF001
        super()._flight_size_increase(chunk)

    def _update_rto(self, R: float) -> None:  # noqa: N803 - aiortc's name
        """aiortc acknowledges at once, so a lost message need not wait RFC 9260's 1 s."""
        super()._update_rto(R)
        if self._srtt is not None and self._rttvar is not None:
            self._rto = max(RTO_MIN, min(self._srtt + 4 * self._rttvar, RTO_MAX))

    def _t3_expired(self) -> None:
        """Back off (RFC 9260 6.3.3), which the lower minimum makes necessary."""
        self._rto = min(self._rto * 2, RTO_MAX)
        super()._t3_expired()
