"""A program that writes as fast as it can and says what has been answered, until it is killed.

    python -m tests.storage.burst FOLDER AUTHOR

Each line on standard output is a seq whose write was answered: flushed at once.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from app.domain.clock import physical_ms
from app.domain.events import Text
from app.storage.store import Store
from tests.storage.support import KEY, NOW_MS, ROOM, Author, author, record

WRITERS = 40


async def write_for_ever(store: Store, ana: Author) -> None:
    while True:
        text = f"burst {len(ana.wires)}"
        done = await store.log.write_own(ROOM, ana.peer, ana.compose(Text(text)))
        os.write(1, b"%d\n" % done.events[0].header.seq)


async def main() -> None:
    store = await Store.open(Path(sys.argv[1]), KEY)
    await store.rooms.add(record())
    ana = author(int(sys.argv[2]))
    ana.last_ms = max(0, physical_ms(await store.log.last_hlc()) - NOW_MS)
    async with asyncio.TaskGroup() as group:
        for _ in range(WRITERS):
            group.create_task(write_for_ever(store, ana))


if __name__ == "__main__":
    asyncio.run(main())
