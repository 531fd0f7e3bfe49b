"""Frames of the bulk lanes: a header of fixed size, then what it announces.

header = kind (1 byte), three zero bytes, length of the payload (4), a number (8), big-endian.
A connection serves one transfer, so no frame names it. Pieces are read straight into their buffers;
therefore only headers are decoded here, and the payloads of the small kinds.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from app.domain.errors import RemoteProtocolError
from app.domain.manifest import MAX_PIECES, PIECE_SIZE

HEADER = struct.Struct(">B3xIQ")
TOKEN_SIZE = 32
MAX_WANTED = 256
"""Pieces in one WANT or LACK."""
MAX_REASON = 64


class Kind(IntEnum):
    """What follows a header; the number means what is said here, else it is 0.

    `TOKEN`: the first frame of who connects. `ASK_MANIFEST`: no payload. `MANIFEST`: the next part
    of it; the size of the whole. `HAVE`: which pieces the sender has, a bit for each; how many
    there are. `WANT`, `LACK`: piece numbers, four bytes each. `PIECE`: its bytes; which one. `BYE`:
    why, a short word.
    """

    TOKEN = 1
    ASK_MANIFEST = 2
    MANIFEST = 3
    HAVE = 4
    WANT = 5
    LACK = 6
    PIECE = 7
    BYE = 8


_LONGEST = {
    Kind.TOKEN: TOKEN_SIZE,
    Kind.ASK_MANIFEST: 0,
    Kind.MANIFEST: PIECE_SIZE,
    Kind.HAVE: MAX_PIECES // 8,
    Kind.WANT: 4 * MAX_WANTED,
    Kind.LACK: 4 * MAX_WANTED,
    Kind.PIECE: PIECE_SIZE,
    Kind.BYE: MAX_REASON,
}


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """`length` is that of the payload in bytes."""

    kind: Kind
    length: int
    number: int = 0

    def encode(self) -> bytes:
        return HEADER.pack(self.kind, self.length, self.number)


def decode_header(raw: bytes) -> FrameHeader:
    """Return what the 16 bytes announce. Raises RemoteProtocolError("bad-bulk-frame")."""
    if raw[1:4] != b"\0\0\0":
        raise RemoteProtocolError("bad-bulk-frame", "padding")
    number, length, value = HEADER.unpack(raw)
    try:
        kind = Kind(number)
    except ValueError as error:
        raise RemoteProtocolError("bad-bulk-frame", f"kind {number}") from error
    if length > _LONGEST[kind]:
        raise RemoteProtocolError("bad-bulk-frame", f"{length} bytes of {kind.name}")
    return FrameHeader(kind, length, value)


def encode_pieces(kind: Kind, pieces: Sequence[int]) -> bytes:
    """Return a whole WANT or LACK for 1..MAX_WANTED pieces."""
    payload = struct.pack(f">{len(pieces)}I", *pieces)
    return FrameHeader(kind, len(payload)).encode() + payload


def decode_pieces(payload: bytes, count: int) -> tuple[int, ...]:
    """Return the piece numbers, each below `count`. RemoteProtocolError("bad-bulk-frame")."""
    if not payload or len(payload) % 4:
        raise RemoteProtocolError("bad-bulk-frame", "piece numbers")
    pieces: tuple[int, ...] = struct.unpack(f">{len(payload) // 4}I", payload)
    if max(pieces) >= count:
        raise RemoteProtocolError("bad-bulk-frame", "no such piece")
    return pieces


def encode_bye(reason: str) -> bytes:
    """Return a whole BYE; `reason` is an error code or "done"."""
    payload = reason.encode("ascii", "replace")[:MAX_REASON]
    return FrameHeader(Kind.BYE, len(payload)).encode() + payload


def decode_bye(payload: bytes) -> str:
    """Return why the other side says goodbye; what is no code reads "closed"."""
    text = payload.decode("ascii", "replace")
    return text if text and text.replace("-", "").isalnum() and text.isascii() else "closed"
