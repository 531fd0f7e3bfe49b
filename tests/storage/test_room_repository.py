"""Rooms: records, overviews, drafts, and removal that leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.events import Joined, Text
from app.domain.ids import RoomId
from app.domain.views import MessageKind, RoomKind
from app.storage import room_repository
from app.storage.records import RoomOverview, RoomRecord
from app.storage.store import Store
from tests.storage.support import EPOCH_1, KEY, KEYS, NOW_MS, ROOM, SECRET, author, record

DIRECT = bytes([8]) * 32


async def test_records_come_back(tmp_path: Path) -> None:
    bob = author(2)
    store = await Store.open(tmp_path, KEY)
    assert await store.rooms.all() == []
    direct = RoomRecord(
        author(1, DIRECT).room, RoomKind.DIRECT, {0: DIRECT, 1: EPOCH_1}, bob.peer, False
    )
    await store.rooms.add(record())
    await store.rooms.add(direct)
    await store.rooms.add_epoch(ROOM, 1, EPOCH_1)
    await store.rooms.set_joined(ROOM, False)
    await store.close()
    store = await Store.open(tmp_path, KEY)
    group = RoomRecord(ROOM, RoomKind.GROUP, {0: SECRET, 1: EPOCH_1}, None, False)
    assert await store.rooms.all() == [group, direct]
    await store.close()


async def test_adding_again_renews_and_loses_nothing(store: Store) -> None:
    ana = author(1)
    await store.log.ingest(ROOM, ana.texts("kept"), KEYS, NOW_MS)
    await store.rooms.save_draft(ROOM, "draft")
    await store.rooms.add_epoch(ROOM, 1, EPOCH_1)
    await store.rooms.set_joined(ROOM, False)
    await store.rooms.add(record())
    (stored,) = await store.rooms.all()
    assert stored.joined
    assert stored.epochs == {0: SECRET, 1: EPOCH_1}
    overview = await store.rooms.overview(ROOM)
    assert (overview.total, overview.draft) == (1, "draft")


async def test_overviews(store: Store) -> None:
    assert await store.rooms.overview(ROOM) == RoomOverview(0, 0, None, "", None)
    ana, bob = author(1), author(2)
    await store.rooms.add(record(DIRECT))
    ana.write(Joined("Ana"))
    ana.texts("one", "two")
    await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    mine = bob.compose(Text("mine"), ms=50)
    done = await store.log.write_own(ROOM, bob.peer, mine)
    await store.rooms.save_draft(ROOM, "half a \ud83d")
    overview = await store.rooms.overview(ROOM)
    assert (overview.total, overview.unread, overview.draft) == (4, 2, "half a ?")
    assert overview.last == done.rows[0]
    assert await store.rooms.overviews() == {
        ROOM: overview,
        author(1, DIRECT).room: RoomOverview(0, 0, None, "", None),
    }
    first = (await store.messages.page(ROOM, None, 9, 0)).rows[0]
    assert first.kind is MessageKind.JOINED
    await store.marks.mark_read(ROOM, first.position, bob.peer)
    assert (await store.rooms.overview(ROOM)).read_to == first.position


def counted(store: Store) -> Callable[[], dict[str, int]]:
    tables = ("room", "room_epoch", "mark", "event", "message", "ordinal", "removed_room")

    def run() -> dict[str, int]:
        execute = store._database.execute
        return {t: execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}  # noqa: S608

    return run


async def test_removal_leaves_nothing_and_spares_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_repository, "CLEAR_ROWS", 7)
    ana, there = author(1), author(1, DIRECT)
    await store.rooms.add(record(DIRECT))
    done = await store.log.ingest(ROOM, ana.texts(*(f"tea {n}" for n in range(30))), KEYS, NOW_MS)
    await store.log.write_own(there.room, there.peer, there.compose(Text("tea there")))
    await store.marks.update(ROOM, ana.peer, {ana.peer: 3}, {})
    await store.rooms.remove(ROOM)
    assert [stored.room for stored in await store.rooms.all()] == [there.room]
    assert list(await store.rooms.overviews()) == [there.room]
    assert [row.text for row, _ in await store.messages.search("tea", None, 9)] == ["tea there"]
    for gone in (store.rooms.remove(ROOM), store.messages.by_event(done.rows[0].position.event)):
        with pytest.raises(AppError, match="unknown"):
            await gone
    left = await store._database.read(counted(store))
    assert left == {
        "room": 1,
        "room_epoch": 1,
        "mark": 0,
        "event": 1,
        "message": 1,
        "ordinal": 1,
        "removed_room": 0,
    }
    check = "INSERT INTO message_index (message_index, rank) VALUES ('integrity-check', 1)"
    await store._database.read(lambda: store._database.execute(check))


async def test_a_removal_that_was_cut_short_goes_on_at_the_next_start(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    done = await store.log.ingest(ROOM, author(1).texts("tea", "more tea"), KEYS, NOW_MS)
    await store._database.write(lambda: store.rooms._hide(ROOM))
    assert await store.rooms.all() == []
    assert await store.messages.search("tea", None, 9) == []
    with pytest.raises(AppError, match="unknown message"):
        await store.messages.by_event(done.rows[0].position.event)
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert set((await store._database.read(counted(store))).values()) == {0}
    await store.close()


async def test_closing_during_a_removal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_repository, "CLEAR_ROWS", 1)
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    await store.log.ingest(ROOM, author(1).texts(*"abcdefgh"), KEYS, NOW_MS)
    removal = asyncio.create_task(store.rooms.remove(ROOM))
    await asyncio.sleep(0)
    await store.close()
    await removal
    store = await Store.open(tmp_path, KEY)
    assert set((await store._database.read(counted(store))).values()) == {0}
    await store.close()


async def test_a_failing_removal_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise AppError("disk-full")

    monkeypatch.setattr(store.rooms, "_clear_some", fail)
    with pytest.raises(AppError, match="disk full"):
        await store.rooms.remove(ROOM)
    assert await store.rooms.all() == []


async def test_a_room_may_come_back(store: Store) -> None:
    ana = author(1)
    await store.log.ingest(ROOM, ana.texts("before"), KEYS, NOW_MS)
    await store.rooms.remove(ROOM)
    await store.rooms.add(record())
    assert await store.log.vector(ROOM) == {}
    await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    assert (await store.rooms.overview(ROOM)).total == 1
    assert len(await store.messages.search("before", ROOM, 9)) == 1


async def test_unknown_rooms(store: Store) -> None:
    room = RoomId(bytes(16))
    for refused in (
        store.rooms.remove(room),
        store.rooms.overview(room),
        store.rooms.set_joined(room, True),
        store.rooms.save_draft(room, ""),
        store.rooms.add_epoch(room, 1, EPOCH_1),
    ):
        with pytest.raises(AppError, match="unknown room"):
            await refused
