"""A look at each SCTP packet before aiortc parses it.

aiortc 1.16 loops for ever over a parameter that says it is 0 bytes long, and counts every number
of an acknowledged range, however long. One packet of a stranger would stop the program.
"""

from __future__ import annotations

from struct import Struct

from app.domain.errors import RemoteProtocolError

COMMON_HEADER = 12
SACK = 3
SACK_HEADER = 12
PARAMETERS_AT = {1: 16, 2: 16, 4: 0, 5: 0, 6: 0, 9: 0, 130: 0}
"""Chunk type -> where its parameters begin in the body."""

MAX_ACKNOWLEDGED = 8192
"""More than this many chunks are never under way at once."""

_chunk_head = Struct("!BBH")
_pair = Struct("!HH")


def check_packet(data: bytes) -> None:
    """Raise RemoteProtocolError("bad-packet") for what aiortc cannot parse in bounded time."""
    position = COMMON_HEADER
    while position + _chunk_head.size <= len(data):
        kind, _, length = _chunk_head.unpack_from(data, position)
        if length < _chunk_head.size:
            raise RemoteProtocolError("bad-packet", "chunk length")
        body = data[position + _chunk_head.size : position + length]
        if kind == SACK:
            _check_ranges(body)
        elif kind in PARAMETERS_AT:
            _check_parameters(body[PARAMETERS_AT[kind] :])
        position += _padded(length)


def _check_parameters(body: bytes) -> None:
    position = 0
    while position + _pair.size <= len(body):
        _, length = _pair.unpack_from(body, position)
        if length < _pair.size:
            raise RemoteProtocolError("bad-packet", "parameter length")
        position += _padded(length)


def _check_ranges(body: bytes) -> None:
    if len(body) < SACK_HEADER:
        raise RemoteProtocolError("bad-packet", "short acknowledgement")
    count, _ = _pair.unpack_from(body, SACK_HEADER - _pair.size)
    ranges = body[SACK_HEADER : SACK_HEADER + count * _pair.size]
    if len(ranges) < count * _pair.size:
        raise RemoteProtocolError("bad-packet", "short acknowledgement")
    total = sum(max(0, end - begin + 1) for begin, end in _pair.iter_unpack(ranges))
    if total > MAX_ACKNOWLEDGED:
        raise RemoteProtocolError("bad-packet", "acknowledges too much")


def _padded(length: int) -> int:
    return (length + 3) & ~3
