"""That aiortc still has the hooks we hold on to, and that its timers run by our figures."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator

import aioice
import pytest
from aiortc import RTCDtlsTransport, RTCSctpTransport
from aiortc.rtcsctptransport import AbortChunk, DataChunk

from app.transport.base import Lane
from app.transport.webrtc_addresses import loopback_addresses
from app.transport.webrtc_dtls import LinkCertificate, LinkDtls
from app.transport.webrtc_ice import IceConnection
from app.transport.webrtc_sctp import (
    MIN_BOOKED,
    RTO_INITIAL,
    RTO_MAX,
    RTO_MIN,
    LinkSctp,
)
from app.transport.webrtc_session import Session

HOOKS = [
    (LinkSctp, RTCSctpTransport, {"flushed"}),
    (LinkDtls, RTCDtlsTransport, {"handshake", "remote_fingerprint", "_refuse"}),
    (IceConnection, aioice.Connection, {"lines", "meet", "_guard", "_expects"}),
]


@pytest.mark.parametrize(("ours", "theirs", "new"), HOOKS)
def test_what_we_override_exists(ours: type, theirs: type, new: set[str]) -> None:
    own = {name for name, value in vars(ours).items() if inspect.isroutine(value)}
    own -= {"__init__", "_too_far_ahead", *new}
    assert own
    for name in own:
        there = list(inspect.signature(getattr(theirs, name)).parameters)
        here = inspect.signature(getattr(ours, name)).parameters.values()
        named = [p.name for p in here if p.kind is p.POSITIONAL_OR_KEYWORD]
        assert there[: len(named)] == named, name


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    way = IceConnection(controlling=True, addresses=loopback_addresses, options={})
    made = Session("offer", way)
    yield made
    await made.close()


async def test_the_attributes_we_set_exist(session: Session) -> None:
    stock = RTCSctpTransport(session._dtls)
    for name in (
        "_advertised_rwnd",
        "_cwnd",
        "_data_channel_queue",
        "_flight_size",
        "_inbound_streams_max",
        "_last_received_tsn",
        "_outbound_queue",
        "_outbound_streams_count",
        "_rto",
        "_rttvar",
        "_sack_misordered",
        "_sack_needed",
        "_sent_queue",
        "_srtt",
    ):
        assert hasattr(stock, name), name


async def test_the_retransmission_timer(session: Session) -> None:
    sctp = session._sctp
    assert sctp._rto == RTO_INITIAL
    for _ in range(20):
        sctp._update_rto(0.001)
    assert sctp._rto == RTO_MIN
    sctp._update_rto(30)
    assert sctp._rto == RTO_MAX
    sctp._rto = RTO_MIN
    sctp._t3_expired()
    assert sctp._rto == 2 * RTO_MIN
    for _ in range(10):
        sctp._t3_expired()
    assert sctp._rto == RTO_MAX


async def test_small_packets_count_as_what_they_take(session: Session) -> None:
    chunk = DataChunk()
    chunk._in_flight, chunk.user_data = False, b"x"
    for _ in range(2):
        session._sctp._flight_size_increase(chunk)
        assert session._sctp._flight_size == MIN_BOOKED
    session._sctp._flight_size_decrease(chunk)
    assert session._sctp._flight_size == 0


async def test_sending_into_nothing_ends_the_link(session: Session) -> None:
    session._sctp._remote_port = 5000
    await session._sctp._send_chunk(AbortChunk())
    assert session.ended.is_set()
    assert await session.inbox.get() is None


async def test_a_session_that_never_opened_says_nothing(session: Session) -> None:
    for lane in Lane:
        session.send(lane, b"lost")
    await session.drained()
    assert session.route == "direct"
    assert session.remote_fingerprint == b""
    assert session.local_fingerprint != LinkCertificate.generateCertificate().fingerprint
