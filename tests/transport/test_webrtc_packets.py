"""Packets that aiortc would not finish parsing are refused; those it writes are not."""

from __future__ import annotations

import struct

import pytest
from aiortc.rtcsctptransport import (
    AbortChunk,
    Chunk,
    DataChunk,
    ForwardTsnChunk,
    HeartbeatChunk,
    InitAckChunk,
    InitChunk,
    ReconfigChunk,
    SackChunk,
    serialize_packet,
)
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.transport.webrtc_packets import MAX_ACKNOWLEDGED, PARAMETERS_AT, check_packet

HEADER = bytes(12)


def packet(kind: int, body: bytes) -> bytes:
    return HEADER + struct.pack("!BBH", kind, 0, len(body) + 4) + body


def sack(*gaps: tuple[int, int]) -> bytes:
    return packet(
        3, struct.pack("!LLHH", 1, 1, len(gaps), 0) + b"".join(struct.pack("!HH", *g) for g in gaps)
    )


def refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="bad-packet"):
        check_packet(data)


def written() -> list[Chunk]:
    init, init_ack, heartbeat, reconfig = (
        InitChunk(),
        InitAckChunk(),
        HeartbeatChunk(),
        ReconfigChunk(),
    )
    init.params = init_ack.params = [(0xC000, b""), (0x8008, b"\xc0\x82"), (7, bytes(24))]
    heartbeat.params = [(1, b"abc")]
    reconfig.params = [(13, bytes(14))]
    acknowledgement = SackChunk()
    acknowledgement.gaps = [(2, 3), (5, 600)]
    acknowledgement.duplicates = [1, 2]
    data, forward = DataChunk(), ForwardTsnChunk()
    data.user_data = b"hello"
    forward.streams = [(1, 2)]
    return [init, init_ack, heartbeat, reconfig, acknowledgement, data, forward, AbortChunk()]


@pytest.mark.parametrize("chunk", written(), ids=repr)
def test_what_aiortc_writes_passes(chunk: Chunk) -> None:
    check_packet(serialize_packet(5000, 5000, 1, chunk))


@pytest.mark.parametrize("kind", PARAMETERS_AT)
@pytest.mark.parametrize("length", range(4))
def test_a_parameter_shorter_than_its_head(kind: int, length: int) -> None:
    fixed = bytes(PARAMETERS_AT[kind])
    refused(packet(kind, fixed + struct.pack("!HH", 1, length)))
    refused(packet(kind, fixed + struct.pack("!HHL", 1, 8, 0) + struct.pack("!HH", 1, length)))


def test_a_chunk_shorter_than_its_head() -> None:
    refused(HEADER + bytes(4))


def test_a_second_chunk_is_looked_at_too() -> None:
    refused(packet(0, bytes(13)) + bytes(3) + packet(6, bytes(4))[12:])


def test_ranges_without_end() -> None:
    check_packet(sack((2, MAX_ACKNOWLEDGED + 1)))
    check_packet(sack((9, 2)))
    refused(sack((2, MAX_ACKNOWLEDGED + 2)))
    refused(sack(*[(1, 65535)] * 300))
    refused(packet(3, bytes(11)))
    refused(packet(3, struct.pack("!LLHH", 1, 1, 2, 0) + bytes(4)))


@given(st.binary(max_size=120))
def test_any_bytes_are_judged(data: bytes) -> None:
    try:
        check_packet(data)
    except RemoteProtocolError as error:
        assert error.code == "bad-packet"  # noqa: PT017
