"""How fast the store is, as one JSON object on standard output.

    python -m tests.bench.storage [--rows 1000000] [--writes 20000] [--folder DIR]

Writes are real: signed, sealed, hashed, with an fsync behind every answer. The big room is filled
without signatures, by what a commit does to the read tables.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from app.domain.clock import compose
from app.domain.events import Text
from app.domain.ids import EventId, PeerId
from app.domain.room import Content, RowAdded
from app.domain.views import MessageKind, Position
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, author, record

BATCH = 64
CHUNK = 5000
QUERIES = 200
STARTS = ("ka", "te", "mi", "ro", "su", "ne", "la", "vo", "pi", "du")
WORDS = [start + end for start in STARTS for end in ("ra", "to", "li", "ne")]
Result = dict[str, float]


def words(chance: random.Random, count: int) -> str:
    """Words as people use them: few are frequent, most are rare."""
    picked = (int(chance.paretovariate(0.7)) for _ in range(count))
    return " ".join(f"{WORDS[n % len(WORDS)]}{n // len(WORDS) % 500 or ''}" for n in picked)


async def fresh(folder: Path) -> Store:
    store = await Store.open(folder, KEY)
    await store.rooms.add(record())
    return store


async def grouped(folder: Path, count: int) -> Result:
    store, ana = await fresh(folder), author(1)
    write = store.log.write_own
    start = time.perf_counter()
    await asyncio.gather(
        *(write(ROOM, ana.peer, ana.compose(Text(f"message {n} of many"))) for n in range(count))
    )
    rate = count / (time.perf_counter() - start)
    await store.close()
    return {"own_writes_grouped_per_s": rate}


async def one_by_one(folder: Path, count: int) -> Result:
    store, ana = await fresh(folder), author(1)
    start = time.perf_counter()
    for number in range(count):
        await store.log.write_own(ROOM, ana.peer, ana.compose(Text(f"message {number} of many")))
    rate = count / (time.perf_counter() - start)
    await store.close()
    return {"own_writes_one_by_one_per_s": rate}


async def bare(folder: Path, count: int) -> Result:
    """What the database costs without any event: the smallest queued writes."""
    store = await fresh(folder)
    start = time.perf_counter()
    await asyncio.gather(*(store.marks.set_sent(ROOM, number) for number in range(count)))
    rate = count / (time.perf_counter() - start)
    await store.close()
    return {"smallest_writes_grouped_per_s": rate}


async def ingest(folder: Path, count: int) -> Result:
    store, people = await fresh(folder), [author(number) for number in range(1, 5)]
    chance = random.Random(3)
    wires = [people[n % 4].write(Text(words(chance, 8))).encode() for n in range(count)]
    start = time.perf_counter()
    for first in range(0, count, BATCH):
        await store.log.ingest(ROOM, wires[first : first + BATCH], KEYS, NOW_MS + count)
    rate = count / (time.perf_counter() - start)
    await store.close()
    return {"ingest_events_per_s": rate}


async def fill(store: Store, rows: int) -> None:
    chance, number = random.Random(5), store.log._catalog.room
    peers = [author(n).peer for n in range(1, 6)]

    def add(first: int) -> Callable[[], None]:
        def run() -> None:
            added = [row(chance, peers[n % 5], n) for n in range(first, min(first + CHUNK, rows))]
            store.messages._tables.add(number(ROOM), added)
            sql = "UPDATE room SET total = total + ?"
            store._database.execute(sql, (len(added),))

        return run

    for first in range(0, rows, CHUNK):
        await store._database.write(add(first))


def row(chance: random.Random, peer: PeerId, number: int) -> RowAdded:
    position = Position(compose(NOW_MS + number * 1000), EventId(chance.randbytes(32)))
    text = words(chance, 1 + int(chance.paretovariate(1)) % 30)
    content = Content(ROOM, peer, number + 1, position, Text(text))
    return RowAdded(content, MessageKind.TEXT, text)


async def timed(name: str, run: Callable[[], Awaitable[object]], count: int = QUERIES) -> Result:
    """p50 and p95 in milliseconds."""
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        await run()
        taken.append((time.perf_counter() - start) * 1000)
    return {
        f"{name}_p50_ms": statistics.median(taken),
        f"{name}_p95_ms": statistics.quantiles(taken, n=20)[-1],
    }


async def big_room(folder: Path, rows: int) -> Result:
    chance = random.Random(6)
    store = await fresh(folder)
    start = time.perf_counter()
    await fill(store, rows)
    result = {"fill_rows_per_s": rows / (time.perf_counter() - start)}
    await store.close()
    result["database_mb"] = (folder / "parlor.db").stat().st_size / 1e6
    start = time.perf_counter()
    store = await Store.open(folder, KEY)
    result["open_ms"] = (time.perf_counter() - start) * 1000
    messages = store.messages
    start = time.perf_counter()
    page = await messages.page(ROOM, None, 160, 0)
    result["first_page_cold_ms"] = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    page = await messages.page(
        ROOM, row(chance, author(1).peer, rows // 2).content.position, 80, 80
    )
    result["first_page_in_the_middle_ms"] = (time.perf_counter() - start) * 1000
    assert abs(page.first_ordinal + 80 - rows // 2) < 2
    places = [await messages.position_at(ROOM, chance.randrange(rows)) for _ in range(QUERIES)]
    queries = {
        "page_at_random": lambda: messages.page(ROOM, chance.choice(places), 80, 80),
        "page_at_end": lambda: messages.page(ROOM, None, 160, 0),
        "position_at": lambda: messages.position_at(ROOM, chance.randrange(rows)),
        "overviews": store.rooms.overviews,
        "search_frequent": lambda: messages.search(words(chance, 1) + " ", None, 50),
        "search_two_in_room": lambda: messages.search(words(chance, 2) + " ", ROOM, 50),
        "search_prefix": lambda: messages.search(
            words(chance, 1)[: chance.randint(2, 4)], None, 50
        ),
        "search_most_frequent": lambda: messages.search("kato ", ROOM, 50),
    }
    for name, run in queries.items():
        result |= await timed(name, run)
    ana = author(1)
    result |= await timed(
        "own_write_in_big_room",
        lambda: store.log.write_own(ROOM, ana.peer, ana.compose(Text(words(chance, 8)))),
    )
    await store.close()
    return result


async def measure(rows: int, writes: int, folder: Path) -> Result:
    result = await grouped(folder / "grouped", writes)
    result |= await one_by_one(folder / "single", writes // 5)
    result |= await bare(folder / "bare", writes)
    result |= await ingest(folder / "ingest", writes)
    if rows:
        result |= await big_room(folder / "big", rows)
    return {name: round(value, 2) for name, value in result.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--writes", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        result = asyncio.run(measure(arguments.rows, arguments.writes, Path(folder)))
    print(json.dumps(result, indent=2))  # noqa: T201 - the result of a program


if __name__ == "__main__":
    main()
