"""Signed receipts: a member's own word on what it has stored and read, which others hand on."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping

from app.crypto.identity import Identity, verify
from app.domain.clock import MAX_AHEAD_MS
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MAX_RECEIPT_ENTRIES, Receipt

SIGNED_PREFIX = b"parlor receipt 1\x00"
MIN_STEP_MS = 1000
"""So much later a member's next receipt has to be."""
MAX_MEMBERS = 256
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


class ReceiptShelf:
    """The latest receipt of each member of one room."""

    def __init__(self) -> None:
        self._receipts: dict[PeerId, Receipt] = {}

    def get(self, member: PeerId) -> Receipt | None:
        return self._receipts.get(member)

    def take(self, receipt: Receipt, now_ms: int) -> bool:
        """Keep a receipt; return False for one that is not newer, not believable or forged."""
        member = PeerId(receipt.member)
        known = self._receipts.get(member)
        if known is not None and receipt.time < known.time + MIN_STEP_MS:
            return False
        if known is None and len(self._receipts) >= MAX_MEMBERS:
            return False
        if receipt.time > now_ms + MAX_AHEAD_MS or not is_genuine(receipt):
            return False
        self._receipts[member] = receipt
        return True

    def put(self, receipt: Receipt) -> None:
        """Keep a receipt that is our own, or was checked before."""
        self._receipts[PeerId(receipt.member)] = receipt
