"""Whatever order, grouping and repetition events arrive in, the store ends the same."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.domain.events import Created, Joined, KnownBody, Left, ProfileNamed, Renamed, Text
from app.domain.ids import PeerId
from app.domain.room import RoomState
from app.storage.records import MessageRow
from app.storage.store import Store
from tests.storage.support import HOUR_MS, KEY, KEYS, NOW_MS, ROOM, Author, author, record

BODIES: tuple[KnownBody, ...] = (
    Created("Room"),
    Joined("Ana"),
    Joined("Bob"),
    Left(),
    Renamed("Other"),
    ProfileNamed("Eve"),
    Text("a word"),
    Text("another word"),
    Text("字"),
)
steps = st.tuples(st.integers(0, 2), st.sampled_from(range(len(BODIES))), st.integers(-5000, 5000))


@dataclass(frozen=True)
class Picture:
    rows: tuple[MessageRow, ...]
    state: RoomState
    vector: dict[PeerId, int]
    unread: int
    found: tuple[MessageRow, ...]
    ordinals: tuple[object, ...]


def write(history: Sequence[tuple[int, int, int]]) -> list[Author]:
    people = [author(number + 1) for number in range(3)]
    for who, what, when in history:
        ms = 24 * HOUR_MS if when == 5000 else when
        people[who].write(BODIES[what], ms=ms)
    return people


async def picture(store: Store, total: int) -> Picture:
    page = await store.messages.page(ROOM, None, 1000, 0)
    found = await store.messages.search("word", ROOM, 1000)
    overview = await store.rooms.overview(ROOM)
    assert overview.total == page.total == len(page.rows)
    assert overview.last == (page.rows[-1] if page.rows else None)
    ordinals = [await store.messages.position_at(ROOM, n) for n in range(total)]
    return Picture(
        page.rows,
        await store.log.state(ROOM),
        await store.log.vector(ROOM),
        overview.unread,
        tuple(row for row, _ in found),
        tuple(ordinals),
    )


async def deliver(people: Sequence[Author], chance: random.Random) -> Picture:
    """Hand over the logs in a random interleaving, in batches, with repeats, gaps and forgeries."""
    wires = [list(person.wires) for person in people]
    everything = [wire for log in wires for wire in log]
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder), KEY)
        await store.rooms.add(record())
        while any(wires):
            batch = [
                log.pop(0)
                for log in (chance.choice(wires) for _ in range(chance.randint(1, 8)))
                if log
            ]
            batch += chance.sample(everything, min(2, len(everything)))
            if chance.random() < 0.3:
                await refuse_forgery(store, batch)
            await store.log.ingest(ROOM, batch, KEYS, NOW_MS)
            if chance.random() < 0.1:
                await store.close()
                store = await Store.open(Path(folder), KEY)
        await store.log.release_held(ROOM, KEYS, NOW_MS + 24 * HOUR_MS)
        result = await picture(store, len(everything))
        await store.close()
    return result


async def refuse_forgery(store: Store, batch: Sequence[bytes]) -> None:
    before = await store.log.vector(ROOM)
    stranger = author(9).texts("forged")[0]
    try:
        await store.log.ingest(ROOM, [*batch, stranger[:-1] + b"?"], KEYS, NOW_MS)
    except RemoteProtocolError:
        assert await store.log.vector(ROOM) == before
    else:
        raise AssertionError("a forged event was let in")


@settings(max_examples=20)
@given(st.lists(steps, max_size=30), st.integers(0, 1 << 32), st.integers(0, 1 << 32))
def test_any_delivery_ends_the_same(
    history: list[tuple[int, int, int]], one: int, other: int
) -> None:
    people = write(history)
    first = asyncio.run(deliver(people, random.Random(one)))
    second = asyncio.run(deliver(people, random.Random(other)))
    assert first == second
    assert first.vector == {person.peer: len(person.wires) for person in people if person.wires}
    assert list(first.rows) == sorted(first.rows, key=lambda row: row.position)
    places = [row.position for row in first.rows]
    assert list(first.ordinals) == places + [None] * (len(first.ordinals) - len(places))
    assert list(first.found) == [row for row in first.rows if "word" in row.text][::-1]
