"""Names and times of people, whether or not they wrote anything."""

from __future__ import annotations

from app.storage.store import Store
from tests.storage.support import KEYS, NOW_MS, ROOM, author

ANA, BOB, EVE = (author(number).peer for number in (1, 2, 3))


async def test_the_latest_time_and_the_last_name_stay(store: Store) -> None:
    await store.peers.seen(ANA, "Ana", 10)
    await store.peers.seen(ANA, "", 30)
    await store.peers.seen(ANA, "Ana B", 20)
    await store.peers.seen(BOB, "Bob \ud800", 0)
    assert await store.peers.names() == {ANA: "Ana B", BOB: "Bob ?"}
    assert await store.peers.last_seen() == {ANA: 30}


async def test_somebody_seen_first_may_write_later_and_the_reverse(store: Store) -> None:
    await store.log.ingest(ROOM, author(1).texts("first"), KEYS, NOW_MS)
    await store.peers.seen(EVE, "Eve", 5)
    await store.peers.seen(ANA, "Ana", 6)
    await store.log.ingest(ROOM, author(3).texts("later"), KEYS, NOW_MS)
    page = await store.messages.page(ROOM, None, 9, 0)
    assert {row.author for row in page.rows} == {ANA, EVE}
    assert await store.peers.names() == {ANA: "Ana", EVE: "Eve"}
