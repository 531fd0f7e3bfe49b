from __future__ import annotations

from app.domain.ids import PeerId, RoomId
from app.storage.store import Store
from tests.storage.support import ROOM, record

ANA, BOB = PeerId(bytes([1]) * 32), PeerId(bytes([2]) * 32)


async def test_the_latest_receipts_are_kept_while_their_room_is(store: Store) -> None:
    await store.rooms.add(record())
    gone = RoomId(bytes(16))
    await store.receipts.save({(ROOM, ANA): b"one", (ROOM, BOB): b"two", (gone, ANA): b"three"})
    await store.receipts.save({(ROOM, ANA): b"four"})
    assert await store.receipts.all() == {(ROOM, ANA): b"four", (ROOM, BOB): b"two"}
    await store.rooms.remove(ROOM)
    assert await store.receipts.all() == {}
