"""DTLS and SCTP of a WebRTC lane: the reworked data path, or aiortc's own where that is unfit."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from aiortc import RTCSctpTransport
from aiortc.rtcsctptransport import WEBRTC_BINARY, WEBRTC_BINARY_EMPTY, InboundStream

from app.domain.errors import RemoteProtocolError
from app.transport.base import Lane
from app.transport.bulk.rtc_inbox import RtcInbox
from app.transport.fast_sctp.association import FastSctp
from app.transport.fast_sctp.dtls import FastDtls
from app.transport.fast_sctp.inbound import Inbound, Message
from app.transport.fast_sctp.installing import unfit
from app.transport.fast_sctp.rate_window import RateWindow
from app.transport.fast_sctp.window import SeveralFlows, Window
from app.transport.webrtc_dtls import LinkDtls
from app.transport.webrtc_sctp import RTO_INITIAL, Ended, LinkSctp

MESSAGE = 64 * 1024
"""Bytes of one message of a lane, at most."""
STREAM = 0
LOOK_AGAIN = 0.01


class FastLaneDtls(FastDtls, LinkDtls):
    """The reworked DTLS with a pinned certificate."""


class StockSctp(LinkSctp):
    """aiortc's association, hardened as for a chat link, with the one stream of a lane."""

    max_message = MESSAGE
    _heard = False

    def was_heard(self) -> bool:
        """Tell whether a packet of the remote end came since this was asked."""
        heard, self._heard = self._heard, False
        return heard

    async def _handle_data(self, data: bytes) -> None:
        self._heard = True
        await super()._handle_data(data)

    def reopen(self) -> None:
        """What was left unacknowledged is sent again by itself."""

    def _get_inbound_stream(self, stream_id: int) -> InboundStream:
        if stream_id != STREAM:
            raise RemoteProtocolError("unknown-channel")
        return super()._get_inbound_stream(stream_id)


class FastLaneSctp(FastSctp):
    """The reworked association, with the one stream of a lane, whose messages go to an inbox."""

    window: Callable[[int], Window] = SeveralFlows

    def __init__(
        self, dtls: FastLaneDtls, inbox: RtcInbox, opened: Callable[[], None], ended: Ended
    ) -> None:
        super().__init__(dtls)
        self._inbox = inbox
        self._opened = opened
        self._on_end = ended
        self._inbound_streams_max = self._outbound_streams_count = 1
        self._rto = RTO_INITIAL
        self._heard = False

    def was_heard(self) -> bool:
        """Tell whether a packet of the remote end came since this was asked."""
        heard, self._heard = self._heard, False
        return heard

    def receive(self, packet: bytes) -> None:
        self._heard = True
        super().receive(packet)

    async def flushed(self) -> None:
        """Wait until everything that was sent has been acknowledged, or for ever."""
        while self._data_channel_queue or not (self._outbound and self._outbound.idle):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_AGAIN)

    def reopen(self) -> None:
        """Tell the remote end that there is room again."""
        inbound = self._inbound
        if inbound is not None:
            self._follow(inbound)
            self._answer(inbound)

    def _follow(self, inbound: Inbound) -> None:
        inbound.window = self._inbox.room.inward
        inbound.backlog = self._inbox.size

    def _deliver(self, message: Message) -> None:
        if message.stream != STREAM:
            self._accuse(RemoteProtocolError("unknown-channel"))
        elif message.protocol not in {WEBRTC_BINARY, WEBRTC_BINARY_EMPTY}:
            self._accuse(RemoteProtocolError("not-binary"))
        elif len(message.data) > MESSAGE:
            self._accuse(RemoteProtocolError("message-too-large", f"{len(message.data)} bytes"))
        else:
            is_empty = message.protocol == WEBRTC_BINARY_EMPTY
            self._inbox.put(Lane.RELIABLE, b"" if is_empty else message.data)
            if self._inbound is not None:
                self._follow(self._inbound)

    def _accuse(self, failure: RemoteProtocolError) -> None:
        self._on_end(failure)
        self._give_up()

    def _give_up(self) -> None:
        self._on_end(RemoteProtocolError("bad-packet"))
        super()._give_up()

    def _set_state(self, state: RTCSctpTransport.State) -> None:
        super()._set_state(state)
        if state is self.State.ESTABLISHED:
            self._opened()
        elif state is self.State.CLOSED:
            self._on_end()


class RateLaneSctp(FastLaneSctp):
    """The same, following the rate of delivery instead of taking each loss for congestion."""

    window = RateWindow


class RtcPath(NamedTuple):
    """What a lane is made of."""

    dtls: type[LinkDtls]
    sctp: Callable[[Any, RtcInbox, Callable[[], None], Ended], StockSctp | FastLaneSctp]


STOCK = RtcPath(LinkDtls, StockSctp)
CLASSIC = RtcPath(FastLaneDtls, FastLaneSctp)
RATE = RtcPath(FastLaneDtls, RateLaneSctp)


def choose(*, recovery: bool) -> RtcPath:
    """Return the path to use here; `recovery` is whether losses are taken by our own rules."""
    reason = _reason()
    if reason is not None:
        return STOCK
    return RATE if recovery else CLASSIC


@functools.cache
def _reason() -> str | None:
    reason = unfit()
    if reason is not None:
        sys.stderr.write(f"lanes over WebRTC are slow here: {reason}\n")
    return reason
