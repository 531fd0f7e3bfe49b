"""The codec: there and back, beside aiortc's own, and over hostile bytes."""

from __future__ import annotations

from contextlib import suppress
from struct import pack

import pytest
from aiortc import rtcsctptransport as stock
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.transport.fast_sctp.chunks import (
    FIRST,
    LAST,
    Data,
    Forward,
    Other,
    PacketWriter,
    Sack,
    chunks_of,
    data_chunk,
    sack_chunk,
    verification_tag,
)

tsns = st.integers(0, 0xFFFFFFFF)
shorts = st.integers(0, 0xFFFF)
payloads = st.binary(min_size=1, max_size=1404)
gaps = st.lists(st.tuples(shorts, shorts), max_size=30)
WRITER = PacketWriter(5000, 5001, 0xDEADBEEF)


def body_packet(chunks: bytes) -> bytes:
    return WRITER.packet(chunks)


@given(tsns, shorts, shorts, tsns, st.lists(payloads, min_size=1, max_size=3))
def test_data_there_and_back(
    tsn: int, stream: int, sequence: int, protocol: int, parts: list[bytes]
) -> None:
    flags = FIRST | LAST
    chunks = [
        data_chunk(flags, tsn, (stream, sequence, protocol), memoryview(part)) for part in parts
    ]
    packet = body_packet(b"".join(chunks))
    assert verification_tag(packet) == 0xDEADBEEF
    assert chunks_of(packet) == [Data(flags, tsn, stream, protocol, part) for part in parts]
    theirs = stock.parse_packet(packet)
    assert theirs[:3] == (5000, 5001, 0xDEADBEEF)
    for chunk, encoded, part in zip(theirs[3], chunks, parts, strict=True):
        assert isinstance(chunk, stock.DataChunk)
        assert (chunk.stream_seq, chunk.user_data) == (sequence, part)
        assert bytes(chunk) == encoded


@given(tsns, tsns, gaps, st.lists(tsns, max_size=5))
def test_sack_there_and_back(
    cumulative: int, window: int, blocks: list[tuple[int, int]], duplicates: list[int]
) -> None:
    encoded = sack_chunk(cumulative, window, blocks, duplicates)
    (chunk,) = chunks_of(body_packet(encoded))
    assert isinstance(chunk, Sack)
    assert (chunk.cumulative, chunk.window, list(chunk.gaps)) == (cumulative, window, blocks)
    (theirs,) = stock.parse_packet(body_packet(encoded))[3]
    assert isinstance(theirs, stock.SackChunk)
    assert (theirs.gaps, theirs.duplicates) == (blocks, duplicates)


def test_the_rest_stays_bytes() -> None:
    packet = body_packet(pack("!BBHL", 192, 0, 8, 77) + pack("!BBHL", 4, 1, 8, 9))
    assert chunks_of(packet) == [Forward(77), Other(4, 1, pack("!L", 9))]


@pytest.mark.parametrize(
    "chunks",
    [
        pack("!BBH", 0, 0, 3) + bytes(12),
        pack("!BBH", 0, 0, 64) + bytes(12),
        pack("!BBHLHHL", 0, 3, 16, 1, 0, 0, 51),
        pack("!BBH", 0, 3, 8) + bytes(4),
        pack("!BBH", 3, 0, 8) + bytes(4),
        pack("!BBHLLHH", 3, 0, 16, 1, 1, 60000, 0),
        pack("!BBH", 192, 0, 4),
        pack("!BBH", 4, 0, 0),
    ],
)
def test_malformed_chunks(chunks: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        chunks_of(body_packet(chunks))


@pytest.mark.parametrize("packet", [b"", bytes(15), bytes(40), body_packet(bytes(8))[:-1]])
def test_short_and_altered_packets(packet: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        verification_tag(packet)


@given(st.binary(max_size=200))
def test_any_bytes_end_in_an_error_of_ours(junk: bytes) -> None:
    with suppress(RemoteProtocolError):
        verification_tag(junk)
    with suppress(RemoteProtocolError):
        chunks_of(body_packet(junk))
