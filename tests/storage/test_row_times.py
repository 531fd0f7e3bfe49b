"""No row of a stretch of time lies outside of the numbers that are told for it."""

from __future__ import annotations

import random

from app.domain.clock import compose
from app.domain.events import Text
from app.domain.views import Position
from app.storage.row_times import BLOCK, RowTimes
from app.storage.store import Store
from tests.storage.support import KEYS, NOW_MS, ROOM, author


async def test_rows_lie_within_their_numbers(store: Store) -> None:
    ana, chance = author(1), random.Random(4)
    times = RowTimes(store._database)

    async def check() -> None:
        everything = "SELECT id, hlc FROM message"
        rows = await store._database.read(lambda: store._database.execute(everything).fetchall())
        for _ in range(20):
            first, end = sorted(compose(NOW_MS + chance.randrange(6000)) for _ in range(2))
            low, high = await store._database.read(
                lambda first=first, end=end: times.numbers(first, end)  # type: ignore[misc]
            )
            assert all(low <= number <= high for number, hlc in rows if first <= hlc < end)

    await check()
    for part in range(3):
        for number in range(BLOCK):
            ana.write(Text("x"), ms=part * 2000 + number + chance.randrange(50))
        await store.log.ingest(ROOM, ana.wires[-BLOCK:], KEYS, NOW_MS)
        await check()
    page = await store.messages.page(ROOM, None, 1, 0)
    await store.messages.hide(page.rows[0].position.event)
    ana.write(Text("an old one under a number that was free"), ms=1)
    await store.log.ingest(ROOM, ana.wires[-1:], KEYS, NOW_MS)
    await check()
    nothing = await store._database.read(lambda: times.numbers(0, 5))
    assert nothing == (0, -1)
    assert isinstance(page.rows[0].position, Position)
