"""What a courier keeps: sealed logs within a quota, for a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.couriers import Quota
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.events import Text
from app.domain.ids import PeerId, RoomId
from app.protocol.courier_frames import CourierGiven
from app.protocol.courier_log import Shelved
from app.protocol.courier_roster import Roster, begun
from app.storage.courier_repository import CourierRepository
from app.storage.store import Store
from tests.storage.support import KEY, NOW_MS, ROOM, Author
from tests.support.examples import ONE_FIXTURE

PLENTY = Quota(1 << 30, 1 << 30)
DAY = 24 * 3600 * 1000
PATRON = Identity(bytes(32)).peer
SPAN = 10**6


def roster(room: RoomId = ROOM) -> Roster:
    me = [bytes(PATRON)]
    made = begun(PATRON, CourierGiven(room, 1, [(0, bytes(32))], me, me, []), NOW_MS)
    assert made is not None
    return made


def author(letter: int, count: int, room: RoomId = ROOM) -> Author:
    made = Author(Identity(bytes([letter]) * 32), room)
    for number in range(count):
        made.write(Text(f"number {number}"))
    return made


@pytest.fixture
async def couriers(store: Store) -> CourierRepository:
    await store.couriers.put(roster(), NOW_MS)
    return store.couriers


async def all_of(couriers: CourierRepository, who: PeerId, first: int = 1) -> list[bytes]:
    return await couriers.events_in(ROOM, [(who, first, SPAN)], 1 << 30)


async def ingest(
    couriers: CourierRepository, wires: Sequence[bytes], quota: Quota = PLENTY, day: int = 0
) -> Shelved:
    return await couriers.ingest(ROOM, wires, quota, NOW_MS + day * DAY)


async def test_what_is_taken_in_is_there_after_a_restart(tmp_path: Path) -> None:
    ana = author(1, 5)
    store = await Store.open(tmp_path, KEY)
    await store.couriers.put(roster(), NOW_MS)
    await ingest(store.couriers, ana.wires)
    await store.couriers.save_receipt(ROOM, ana.peer, b"signed")
    await store.close()
    store = await Store.open(tmp_path, KEY)
    (room,) = await store.couriers.all()
    assert room.roster == roster()
    assert {who: log.head.seq for who, log in room.logs.items()} == {ana.peer: 5}
    assert await all_of(store.couriers, ana.peer) == ana.wires
    assert await store.couriers.receipts() == {(ROOM, ana.peer): b"signed"}
    await store.couriers.drop(ROOM)
    assert await store.couriers.all() == []
    assert await store.couriers.receipts() == {}
    await store.close()


async def test_what_came_already_counts_once(couriers: CourierRepository) -> None:
    ana = author(1, 5)
    first = await ingest(couriers, ana.wires[:3])
    again = await ingest(couriers, ana.wires)
    assert [event.header.seq for event in again.events] == [4, 5]
    (room,) = await couriers.all()
    assert room.size == first.size + again.size
    assert await couriers.events_in(ROOM, [(ana.peer, 2, 4)], 1) == ana.wires[1:2]


async def test_a_batch_that_breaks_the_protocol_leaves_nothing(
    couriers: CourierRepository,
) -> None:
    ana = author(1, 2)
    forged = ana.wires[1][:-1] + bytes([ana.wires[1][-1] ^ 1])
    with pytest.raises(RemoteProtocolError, match="bad-signature"):
        await ingest(couriers, [ana.wires[0], forged])
    (room,) = await couriers.all()
    assert (room.logs, room.size) == ({}, 0)


async def test_a_room_and_all_rooms_have_their_quota(couriers: CourierRepository) -> None:
    other = RoomId(bytes([7]) * 16)
    await couriers.put(roster(other), NOW_MS)
    ana, bob = author(1, 10), author(2, 10, other)
    taken = await ingest(couriers, ana.wires, Quota(1500, 2500))
    assert 0 < taken.size <= 1500
    assert [one.code for one in taken.refusals] == ["courier-full"]
    more = await couriers.ingest(other, bob.wires, Quota(1500, 2500), NOW_MS)
    assert 0 < more.size <= 2500 - taken.size
    assert (await ingest(couriers, ana.wires, Quota(1500, 2500))).events == ()


async def test_the_beginning_of_a_log_is_forgotten_never_its_middle(
    couriers: CourierRepository,
) -> None:
    ana = author(1, 6)
    await ingest(couriers, ana.wires[:2], day=0)
    await ingest(couriers, ana.wires[2:3], day=9)  # under a clock that went ahead
    await ingest(couriers, ana.wires[3:4], day=1)
    await ingest(couriers, ana.wires[4:], day=9)
    assert await couriers.expire(NOW_MS + 10 * DAY, 5 * DAY) == {ROOM}
    assert await all_of(couriers, ana.peer) == []
    assert await all_of(couriers, ana.peer, 5) == ana.wires[4:]
    (room,) = await couriers.all()
    assert room.size == sum(len(wire) + 128 for wire in ana.wires[4:])
    assert (await ingest(couriers, ana.wires, day=10)).refusals == ()
    assert await couriers.expire(NOW_MS + 10 * DAY, 5 * DAY) == set()


async def test_a_room_that_is_empty_and_unseen_is_forgotten(couriers: CourierRepository) -> None:
    ana = author(1, 1)
    await ingest(couriers, ana.wires)
    later = NOW_MS + 40 * DAY
    assert await couriers.expire(later, 30 * DAY, [ROOM]) == {ROOM}
    assert len(await couriers.all()) == 1
    assert await couriers.expire(later + 40 * DAY, 30 * DAY) == {ROOM}
    assert await couriers.all() == []


async def test_nothing_is_known_of_a_room_that_is_not_here(couriers: CourierRepository) -> None:
    other = RoomId(bytes([7]) * 16)
    for call in (
        couriers.ingest(other, [], PLENTY, NOW_MS),
        couriers.events_in(other, [], 1),
        couriers.logs(other),
        couriers.save_receipt(other, PATRON, b""),
    ):
        with pytest.raises(AppError, match="unknown room"):
            await call


@settings(max_examples=25, suppress_health_check=ONE_FIXTURE)
@given(
    steps=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4), st.integers(0, 3)), max_size=8)
)
async def test_whatever_comes_and_goes_a_log_has_no_holes(
    couriers: CourierRepository, steps: list[tuple[int, int, int]]
) -> None:
    await couriers.drop(ROOM)
    await couriers.put(roster(), NOW_MS)
    authors = [author(1, 32), author(2, 32)]
    day = 0
    for who, count, days in steps:
        day += days
        log = (await couriers.logs(ROOM)).get(authors[who].peer)
        at = log.head.seq if log is not None else 0
        await ingest(couriers, authors[who].wires[at : at + count], Quota(6000, 6000), day)
        await couriers.expire(NOW_MS + day * DAY, 2 * DAY, [ROOM])
    (room,) = await couriers.all()
    size = 0
    for one in authors:
        log = room.logs.get(one.peer)
        if log is not None:
            stored = await all_of(couriers, one.peer, log.first)
            assert stored == one.wires[log.first - 1 : log.head.seq]
            size += sum(len(wire) + 128 for wire in stored)
    assert room.size == size <= 6000
