"""How fast search answers in a room of many messages, as one JSON object on standard output.

    python -m tests.bench.search [--rows 1000000] [--folder DIR]

The words are spread as people use them; the aim is a p95 under 50 ms for every kind of query.
Beside it, the same words are looked for in a bare FTS5 table and by a scan with LIKE, both without
a key, in turn with ours: what is bare knows neither rooms, people, edits nor when they wrote.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from app.storage.message_repository import MessageRepository
from tests.bench.search_bare import BareSearch
from tests.bench.storage import QUERIES, Result, fill, fresh, timed, words
from tests.storage.support import NOW_MS, ROOM, author

FOUND = 50
COMPARED = ("word", "rare_word", "most_frequent_word", "prefix", "two_words", "phrase", "nothing")
SCANS = 10
"""A scan may take a second; so many tell enough."""


def day(rows: int, chance: random.Random) -> str:
    """A day on which something was written; messages come one a second."""
    moment = NOW_MS / 1000 + chance.randrange(rows)
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def queries(rows: int, chance: random.Random) -> dict[str, Callable[[], str]]:
    return {
        "word": lambda: words(chance, 1) + " ",
        "rare_word": lambda: f"kara{chance.randrange(400, 500)} ",
        "most_frequent_word": lambda: "kato ",
        "prefix": lambda: words(chance, 1)[: chance.randint(2, 4)],
        "two_words": lambda: words(chance, 2) + " ",
        "phrase": lambda: f'"{words(chance, 2)}"',
        "from": lambda: "from:ana " + words(chance, 1),
        "from_alone": lambda: "from:ana",
        "before": lambda: f"before:{day(rows, chance)} {words(chance, 1)} ",
        "after": lambda: f"after:{day(rows, chance)} {words(chance, 1)} ",
        "has_link": lambda: "has:link " + words(chance, 1),
        "nothing": lambda: "zzzzzz ",
    }


async def measure(rows: int, folder: Path) -> Result:
    chance = random.Random(7)
    store = await fresh(folder)
    await fill(store, rows)
    ana, result = author(1).peer, Result()

    async def ask(messages: MessageRepository, make: Callable[[], str]) -> object:
        query = make()
        people = [{ana}] if query.startswith("from:") else []
        room = ROOM if chance.random() < 0.5 else None
        return await messages.search(query, room, FOUND, people)

    for name, make in queries(rows, chance).items():
        result |= await timed(name, lambda make=make: ask(store.messages, make))  # type: ignore[misc]
    bare = BareSearch(folder, rows)
    for name in COMPARED:
        result |= await compared(name, queries(rows, chance)[name], store.messages, bare)
    bare.close()
    await store.close()
    return {name: round(value, 2) for name, value in result.items()}


async def compared(
    name: str, make: Callable[[], str], messages: MessageRepository, bare: BareSearch
) -> Result:
    """Return medians in ms of one query after the other, asked of ours and of what is bare."""
    taken: dict[str, list[float]] = {"ours": [], "bare": [], "scan": []}
    for number in range(QUERIES):
        query = make()
        start = time.perf_counter()
        await messages.search(query, None, FOUND)
        ours = time.perf_counter()
        bare.indexed(query, FOUND)
        done = time.perf_counter()
        taken["ours"].append((ours - start) * 1000)
        taken["bare"].append((done - ours) * 1000)
        if number < SCANS:
            bare.scanned(query, FOUND)
            taken["scan"].append((time.perf_counter() - done) * 1000)
    middle = {way: statistics.median(times) for way, times in taken.items()}
    found = {f"{name}_beside_{way}_ms": value for way, value in middle.items()}
    return found | {f"{name}_of_bare": middle["ours"] / middle["bare"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        result = asyncio.run(measure(arguments.rows, Path(folder)))
    print(json.dumps(result, indent=2))  # noqa: T201 - the result of a program


if __name__ == "__main__":
    main()
