"""One bulk connection between two people, of whom either may fetch from the other.

Knows who may ask for what and when; the bytes themselves pass it by.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from app.crypto.content import root_digest
from app.domain.errors import LocalProtocolError, RemoteProtocolError
from app.domain.manifest import Layout, Manifest
from app.protocol.bulk_frames import (
    MAX_WANTED,
    FrameHeader,
    Kind,
    decode_pieces,
    encode_pieces,
)
from app.protocol.manifests import MAX_MANIFEST_BYTES
from app.protocol.piece_map import PieceMap

MAX_QUEUED = 2 * MAX_WANTED
"""Pieces that the other side may wait for."""


class Serving:
    """What the other side has asked for and we have not sent yet."""

    def __init__(self, count: int) -> None:
        """`count` is how many pieces the transfer has."""
        self._count = count
        self._queue: deque[int] = deque()

    def asked(self, payload: bytes) -> None:
        """Take a WANT. Raises RemoteProtocolError("bad-bulk-frame" | "flood")."""
        self._queue.extend(decode_pieces(payload, self._count))
        if len(self._queue) > MAX_QUEUED:
            raise RemoteProtocolError("flood", f"{len(self._queue)} pieces")

    def next(self) -> int | None:
        """Return the piece to send next, None if nothing is awaited."""
        return self._queue.popleft() if self._queue else None

    def __len__(self) -> int:
        return len(self._queue)


class ManifestFetch:
    """Collects a manifest that comes in parts."""

    def __init__(self, root: bytes, most: int = MAX_MANIFEST_BYTES) -> None:
        """`root` is the digest from the signed offer, of which no more than `most` bytes come."""
        self._root = root
        self._most = most
        self._parts = bytearray()

    def receive(self, header: FrameHeader, payload: bytes) -> bytes | None:
        """Take a part; after the last one return all, which is what was offered.

        What it says is to be decoded yet, and whether that makes sense is the author's affair, not
        the lane's. Raises RemoteProtocolError("manifest-mismatch" | "manifest-malformed" |
        "manifest-too-large").
        """
        if header.number > self._most or len(self._parts) + len(payload) > header.number:
            raise RemoteProtocolError("manifest-too-large", f"{header.number} bytes")
        if not payload:
            raise RemoteProtocolError("manifest-malformed", "no end")
        self._parts += payload
        if len(self._parts) < header.number:
            return None
        wire = bytes(self._parts)
        self._parts.clear()
        if root_digest(wire) != self._root:
            raise RemoteProtocolError("manifest-mismatch")
        return wire


class Fetching:
    """What we have asked the other side for, and whether what comes is that."""

    def __init__(self, manifest: Manifest) -> None:
        self._layout = Layout([entry.size for entry in manifest.entries])
        self._awaited: set[int] = set()

    @property
    def awaited(self) -> int:
        """How many pieces are on their way."""
        return len(self._awaited)

    def want(self, pieces: Sequence[int]) -> bytes:
        """Return the WANT to send for 1..MAX_WANTED pieces."""
        if not pieces or not self._awaited.isdisjoint(pieces):
            raise LocalProtocolError("asked for nothing, or twice")
        self._awaited.update(pieces)
        return encode_pieces(Kind.WANT, pieces)

    def announced(self, header: FrameHeader) -> int:
        """Return the number of the piece whose bytes follow; its digest is to be checked yet.

        Raises RemoteProtocolError("unasked-piece" | "bad-piece-size").
        """
        piece = header.number
        if piece not in self._awaited:
            raise RemoteProtocolError("unasked-piece", str(piece))
        if header.length != self._layout.length(piece):
            raise RemoteProtocolError("bad-piece-size", f"{header.length} bytes")
        self._awaited.discard(piece)
        return piece

    def lacking(self, payload: bytes) -> tuple[int, ...]:
        """Return the pieces that the other side does not have after all.

        Raises RemoteProtocolError("bad-bulk-frame" | "unasked-piece").
        """
        pieces = decode_pieces(payload, self._layout.count)
        if not self._awaited.issuperset(pieces):
            raise RemoteProtocolError("unasked-piece")
        self._awaited.difference_update(pieces)
        return pieces

    def has(self, header: FrameHeader, payload: bytes) -> PieceMap:
        """Return what the other side says that it has. RemoteProtocolError("bad-piece-map")."""
        if header.number != self._layout.count:
            raise RemoteProtocolError("bad-piece-map", f"{header.number} pieces")
        return PieceMap.decode(payload, self._layout.count)
