"""Appending to logs: what is stored, refused, held, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.crypto.room_keys import epoch_keys
from app.domain.errors import AppError, LocalProtocolError, RemoteProtocolError
from app.domain.events import Body, Created, Event, Joined, Left, ProfileNamed, Renamed, Text
from app.domain.ids import RoomId
from app.domain.room import MemberUpdated, RoomNamed, RoomState, RowAdded
from app.domain.views import MessageKind
from app.protocol.room_log import EMPTY, Head
from app.storage.store import Store
from tests.storage.support import (
    EPOCH_1,
    HOUR_MS,
    KEY,
    KEYS,
    NOW_MS,
    ROOM,
    Author,
    author,
    record,
)

BOTH_KEYS = {**KEYS, 1: epoch_keys(1, EPOCH_1)}


async def test_own_events_are_stored_and_told(store: Store) -> None:
    ana = author(1)
    done = await store.log.write_own(
        ROOM, ana.peer, ana.compose(Created("Tea"), Joined("Ana"), Text("hi"))
    )
    assert [event.encode() for event in done.events] == ana.wires
    assert [row.kind for row in done.rows] == [MessageKind.JOINED, MessageKind.TEXT]
    assert [row.text for row in done.rows] == ["Ana", "hi"]
    assert done.vector == {ana.peer: 3}
    assert (done.forks, done.held) == ((), 0)
    assert done.state.name == "Tea"
    assert done.state.name_of(ana.peer) == "Ana"
    kinds = [type(effect) for effect in done.effects]
    assert kinds == [RowAdded, RowAdded, RoomNamed, MemberUpdated]
    assert await store.log.vector(ROOM) == {ana.peer: 3}
    assert await store.log.state(ROOM) == done.state
    assert await store.log.last_hlc() == done.rows[-1].position.hlc


async def test_each_write_continues_the_one_before_it(store: Store) -> None:
    ana, heads = author(1), list[Head]()

    def compose(head: Head) -> Sequence[tuple[Event, Body]]:
        heads.append(head)
        return ana.compose(Text(f"after {head.seq}"))(head)

    await asyncio.gather(*(store.log.write_own(ROOM, ana.peer, compose) for _ in range(50)))
    assert [head.seq for head in heads] == list(range(50))
    assert heads[0] == EMPTY
    assert await store.log.events_in(ROOM, [(ana.peer, 1, 50)], 1 << 20) == ana.wires


async def test_a_write_of_nothing_changes_nothing(store: Store) -> None:
    ana = author(1)
    done = await store.log.write_own(ROOM, ana.peer, ana.compose())
    assert (done.events, done.rows, done.effects, done.vector) == ((), (), (), {})


async def test_a_compose_that_fails_or_lies_changes_nothing(store: Store) -> None:
    ana, bob = author(1), author(2)

    def fail(_head: Head) -> Sequence[tuple[Event, Body]]:
        raise AppError("not-a-member")

    def stale(_head: Head) -> Sequence[tuple[Event, Body]]:
        return ana.compose(Text("again"))(EMPTY)

    await store.log.write_own(ROOM, ana.peer, ana.compose(Text("one")))
    with pytest.raises(AppError, match="not a member"):
        await store.log.write_own(ROOM, ana.peer, fail)
    with pytest.raises(LocalProtocolError):
        await store.log.write_own(ROOM, ana.peer, stale)
    with pytest.raises(LocalProtocolError):
        await store.log.write_own(ROOM, ana.peer, bob.compose(Text("not mine")))
    assert await store.log.vector(ROOM) == {ana.peer: 1}
    assert (await store.messages.page(ROOM, None, 10, 0)).total == 1


async def test_state_and_heads_outlive_the_program(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    ana, bob = author(1), author(2)
    await store.log.ingest(
        ROOM,
        [e.encode() for e in (ana.write(Created("Tea")), ana.write(Joined("Ana")))],
        KEYS,
        NOW_MS,
    )
    done = await store.log.ingest(
        ROOM,
        [
            e.encode()
            for e in (bob.write(Joined("Bob")), bob.write(Left()), bob.write(Renamed("X")))
        ],
        KEYS,
        NOW_MS,
    )
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await store.log.state(ROOM) == done.state
    assert await store.log.vector(ROOM) == {ana.peer: 2, bob.peer: 3}
    more = await store.log.ingest(ROOM, ana.texts("after the restart"), KEYS, NOW_MS)
    assert len(more.rows) == 1
    assert more.state == done.state
    await store.close()


async def test_duplicates_and_gaps_are_passed_over(store: Store) -> None:
    ana = author(1)
    wires = ana.texts("1", "2", "3", "4")
    first = await store.log.ingest(ROOM, [wires[0], wires[2], wires[0], wires[1]], KEYS, NOW_MS)
    assert [row.text for row in first.rows] == ["1", "2"]
    again = await store.log.ingest(ROOM, wires, KEYS, NOW_MS)
    assert [row.text for row in again.rows] == ["3", "4"]
    assert (await store.log.ingest(ROOM, wires, KEYS, NOW_MS)).rows == ()
    assert (await store.rooms.overview(ROOM)).unread == 4


async def test_a_forged_batch_leaves_nothing(store: Store) -> None:
    ana = author(1)
    wires = ana.texts("1", "2", "3")
    forged = [wires[0], wires[1][:-1] + bytes([wires[1][-1] ^ 1]), wires[2]]
    other = author(1, bytes([9]) * 32).texts("elsewhere")
    for batch in (forged, [wires[0], b"short"], [wires[0], *other]):
        with pytest.raises(RemoteProtocolError):
            await store.log.ingest(ROOM, batch, KEYS, NOW_MS)
    assert await store.log.vector(ROOM) == {}
    assert (await store.messages.page(ROOM, None, 10, 0)).total == 0
    assert len((await store.log.ingest(ROOM, wires, KEYS, NOW_MS)).rows) == 3


async def test_a_fork_is_told_and_not_merged(store: Store) -> None:
    one, two = author(1), author(1)
    await store.log.ingest(ROOM, one.texts("same", "mine", "later"), KEYS, NOW_MS)
    lies = two.texts("other", "yours")
    done = await store.log.ingest(ROOM, lies, KEYS, NOW_MS)
    assert [(fork.author, fork.seq) for fork in done.forks] == [(one.peer, 1), (one.peer, 2)]
    assert done.rows == ()
    page = await store.messages.page(ROOM, None, 10, 0)
    assert [row.text for row in page.rows] == ["same", "mine", "later"]


async def test_far_future_events_wait_for_their_time(store: Store) -> None:
    ana = author(1)
    late = ana.write(Text("tomorrow"), ms=24 * HOUR_MS).encode()
    now = ana.write(Text("now"), ms=0).encode()
    done = await store.log.ingest(ROOM, [late, now], KEYS, NOW_MS)
    assert (done.held, len(done.events), [row.text for row in done.rows]) == (1, 2, ["now"])
    assert done.vector == {ana.peer: 2}
    assert await store.log.events_in(ROOM, [(ana.peer, 1, 2)], 1 << 20) == [late, now]
    assert await store.log.last_hlc() == done.rows[0].position.hlc
    early = await store.log.release_held(ROOM, KEYS, NOW_MS + HOUR_MS)
    assert (early.rows, early.held) == ((), 1)
    due = await store.log.release_held(ROOM, KEYS, NOW_MS + 24 * HOUR_MS)
    assert ([row.text for row in due.rows], due.held) == (["tomorrow"], 0)
    assert (await store.log.release_held(ROOM, KEYS, NOW_MS + 48 * HOUR_MS)).events == ()
    assert (await store.rooms.overview(ROOM)).unread == 2


async def test_events_wait_for_the_key_of_their_epoch(store: Store) -> None:
    ana = author(1)
    wires = [ana.write(Text("old")).encode(), ana.write(Text("new"), epoch=1).encode()]
    done = await store.log.ingest(ROOM, wires, KEYS, NOW_MS)
    assert (done.held, [row.text for row in done.rows]) == (0, ["old"])
    assert (await store.log.release_held(ROOM, BOTH_KEYS, NOW_MS)).events == ()
    still = await store.log.release_held(ROOM, KEYS, NOW_MS, new_keys=True)
    assert (still.events, still.held) == ((), 0)
    released = await store.log.release_held(ROOM, BOTH_KEYS, NOW_MS, new_keys=True)
    assert [row.text for row in released.rows] == ["new"]


async def test_what_cannot_be_opened_is_shown_as_such(store: Store) -> None:
    ana = author(1)
    ana.secret = bytes([7]) * 32
    done = await store.log.ingest(ROOM, ana.texts("wrong key"), KEYS, NOW_MS)
    assert [(row.kind, row.text) for row in done.rows] == [(MessageKind.UNSUPPORTED, "sealed")]


async def test_events_without_rows_still_change_the_state(store: Store) -> None:
    ana = author(1)
    done = await store.log.ingest(ROOM, [ana.write(ProfileNamed("Ana B")).encode()], KEYS, NOW_MS)
    assert done.rows == ()
    assert done.state.name_of(ana.peer) == "Ana B"
    assert (await store.rooms.overview(ROOM)).total == 0


async def test_spans_come_in_order_and_within_the_limit(store: Store) -> None:
    ana, bob, eve = author(1), author(2), author(3)
    await store.log.ingest(ROOM, ana.texts("a" * 50, "b" * 50, "c" * 50), KEYS, NOW_MS)
    await store.log.ingest(ROOM, bob.texts("d", "e"), KEYS, NOW_MS)
    spans = [(bob.peer, 2, 9), (eve.peer, 1, 5), (ana.peer, 1, 2)]
    events = store.log.events_in
    assert await events(ROOM, spans, 1 << 20) == [bob.wires[1], *ana.wires[:2]]
    assert await events(ROOM, spans, 1) == [bob.wires[1]]
    size = len(bob.wires[1]) + len(ana.wires[0])
    assert await events(ROOM, spans, size) == [bob.wires[1], ana.wires[0]]
    assert await events(ROOM, spans, size - 1) == [bob.wires[1]]
    assert await events(ROOM, [(eve.peer, 1, 5)], 1 << 20) == []


async def test_an_unknown_room_is_refused(store: Store) -> None:
    room, ana = RoomId(bytes([5]) * 16), author(1)
    for refused in (
        store.log.write_own(room, ana.peer, ana.compose(Text("x"))),
        store.log.ingest(room, [], KEYS, NOW_MS),
        store.log.release_held(room, KEYS, NOW_MS),
        store.log.vector(room),
        store.log.state(room),
        store.log.events_in(room, [], 1),
    ):
        with pytest.raises(AppError, match="unknown room"):
            await refused


async def test_a_lost_commit_is_forgotten_by_the_caches(store: Store) -> None:
    """The heads in memory must never be ahead of the disk."""
    ana = author(1)
    await store.log.ingest(ROOM, ana.texts("kept"), KEYS, NOW_MS)

    def fail() -> None:
        raise AppError("disk-full")

    database = store._database
    database.before_commit.append(fail)
    lost = ana.texts("lost")
    with pytest.raises(AppError, match="disk full"):
        await store.log.ingest(ROOM, [*lost, author(2).texts("stranger")[0]], KEYS, NOW_MS)
    database.before_commit.remove(fail)
    assert await store.log.vector(ROOM) == {ana.peer: 1}
    done = await store.log.ingest(ROOM, lost, KEYS, NOW_MS)
    assert done.vector == {ana.peer: 2}
    assert (await store.messages.page(ROOM, None, 5, 0)).total == 2
    assert [row.text for row, _ in await store.messages.search("lost", None, 5)] == ["lost"]


def no_members(state: RoomState) -> bool:
    return not state.members


async def test_a_new_room_is_empty(store: Store) -> None:
    assert no_members(await store.log.state(ROOM))
    assert await store.log.vector(ROOM) == {}
    assert await store.log.last_hlc() == 0


async def test_many_authors_are_found_again(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    people: list[Author] = [author(n) for n in range(1, 40)]
    await store.log.ingest(
        ROOM, [wire for one in people for wire in one.texts("a", "b")], KEYS, NOW_MS
    )
    expected = {one.peer: 2 for one in people}
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await store.log.vector(ROOM) == expected
    done = await store.log.ingest(ROOM, [w for p in people for w in p.texts("c")], KEYS, NOW_MS)
    assert len(done.rows) == len(people)
    await store.close()
