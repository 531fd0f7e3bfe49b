"""Tries at start whether the libraries underneath behave as the data path expects."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aioice
import aiortc.rtcpeerconnection as target
from aioice.ice import StunProtocol
from aioice.turn import TurnClientTcpProtocol, TurnClientUdpProtocol, TurnTransport
from aiortc import RTCCertificate, RTCDtlsTransport, RTCSctpTransport
from aiortc.rtcdtlstransport import SRTP_PROFILES
from aiortc.rtcsctptransport import DataChunk, SackChunk, parse_packet, serialize_packet
from OpenSSL import SSL

from app.transport.fast_sctp.chunks import (
    FIRST,
    LAST,
    Data,
    PacketWriter,
    Sack,
    chunks_of,
    sack_chunk,
    verification_tag,
)
from app.transport.fast_sctp.records import Records, record_size
from app.transport.fast_sctp.relayed import INNER

_TAG = 0x01020304
_FLIGHTS = 8
_NO_PARAMETERS: tuple[str, ...] = ()

HOOKS: dict[type, dict[str, tuple[str, ...]]] = {
    RTCSctpTransport: {
        "_abort": _NO_PARAMETERS,
        "_data_channel_flush": _NO_PARAMETERS,
        "_data_channel_send": ("channel", "data"),
        "_handle_data": ("data",),
        "_receive": ("stream_id", "pp_id", "data"),
        "_receive_chunk": ("chunk",),
        "_reset_deferred_streams": _NO_PARAMETERS,
        "_send_chunk": ("chunk",),
        "_set_state": ("state",),
        "_transmit": _NO_PARAMETERS,
        "_transmit_reconfig": _NO_PARAMETERS,
    },
    RTCDtlsTransport: {
        "start": ("remoteParameters",),
        "stop": _NO_PARAMETERS,
        "_register_data_receiver": ("receiver",),
    },
    StunProtocol: {"datagram_received": ("data", "addr")},
    aioice.Connection: {"data_received": ("data", "component")},
    TurnClientUdpProtocol: {"_send": ("data",)},
    TurnClientTcpProtocol: {"_send": ("data",)},
    TurnTransport: {"sendto": ("data", "addr")},
}
"""What is overridden, called or replaced, with the parameters it must have."""


def surprise() -> str | None:
    """Return what is not as expected, or None."""
    for name, check in _CHECKS.items():
        try:
            as_expected = check()
        except Exception as error:  # noqa: BLE001 - whatever another version raises
            return f"{name}: {type(error).__name__}"
        if not as_expected:
            return name
    return None


def hooks_are_there() -> bool:
    """Whether every method that is held on to has the parameters it is called with."""
    return (
        all(
            tuple(inspect.signature(getattr(owner, name)).parameters)[1:] == parameters
            for owner, methods in HOOKS.items()
            for name, parameters in methods.items()
        )
        and {"RTCDtlsTransport", "RTCSctpTransport"} <= vars(target).keys()
    )


def codec_agrees() -> bool:
    """Whether aiortc reads what we write and the other way round."""
    chunk: Any = DataChunk(flags=FIRST | LAST)
    chunk.tsn, chunk.stream_id, chunk.protocol, chunk.user_data = 7, 2, 53, b"seven"
    theirs = serialize_packet(5000, 5000, _TAG, chunk)
    ours = PacketWriter(5000, 5000, _TAG).packet(sack_chunk(9, 1000, [(2, 3)], [8]))
    parsed: Any = parse_packet(ours)[3][0]
    return (
        verification_tag(theirs) == _TAG
        and chunks_of(theirs) == [Data(FIRST | LAST, 7, 2, 53, b"seven")]
        and chunks_of(ours) == [Sack(9, 1000, [(2, 3)])]
        and isinstance(parsed, SackChunk)
        and (parsed.cumulative_tsn, parsed.gaps, parsed.duplicates) == (9, [(2, 3)], [8])
    )


def relays_are_known() -> bool:
    """Whether an allocation has what is reached into for sending over it."""
    client: Any = TurnClientUdpProtocol(("127.0.0.1", 9), None, None, 600, 500)
    transport: Any = TurnTransport(client)
    return (
        getattr(transport, INNER) is client
        and client.peer_to_channel == {}
        and client.channel_refresh_at == {}
    )


def records_pass() -> bool:
    """Whether a record of ours opens with pyOpenSSL, one of pyOpenSSL's with ours."""
    one, other = _session(), _session()
    one.set_connect_state()
    other.set_accept_state()
    for _ in range(_FLIGHTS):
        _advance(one, other)
        _advance(other, one)
    ours, theirs = Records(one), other
    record = bytes(ours.seal(b"from ours"))
    theirs.bio_write(record)
    theirs.send(b"from theirs")
    answer = theirs.bio_read(1500)
    end = 1 + len(answer)
    ours.incoming[1:end] = answer
    return (
        record_size(record, 0, len(record)) == len(record)
        and record_size(ours.incoming, 1, end) == len(answer)
        and theirs.recv(1500) == b"from ours"
        and ours.open(1, len(answer)) == b"from theirs"
        and ours.open(1, len(answer)) is None
    )


def _session() -> SSL.Connection:
    certificate = RTCCertificate.generateCertificate()
    return SSL.Connection(certificate._create_ssl_context(SRTP_PROFILES))  # noqa: SLF001 - as aiortc


def _advance(one: SSL.Connection, other: SSL.Connection) -> None:
    with suppress(SSL.WantReadError):
        one.do_handshake()
    while True:
        try:
            other.bio_write(one.bio_read(65536))
        except SSL.WantReadError:
            return


_CHECKS: dict[str, Callable[[], bool]] = {
    "hooks": hooks_are_there,
    "codec": codec_agrees,
    "records": records_pass,
    "relays": relays_are_known,
}
