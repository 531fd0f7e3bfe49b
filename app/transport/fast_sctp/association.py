"""aiortc's SCTP with the data going through `Inbound` and `Outbound` instead of its own queues.

Setting up, closing, heartbeats and resetting streams stay aiortc's. Partial reliability is not
used when sending: a channel that allows loss gets none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, cast

from aiortc import RTCDataChannel, RTCSctpTransport
from aiortc.rtcsctptransport import (
    CHUNK_TYPES,
    USERDATA_MAX_LENGTH,
    WEBRTC_DCEP,
    Chunk,
    serialize_packet,
)

from app.domain.errors import RemoteProtocolError
from app.transport.fast_sctp.chunks import (
    COMMON_HEADER,
    INIT,
    Data,
    Forward,
    Other,
    PacketWriter,
    Sack,
    chunks_of,
    verification_tag,
)
from app.transport.fast_sctp.dtls import FastDtls
from app.transport.fast_sctp.inbound import Inbound, Message
from app.transport.fast_sctp.numbers import MASK
from app.transport.fast_sctp.outbound import Outbound
from app.transport.fast_sctp.payloads import PARSER_ERRORS, decoded, encoded, run_now
from app.transport.fast_sctp.window import ClassicWindow, Window
from app.transport.webrtc_packets import check_packet

RECEIVE_WINDOW = 4 * 1024 * 1024
NEAR_FRAGMENT = 1404
"""Bytes; with all headers it fills an Ethernet frame over IPv4."""

PENDING = 256 * 1024
"""Bytes in line beyond which messages wait in their channels, which count them."""

ANSWER_EVERY = 40
MAX_CHANNELS = 256


class FastSctp(RTCSctpTransport):
    """One association over a FastDtls, with the classic congestion window."""

    window: Callable[[int], Window] = ClassicWindow

    def __init__(self, transport: FastDtls, port: int = 5000) -> None:
        super().__init__(transport, port)
        self._advertised_rwnd = RECEIVE_WINDOW
        self._clock = cast("asyncio.AbstractEventLoop", self._loop)
        self._inbound: Inbound | None = None
        self._outbound: Outbound | None = None
        self._writer: PacketWriter | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._flush_planned = False
        self._ended = False

    def receive(self, packet: bytes) -> None:
        """Take one packet; a malformed one ends the association."""
        try:
            messages = self._receive_packet(packet)
        except PARSER_ERRORS:
            self._give_up()
            return
        for message in messages:
            self._deliver(message)

    def settle(self) -> None:
        """Answer what was received, and send what its acknowledgements allow."""
        if self._inbound is not None and self._inbound.owed:
            self._answer(self._inbound)
        self._pump()

    async def _handle_data(self, data: bytes) -> None:
        """Take what aiortc's own reader still had."""
        self.receive(data)
        self.settle()

    def _receive_packet(self, packet: bytes) -> list[Message]:
        tag = verification_tag(packet)
        expected = 0 if packet[COMMON_HEADER] == INIT else self._local_verification_tag
        if tag != expected or self._ended:
            return []
        for chunk in chunks_of(packet):
            if isinstance(chunk, Data):
                inbound = self._inbound or self._take_inbound()
                if inbound is not None:
                    inbound.receive(chunk)
            elif isinstance(chunk, Sack):
                if self._outbound is not None:
                    self._outbound.sack(chunk, self._clock.time())
            else:
                self._receive_rarely(packet, chunk)
        return self._collect()

    def _collect(self) -> list[Message]:
        inbound = self._inbound
        if inbound is None:
            return []
        if inbound.owed >= ANSWER_EVERY:
            self._answer(inbound)
        return inbound.messages()

    def _take_inbound(self) -> Inbound | None:
        if self._inbound is None and self._last_received_tsn is not None:
            self._inbound = Inbound((self._last_received_tsn + 1) & MASK, RECEIVE_WINDOW)
        return self._inbound

    def _receive_rarely(self, packet: bytes, chunk: Forward | Other) -> None:
        if isinstance(chunk, Forward):
            inbound = self._take_inbound()
            if inbound is not None:
                inbound.forward(chunk.cumulative)
            return
        check_packet(packet)
        kind = CHUNK_TYPES.get(chunk.kind)
        if kind is None or self._is_foreign_start(chunk):
            return
        self._tell_aiortc()
        _send_now(self._receive_chunk(kind(flags=chunk.flags, body=chunk.body)))

    def _is_foreign_start(self, chunk: Other) -> bool:
        """Whether this would start another association in the place of the running one."""
        tag = int.from_bytes(chunk.body[:4], "big")
        return (
            chunk.kind == INIT
            and self._outbound is not None
            and tag != self._remote_verification_tag
        )

    def _tell_aiortc(self) -> None:
        if self._inbound is not None:
            self._last_received_tsn = self._inbound.cumulative

    def _deliver(self, message: Message) -> None:
        channel = self._data_channels.get(message.stream)
        try:
            content = decoded(message.protocol, message.data)
            if message.protocol == WEBRTC_DCEP:
                self._receive_announcement(message)
        except PARSER_ERRORS:
            self._give_up()
            return
        if content is not None and channel is not None:
            channel.emit("message", content)
        if self._reconfig_deferred is not None:
            self._tell_aiortc()
            _send_now(self._reset_deferred_streams())

    def _receive_announcement(self, message: Message) -> None:
        if len(self._data_channels) >= MAX_CHANNELS:
            raise RemoteProtocolError("too-many-channels")
        _send_now(self._receive(message.stream, message.protocol, message.data))

    def _answer(self, inbound: Inbound) -> None:
        self._send_bodies([inbound.sack()])

    def _send_bodies(self, bodies: list[bytes]) -> None:
        if self._writer is None:
            return
        with suppress(ConnectionError):
            self._dtls.send_packets(list(map(self._writer.packet, bodies)))

    @property
    def _dtls(self) -> FastDtls:
        return cast("FastDtls", self.transport)

    def _give_up(self) -> None:
        if not self._ended:
            _send_now(self._abort())
            self._set_state(self.State.CLOSED)

    def _set_state(self, state: RTCSctpTransport.State) -> None:
        if state is self.State.ESTABLISHED and self._outbound is None:
            self._begin()
        elif state is self.State.CLOSED:
            self._finish()
        super()._set_state(state)

    def _begin(self) -> None:
        size = NEAR_FRAGMENT if self._dtls.is_near else USERDATA_MAX_LENGTH
        self._writer = PacketWriter(
            self._local_port, self._remote_port or 0, self._remote_verification_tag
        )
        self._outbound = Outbound(
            self._local_tsn,
            size,
            type(self).window(size),
            self._ssthresh,
            self._outbound_stream_seq,
        )

    def _finish(self) -> None:
        self._ended = True
        self._inbound = self._outbound = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _data_channel_send(self, channel: RTCDataChannel, data: bytes | str) -> None:
        """Queue as aiortc does, without a task for each message."""
        protocol, payload = encoded(data)
        limit = self._remote_max_message_size
        if limit and len(payload) > limit:
            raise ValueError(f"{len(payload)} bytes, the remote end takes {limit}")
        channel._addBufferedAmount(len(payload))  # noqa: SLF001 - as aiortc does
        self._data_channel_queue.append((channel, protocol, payload))
        if not self._flush_planned:
            self._flush_planned = True
            self._clock.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_planned = False
        self._pump()

    async def _data_channel_flush(self) -> None:
        self._pump()

    async def _transmit(self) -> None:
        self._pump()

    async def _send_chunk(self, chunk: Chunk) -> None:
        packet = serialize_packet(
            self._local_port, self._remote_port or 0, self._remote_verification_tag, chunk
        )
        self._dtls.send_packets([packet])

    def _pump(self) -> None:
        """Send what may leave now, and look again when more may."""
        outbound = self._outbound
        if outbound is None or self._association_state is not self.State.ESTABLISHED:
            return
        now = self._clock.time()
        while True:
            self._fill(outbound)
            bodies = outbound.take(now)
            if not bodies:
                break
            self._send_bodies(bodies)
        if self._reconfig_queue:
            _send_now(self._transmit_reconfig())
        self._plan(outbound.wake_at(now))

    def _fill(self, outbound: Outbound) -> None:
        queue = self._data_channel_queue
        while queue and outbound.pending_bytes < PENDING:
            channel, protocol, payload = queue.popleft()
            stream = channel.id
            if stream is None:
                stream = self._number(channel)
            ordered = channel.ordered or protocol == WEBRTC_DCEP
            outbound.queue(stream, protocol, payload, ordered=ordered)
            if protocol != WEBRTC_DCEP:
                channel._addBufferedAmount(-len(payload))  # noqa: SLF001 - as aiortc does
        self._local_tsn = outbound.next_number & MASK

    def _number(self, channel: RTCDataChannel) -> int:
        stream = self._data_channel_id or 0
        while stream in self._data_channels:
            stream += 2
        self._data_channels[stream] = channel
        channel._setId(stream)  # noqa: SLF001 - as aiortc does
        return stream

    def _plan(self, at: float | None) -> None:
        if at is None or (self._timer is not None and self._timer.when() <= at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._clock.call_at(at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        if self._outbound is not None:
            self._outbound.expired(self._clock.time())
        self._pump()


def _send_now(steps: Coroutine[Any, Any, None]) -> None:
    """Run what answers the remote end; that the way to it is gone shows elsewhere."""
    with suppress(ConnectionError):
        run_now(steps)
