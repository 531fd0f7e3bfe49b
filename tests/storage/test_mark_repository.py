"""Marks rise only, and the unread count is that of a naive reader."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.events import Joined, KnownBody, ProfileNamed, Text
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import NOWHERE
from app.domain.views import MessageKind, Position
from app.storage.records import Marks, MessageRow, RoomMarks
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, author, record

ANA, BOB, EVE = (author(number).peer for number in (1, 2, 3))


async def test_marks_only_rise(store: Store) -> None:
    assert await store.marks.load(ROOM) == RoomMarks({}, 0)
    await store.marks.update(ROOM, BOB, {ANA: 5, EVE: 2}, {ANA: 3})
    await store.marks.update(ROOM, BOB, {ANA: 4, BOB: 1}, {ANA: 4, EVE: 1})
    await store.marks.update(ROOM, EVE, {}, {})
    await store.marks.set_sent(ROOM, 7)
    await store.marks.set_sent(ROOM, 6)
    expected = Marks({ANA: 5, EVE: 2, BOB: 1}, {ANA: 4, EVE: 1})
    assert await store.marks.load(ROOM) == RoomMarks({BOB: expected}, 7)
    await store.marks.update(ROOM, EVE, {}, {ANA: 1})
    assert (await store.marks.load(ROOM)).members[EVE] == Marks({}, {ANA: 1})


async def test_reading_to_the_end(store: Store) -> None:
    ana, me = author(1), author(2)
    ana.write(Joined("Ana"))
    ana.texts("one", "two")
    await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    done = await store.log.write_own(ROOM, me.peer, me.compose(Text("mine"), ms=99))
    result = await store.marks.mark_read(ROOM, done.rows[0].position, me.peer)
    assert (result.vector, result.unread) == ({ana.peer: 3}, 0)
    assert (await store.rooms.overview(ROOM)).read_to == done.rows[0].position


async def test_late_rows_before_the_mark_are_unread(store: Store) -> None:
    ana, bob, me = author(1), author(2), author(3)
    (row,) = (
        await store.log.ingest(ROOM, [ana.write(Text("a"), ms=50).encode()], KEYS, NOW_MS)
    ).rows
    assert (await store.marks.mark_read(ROOM, row.position, me.peer)).unread == 0
    await store.log.ingest(ROOM, [bob.write(Text("late"), ms=10).encode()], KEYS, NOW_MS)
    assert (await store.rooms.overview(ROOM)).unread == 1
    result = await store.marks.mark_read(ROOM, row.position, me.peer)
    assert (result.unread, result.vector) == (0, {ana.peer: 1, bob.peer: 1})


async def test_an_older_mark_takes_nothing_back(store: Store) -> None:
    ana, me = author(1), author(2)
    rows = (await store.log.ingest(ROOM, ana.texts("1", "2"), KEYS, NOW_MS)).rows
    await store.marks.mark_read(ROOM, rows[1].position, me.peer)
    result = await store.marks.mark_read(ROOM, rows[0].position, me.peer)
    assert (result.unread, result.vector) == (0, {ana.peer: 2})
    assert (await store.rooms.overview(ROOM)).read_to == rows[1].position


async def test_our_own_rows_from_elsewhere_are_not_unread(tmp_path: Path) -> None:
    me = author(1)
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    await store.log.ingest(ROOM, me.texts("from a backup"), KEYS, NOW_MS)
    assert (await store.rooms.overview(ROOM)).unread == 1
    await store.log.write_own(ROOM, me.peer, me.compose(Text("so this is me")))
    assert (await store.rooms.overview(ROOM)).unread == 0
    await store.close()
    store = await Store.open(tmp_path, KEY)
    await store.log.ingest(ROOM, me.texts("again"), KEYS, NOW_MS)
    assert (await store.rooms.overview(ROOM)).unread == 0
    await store.close()
    other = await Store.open(tmp_path / "other", KEY, me.peer)
    await other.rooms.add(record())
    await other.log.ingest(ROOM, me.wires, KEYS, NOW_MS)
    assert (await other.rooms.overview(ROOM)).unread == 0
    await other.close()


class NaiveReader:
    """Knows each row and whether it was read, and nothing else."""

    def __init__(self, me: PeerId) -> None:
        self.me = me
        self.rows: list[MessageRow] = []
        self.read: set[EventId] = set()
        self.heads: dict[PeerId, int] = {}

    def mark(self, to: Position) -> tuple[dict[PeerId, int], int]:
        self.read |= {row.position.event for row in self.rows if row.position <= to}
        others = [row for row in self.rows if row.author != self.me]
        unseen = [row for row in others if row.position.event not in self.read]
        vector = {peer: seq for peer, seq in self.heads.items() if peer != self.me}
        for row in unseen:
            vector[row.author] = min(vector[row.author], row.seq - 1)
        unread = sum(row.kind is MessageKind.TEXT for row in unseen)
        return {peer: seq for peer, seq in vector.items() if seq}, unread


BODIES: tuple[KnownBody, ...] = (Text("text"), Text("more"), Joined("J"), ProfileNamed("P"))
actions = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 60))


async def compare(history: list[tuple[int, int, int]]) -> None:
    people = [author(number) for number in (1, 2, 3)]
    me = people[2]
    naive = NaiveReader(me.peer)
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder), KEY, me.peer)
        await store.rooms.add(record())
        for who, what, when in history:
            if who == 3:
                to = naive.rows[when % len(naive.rows)].position if naive.rows else NOWHERE
                result = await store.marks.mark_read(ROOM, to, me.peer)
                assert (result.vector, result.unread) == naive.mark(to)
                assert (await store.rooms.overview(ROOM)).unread == result.unread
                continue
            wire = people[who].write(BODIES[what], ms=when).encode()
            done = await store.log.ingest(ROOM, [wire], KEYS, NOW_MS)
            naive.rows += done.rows
            naive.heads = dict(done.vector)
        await store.close()


@settings(max_examples=25)
@given(st.lists(actions, max_size=30))
def test_reading_is_that_of_a_naive_reader(history: list[tuple[int, int, int]]) -> None:
    asyncio.run(compare(history))


async def test_unknown_rooms(store: Store) -> None:
    room = RoomId(bytes(16))
    for refused in (
        store.marks.update(room, ANA, {}, {}),
        store.marks.load(room),
        store.marks.set_sent(room, 1),
        store.marks.mark_read(room, NOWHERE, ANA),
    ):
        with pytest.raises(AppError, match="unknown room"):
            await refused
