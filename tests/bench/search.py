"""How fast search answers in a room of many messages, as one JSON object on standard output.

    python -m tests.bench.search [--rows 1000000] [--folder DIR]

The words are spread as people use them; the aim is a p95 under 50 ms for every kind of query.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from app.storage.message_repository import MessageRepository
from tests.bench.storage import Result, fill, fresh, timed, words
from tests.storage.support import NOW_MS, ROOM, author

FOUND = 50


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
    await store.close()
    return {name: round(value, 2) for name, value in result.items()}


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
