"""Ordinals are exact, however rows arrive, and no stretch grows without bound."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.ids import EventId
from app.domain.views import Position
from app.storage import ordinals
from app.storage.database import Database
from app.storage.ordinals import MAX_STRETCH, Ordinals
from tests.storage.support import KEY

INSERT = (
    "INSERT INTO message (room, hlc, event, author, seq, kind, unseen, text) "
    "VALUES (?, ?, ?, 1, 1, 0, 0, '')"
)


async def add(database: Database, counted: Ordinals, room: int, places: list[Position]) -> None:
    def run() -> None:
        database.executemany(INSERT, [(room, *place) for place in places])
        counted.absorb(room, places)

    await database.write(run)


async def check(database: Database, counted: Ordinals, room: int, places: list[Position]) -> None:
    def run() -> None:
        ordered = sorted(places)
        for ordinal in range(0, len(ordered), 97):
            assert counted.at(room, ordinal) == ordered[ordinal]
            assert counted.before(room, ordered[ordinal]) == ordinal
        assert counted.at(room, len(ordered)) is None
        assert counted.at(room, -5) == (ordered[0] if ordered else None)
        assert counted.before(room, Position(1 << 62, EventId(b""))) == len(ordered)
        sql = "SELECT count(*), sum(rows), max(rows) FROM ordinal WHERE room = ?"
        stretches, total, longest = database.execute(sql, (room,)).fetchone()
        assert (total or 0) == len(ordered)
        assert (longest or 0) <= MAX_STRETCH
        assert stretches <= 2 + 2 * len(ordered) / MAX_STRETCH

    await database.read(run)


def places_at(stamps: list[int]) -> list[Position]:
    return [
        Position(stamp, EventId(number.to_bytes(32, "big"))) for number, stamp in enumerate(stamps)
    ]


async def test_growing_at_the_end_in_the_middle_and_at_once(tmp_path: Path) -> None:
    database = await Database.open(tmp_path, KEY)
    counted, chance = Ordinals(database), random.Random(1)
    orders = {
        1: [10 * n for n in range(6000)],
        2: [10 * n for n in range(6000, 0, -1)],
        3: [chance.randrange(1000) for _ in range(6000)],
    }
    for room, stamps in orders.items():
        places = places_at(stamps)
        for first in range(0, 2000, 250):
            await add(database, counted, room, places[first : first + 250])
        await add(database, counted, room, places[2000:])
        await check(database, counted, room, places)
        await check(database, Ordinals(database), room, places)
    await check(database, counted, 4, [])
    await database.close()


async def grow(batches: list[list[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder), KEY)
        counted, places = Ordinals(database), list[Position]()
        for batch in batches:
            number = len(places)
            fresh = [
                Position(stamp, EventId((number + extra).to_bytes(32, "big")))
                for extra, stamp in enumerate(batch)
            ]
            places += fresh
            await add(database, counted, 1, fresh)
        every = sorted(places)
        read = [await database.read(lambda n=n: counted.at(1, n)) for n in range(len(every) + 1)]  # type: ignore[misc]
        assert read == [*every, None]
        await database.close()


@settings(max_examples=15)
@given(st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=8))
def test_small_stretches_by_the_book(batches: list[list[int]]) -> None:
    before, ordinals.MAX_STRETCH = ordinals.MAX_STRETCH, 4
    try:
        asyncio.run(grow(batches))
    finally:
        ordinals.MAX_STRETCH = before
