"""Files that wait to be read are still there after a restart, in their order."""

from __future__ import annotations

from pathlib import Path

from app.domain.files import FileOffered
from app.domain.ids import EventId
from app.storage.preparation_repository import PreparationRecord
from app.storage.store import Store
from tests.storage.support import KEY, ROOM


def record(number: int, batch: int) -> PreparationRecord:
    key, first = EventId(bytes([number]) * 32), EventId(bytes([batch]) * 32)
    draft = FileOffered("", 0, b"", text=f"Number {number}")
    return PreparationRecord(key, first, ROOM, 1_000 + number, f"/in/{number}", "ab", draft)


async def test_they_last_and_keep_their_order(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    ones = [record(9, 9), record(3, 9), record(5, 5)]
    await store.preparations.add(*ones[:2])
    await store.preparations.add(ones[2])
    ones[1].draft = FileOffered("3", 7, bytes(32), text="read")
    await store.preparations.change(ones[1])
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await store.preparations.all() == ones
    await store.preparations.remove(ones[0].key)
    assert await store.preparations.all() == ones[1:]
    await store.close()
