from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.clock import MAX_AHEAD_MS
from app.domain.ids import PeerId, RoomId
from app.protocol import receipts
from app.protocol.frames import MAX_RECEIPT_ENTRIES, decode_frame, encode_frame
from app.protocol.receipts import ReceiptShelf, is_genuine, make_receipt

ANA, EVE = Identity(bytes([1]) * 32), Identity(bytes([3]) * 32)
ROOM = RoomId(bytes(16))
peers = st.binary(min_size=32, max_size=32).map(PeerId)
vectors = st.dictionaries(peers, st.integers(0, (1 << 63) - 1), max_size=5)


@given(vectors, vectors, st.integers(0, 1 << 48))
def test_a_receipt_proves_itself_wherever_it_comes_from(
    stored: dict[PeerId, int], read: dict[PeerId, int], time_ms: int
) -> None:
    receipt = make_receipt(ANA, ROOM, time_ms, stored, read)
    assert decode_frame(encode_frame(receipt)) == receipt
    assert is_genuine(receipt)


def test_no_part_of_it_can_be_changed() -> None:
    receipt = make_receipt(ANA, ROOM, 1000, {ANA.peer: 1, EVE.peer: 2}, {EVE.peer: 1})
    changes: list[dict[str, object]] = [
        {"room": bytes(15) + b"\x01"},
        {"member": bytes(EVE.peer)},
        {"time": 1001},
        {"stored": {**receipt.stored, bytes(EVE.peer): 3}},
        {"stored": {}, "read": receipt.stored},
        {"read": {}},
        {"signature": bytes(64)},
    ]
    assert is_genuine(receipt)
    for change in changes:
        assert not is_genuine(msgspec.structs.replace(receipt, **change))


def test_it_is_bounded() -> None:
    many = {PeerId(number.to_bytes(32, "big")): 1 for number in range(1000)}
    receipt = make_receipt(ANA, ROOM, 1, many, many)
    assert len(receipt.stored) == len(receipt.read) == MAX_RECEIPT_ENTRIES
    assert decode_frame(encode_frame(receipt)) == receipt


def test_the_latest_believable_receipt_of_each_member_counts() -> None:
    shelf = ReceiptShelf()
    first, later = (make_receipt(ANA, ROOM, 1000 + add, {ANA.peer: add}, {}) for add in (0, 1000))
    assert shelf.take(first, now_ms=1000)
    assert not shelf.take(first, now_ms=1000)
    assert not shelf.take(make_receipt(ANA, ROOM, 1999, {}, {}), now_ms=5000)
    assert not shelf.take(msgspec.structs.replace(later, stored={}), now_ms=5000)
    assert not shelf.take(make_receipt(ANA, ROOM, MAX_AHEAD_MS + 2001, {}, {}), now_ms=2000)
    assert shelf.take(later, now_ms=2000)
    assert shelf.get(ANA.peer) == later
    assert shelf.get(EVE.peer) is None
    shelf.put(first)
    assert shelf.get(ANA.peer) == first


def test_so_many_members_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "MAX_MEMBERS", 1)
    shelf = ReceiptShelf()
    assert shelf.take(make_receipt(ANA, ROOM, 1000, {}, {}), now_ms=1000)
    assert not shelf.take(make_receipt(EVE, ROOM, 1000, {}, {}), now_ms=1000)
    assert shelf.take(make_receipt(ANA, ROOM, 2000, {}, {}), now_ms=1000)
