"""Packets and the chunks that carry data (RFC 9260); the others are left to aiortc as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

from google_crc32c import extend, value

from app.domain.errors import RemoteProtocolError

DATA, SACK, FORWARD = 0, 3, 192
INIT, INIT_ACK = 1, 2
LAST, FIRST, UNORDERED = 1, 2, 4
"""Flags of a DATA chunk."""

COMMON_HEADER = 12
DATA_HEADER = 16
MAX_GAPS = 256
MAX_DUPLICATES = 16

_addressed = Struct("!HHL")
_checksum = Struct("<L")
_tag = Struct("!4xL")
_chunk_head = Struct("!BBH")
_data_head = Struct("!BBHLHHL")
_sack_head = Struct("!BBHLLHH")
_data_fields = Struct("!LHHL")
_sack_fields = Struct("!LLHH")
_pair = Struct("!HH")
_number = Struct("!L")
_NO_CHECKSUM = bytes(4)
_PADDING = (b"", bytes(3), bytes(2), bytes(1))


class Data(NamedTuple):
    """One fragment of a message."""

    flags: int
    tsn: int
    stream: int
    protocol: int
    payload: bytes


class Sack(NamedTuple):
    """What has arrived: everything up to `cumulative`, and the gap blocks relative to it."""

    cumulative: int
    window: int
    gaps: Sequence[tuple[int, int]]


class Forward(NamedTuple):
    """Everything up to `cumulative` that has not arrived is given up by its sender."""

    cumulative: int


class Other(NamedTuple):
    """A chunk that aiortc handles."""

    kind: int
    flags: int
    body: bytes


Chunk = Data | Sack | Forward | Other


def verification_tag(packet: bytes) -> int:
    """Return the tag of a packet whose checksum holds; RemoteProtocolError otherwise."""
    if len(packet) < COMMON_HEADER + _chunk_head.size:
        raise RemoteProtocolError("bad-packet", "short")
    expected = extend(value(packet[:8] + _NO_CHECKSUM), packet[COMMON_HEADER:])
    if _checksum.unpack_from(packet, 8)[0] != expected:
        raise RemoteProtocolError("bad-packet", "checksum")
    tag: int = _tag.unpack_from(packet)[0]
    return tag


def chunks_of(packet: bytes) -> list[Chunk]:
    """Return the chunks behind the common header; RemoteProtocolError for malformed ones."""
    found: list[Chunk] = []
    position, end = COMMON_HEADER, len(packet)
    while position + _chunk_head.size <= end:
        kind, flags, length = _chunk_head.unpack_from(packet, position)
        if length < _chunk_head.size or position + length > end:
            raise RemoteProtocolError("bad-packet", "chunk length")
        if kind == DATA:
            found.append(_data(packet, position, flags, length))
        else:
            body = packet[position + _chunk_head.size : position + length]
            found.append(_plain(kind, flags, body))
        position += (length + 3) & ~3
    return found


def _data(packet: bytes, position: int, flags: int, length: int) -> Data:
    if length <= DATA_HEADER:
        raise RemoteProtocolError("bad-packet", "no data")
    tsn, stream, _, protocol = _data_fields.unpack_from(packet, position + _chunk_head.size)
    return Data(flags, tsn, stream, protocol, packet[position + DATA_HEADER : position + length])


def _plain(kind: int, flags: int, body: bytes) -> Chunk:
    if kind == SACK:
        return _sack(body)
    if kind == FORWARD:
        if len(body) < _number.size:
            raise RemoteProtocolError("bad-packet", "short forward")
        return Forward(_number.unpack_from(body)[0])
    return Other(kind, flags, body)


def _sack(body: bytes) -> Sack:
    if len(body) < _sack_fields.size:
        raise RemoteProtocolError("bad-packet", "short acknowledgement")
    cumulative, window, gap_count, _ = _sack_fields.unpack_from(body)
    if not gap_count:
        return Sack(cumulative, window, ())
    gaps = body[_sack_fields.size : _sack_fields.size + gap_count * _pair.size]
    if len(gaps) < gap_count * _pair.size:
        raise RemoteProtocolError("bad-packet", "short acknowledgement")
    return Sack(cumulative, window, list(_pair.iter_unpack(gaps)))


def data_chunk(flags: int, tsn: int, address: tuple[int, int, int], payload: memoryview) -> bytes:
    """Return a padded DATA chunk; `address` is stream, sequence in the stream, protocol."""
    length = DATA_HEADER + len(payload)
    return _data_head.pack(DATA, flags, length, tsn, *address) + payload + _PADDING[length & 3]


def sack_chunk(
    cumulative: int, window: int, gaps: Sequence[tuple[int, int]], duplicates: Sequence[int]
) -> bytes:
    """Return a SACK chunk; `gaps` are offsets from `cumulative`."""
    length = _sack_head.size + 4 * (len(gaps) + len(duplicates))
    head = _sack_head.pack(SACK, 0, length, cumulative, window, len(gaps), len(duplicates))
    return b"".join(
        (head, *(_pair.pack(*gap) for gap in gaps), *(_number.pack(tsn) for tsn in duplicates))
    )


class PacketWriter:
    """Puts the common header of one association before chunks."""

    __slots__ = ("_head", "_seed")

    def __init__(self, source: int, destination: int, tag: int) -> None:
        self._head = _addressed.pack(source, destination, tag)
        self._seed = value(self._head + _NO_CHECKSUM)

    def packet(self, chunks: bytes) -> bytes:
        """Return a packet of these encoded chunks."""
        return self._head + _checksum.pack(extend(self._seed, chunks)) + chunks
