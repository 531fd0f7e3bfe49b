"""Signed receipts: a member's own word on what it has stored and read, which others hand on."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping

from app.crypto.identity import Identity, verify
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MAX_RECEIPT_ENTRIES, Receipt

SIGNED_PREFIX = b"parlor receipt 1\x00"
_ENTRY = struct.Struct(">32sQ")


def make_receipt(
    identity: Identity,
    room: RoomId,
    time_ms: int,
    stored: Mapping[PeerId, int],
    read: Mapping[PeerId, int],
) -> Receipt:
    """Sign what we have; of more authors than a receipt holds the first by id are named."""
    some, seen = _short(stored), _short(read)
    digest = _digest(room, identity.peer, time_ms, some, seen)
    signature = identity.sign(SIGNED_PREFIX + digest)
    return Receipt(room, identity.peer, time_ms, some, seen, signature)


def is_genuine(receipt: Receipt) -> bool:
    """Tell whether the member has signed this."""
    digest = _digest(receipt.room, receipt.member, receipt.time, receipt.stored, receipt.read)
    return verify(PeerId(receipt.member), SIGNED_PREFIX + digest, receipt.signature)


def _short(vector: Mapping[PeerId, int]) -> dict[bytes, int]:
    return {bytes(peer): seq for peer, seq in sorted(vector.items())[:MAX_RECEIPT_ENTRIES]}


def _digest(
    room: bytes,
    member: bytes,
    time_ms: int,
    stored: Mapping[bytes, int],
    read: Mapping[bytes, int],
) -> bytes:
    digest = hashlib.sha256(room + member + time_ms.to_bytes(8, "big"))
    for vector in (stored, read):
        digest.update(len(vector).to_bytes(4, "big"))
        for entry in sorted(vector.items()):
            digest.update(_ENTRY.pack(*entry))
    return digest.digest()
