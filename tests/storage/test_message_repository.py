"""Pages, places and search against the simplest possible reading of the same rows."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.events import Joined, Left, Text
from app.domain.ids import EventId, RoomId
from app.domain.views import Position
from app.storage.records import MessageRow, RowPage
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, author, record

OTHER_SECRET = bytes([8]) * 32


def naive(rows: Sequence[MessageRow], around: Position | None, before: int, after: int) -> RowPage:
    """`rows` are the whole room in order."""
    middle = len(rows) if around is None else sum(row.position < around for row in rows)
    first = max(0, middle - before)
    last = min(len(rows), middle + after)
    return RowPage(tuple(rows[first:last]), first > 0, last < len(rows), first, len(rows))


async def compare(stamps: list[int], queries: list[tuple[int, int, int]]) -> None:
    ana, bob = author(1), author(2)
    for number, stamp in enumerate(stamps):
        (ana, bob)[number % 2].write(Text(f"text {number}"), ms=stamp)
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder), KEY)
        await store.rooms.add(record())
        done = await store.log.ingest(ROOM, [*ana.wires, *bob.wires], KEYS, NOW_MS)
        rows = sorted(done.rows, key=lambda row: row.position)
        for place, before, after in queries:
            around = around_place(rows, place)
            page = await store.messages.page(ROOM, around, before, after)
            assert page == naive(rows, around, before, after)
        await store.close()


def around_place(rows: Sequence[MessageRow], place: int) -> Position | None:
    """A row's place, one just beside it, or the end."""
    if place < 0 or not rows:
        return None
    position = rows[place % len(rows)].position
    return position if place % 2 else Position(position.hlc, EventId(b""))


@settings(max_examples=20)
@given(
    st.lists(st.integers(0, 50), max_size=25),
    st.lists(st.tuples(st.integers(-1, 60), st.integers(0, 9), st.integers(0, 9)), max_size=12),
)
def test_pages_are_those_of_a_naive_list(
    stamps: list[int], queries: list[tuple[int, int, int]]
) -> None:
    asyncio.run(compare(stamps, queries))


async def test_paging_through_a_long_room_both_ways(store: Store) -> None:
    ana, chance = author(1), random.Random(2)
    for number in range(3000):
        ana.write(Text(f"text {number}"), ms=chance.randrange(100_000))
    done = await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    rows = sorted(done.rows, key=lambda row: row.position)
    page = await store.messages.page(ROOM, None, 400, 0)
    up = [page]
    while page.more_before:
        page = await store.messages.page(ROOM, page.rows[0].position, 400, 0)
        up.append(page)
    assert [row for page in reversed(up) for row in page.rows] == rows
    for found in up:
        assert rows[found.first_ordinal] == found.rows[0]
    for ordinal in (0, 1, 1500, 2999):
        assert await store.messages.position_at(ROOM, ordinal) == rows[ordinal].position
        middle = await store.messages.page(ROOM, rows[ordinal].position, 10, 10)
        assert middle == naive(rows, rows[ordinal].position, 10, 10)
    assert await store.messages.position_at(ROOM, 3000) is None


async def test_a_row_by_its_event(store: Store) -> None:
    ana = author(1)
    first = ana.write(Text("question"))
    ana.write(Text("answer", first.id))
    done = await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    for row in done.rows:
        assert await store.messages.by_event(row.position.event) == row
    assert done.rows[1].reply_to == first.id
    lookalike = EventId(first.id[:8] + bytes(24))
    for unknown in (lookalike, EventId(bytes(32))):
        with pytest.raises(AppError, match="unknown message"):
            await store.messages.by_event(unknown)


async def test_rows_of_an_author_by_seq(store: Store) -> None:
    ana = author(1)
    done = await store.log.write_own(
        ROOM, ana.peer, ana.compose(Joined("Ana"), Text("1"), Text("2"))
    )
    late = ana.write(Text("held"), ms=10_000_000_000)
    await store.log.ingest(ROOM, [late.encode()], KEYS, NOW_MS)
    ids = [row.position.event for row in done.rows]
    authored = store.messages.authored
    assert await authored(ROOM, ana.peer, 1, 9) == ids
    assert await authored(ROOM, ana.peer, 2, 2) == ids[1:2]
    assert await authored(ROOM, author(2).peer, 1, 9) == []


async def found(store: Store, query: str, room: RoomId | None = ROOM) -> list[str]:
    return [row.text for row, _ in await store.messages.search(query, room, 50)]


async def test_search_in_many_scripts(store: Store) -> None:
    texts = [
        "The green tea is ready",
        "Grüße aus Köln",
        "我在东京都工作",
        "東京タワー",
        "한국어를 공부해요",
        "สวัสดีครับ",
        "Привет, мир!",
        "naïve café",
        "emoji 🍵 tea",
    ]
    await store.log.ingest(ROOM, author(1).texts(*texts), KEYS, NOW_MS)
    expected = {
        "tea": [texts[8], texts[0]],
        "gre": [texts[0]],
        "TEA green": [texts[0]],
        '"green tea"': [texts[0]],
        '"tea green"': [],
        "grusse koln": [],
        "gruße koln": [texts[1]],
        "东京": [texts[2]],
        "京": [texts[3], texts[2]],
        "タワ": [texts[3]],
        "공부": [texts[4]],
        "สวัส": [texts[5]],
        "МИР": [texts[6]],
        "cafe": [texts[7]],
        "te ": [],
        "nothing": [],
        "?!": [],
        "": [],
    }
    assert {query: await found(store, query) for query in expected} == expected


async def test_snippets_mark_the_matches(store: Store) -> None:
    long = "before " * 40 + "the needle here " + "after " * 40
    await store.log.ingest(ROOM, author(1).texts(long, "住在東京都"), KEYS, NOW_MS)
    ((_, snippet),) = await store.messages.search("needle", ROOM, 5)
    assert "\ue000needle\ue001" in snippet
    assert len(snippet) < 250
    ((_, snippet),) = await store.messages.search("東京", ROOM, 5)
    assert snippet == "住在\ue000東京\ue001都"


async def test_search_stays_in_its_room(store: Store) -> None:
    there = author(1, OTHER_SECRET)
    await store.rooms.add(record(OTHER_SECRET))
    await store.log.ingest(ROOM, author(1).texts("tea here", "r2 a1"), KEYS, NOW_MS)
    await store.log.write_own(there.room, there.peer, there.compose(Text("tea there")))
    assert await found(store, "tea") == ["tea here"]
    assert await found(store, "tea", there.room) == ["tea there"]
    assert sorted(await found(store, "tea", None)) == ["tea here", "tea there"]
    assert await found(store, "r2", None) == ["r2 a1"]
    with pytest.raises(AppError, match="unknown room"):
        await found(store, "tea", RoomId(bytes(16)))


async def test_only_texts_are_found_and_the_latest_first(store: Store) -> None:
    ana = author(1)
    ana.write(Joined("tea"))
    ana.texts(*(f"tea {number}" for number in range(30)))
    await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    assert await found(store, "tea") == [f"tea {number}" for number in range(29, -1, -1)]
    hits = await store.messages.search("tea", ROOM, 3)
    assert [row.text for row, _ in hits] == ["tea 29", "tea 28", "tea 27"]
    assert await store.messages.search("tea", ROOM, -1) == []


async def test_unknown_rooms(store: Store) -> None:
    room = RoomId(bytes(16))
    for refused in (
        store.messages.page(room, None, 1, 1),
        store.messages.position_at(room, 0),
        store.messages.authored(room, author(1).peer, 1, 2),
    ):
        with pytest.raises(AppError, match="unknown room"):
            await refused


async def matching(store: Store, query: str, **names: object) -> list[str]:
    found = await store.messages.search(query, None, 50, **names)  # type: ignore[arg-type]
    return [row.text for row, _ in found]


async def test_search_by_people_and_rooms(store: Store) -> None:
    ana, bob, there = author(1), author(2), author(1, OTHER_SECRET)
    await store.rooms.add(record(OTHER_SECRET))
    await store.log.ingest(ROOM, ana.texts("tea by ana"), KEYS, NOW_MS)
    bob.last_ms = 5
    await store.log.ingest(ROOM, bob.texts("tea by bob", "https://tea.example"), KEYS, NOW_MS)
    await store.log.write_own(there.room, there.peer, there.compose(Text("tea there"), Left()))
    everybody = {ana.peer, bob.peer, author(3).peer}
    assert await matching(store, "from:x by", people=[{bob.peer}]) == ["tea by bob"]
    assert await matching(store, "from:x by", people=[everybody]) == ["tea by bob", "tea by ana"]
    assert await matching(store, "from:x", people=[{bob.peer}, {ana.peer}]) == []
    assert await matching(store, "from:x", people=[{author(3).peer}]) == []
    assert await matching(store, "from:x", people=[()]) == []
    assert await matching(store, "in:x tea", rooms=[{there.room}]) == ["tea there"]
    assert await matching(store, "in:x", rooms=[{there.room}]) == ["tea there"]
    assert await matching(store, "has:link") == ["https://tea.example"]
    assert await matching(store, "has:link by") == []


async def test_search_in_a_stretch_of_time(store: Store) -> None:
    ana, day = author(1), 24 * 3_600_000
    first = datetime.fromtimestamp(NOW_MS / 1000, UTC).date()
    for number in range(4):
        ana.write(Text(f"day {number}"), ms=number * day)
    await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS + 9 * day)

    def on(number: int) -> str:
        return (first + timedelta(days=number)).isoformat()

    assert await matching(store, f"before:{on(1)}") == ["day 0"]
    assert await matching(store, f"after:{on(2)} day") == ["day 3"]
    assert await matching(store, f"after:{on(0)} before:{on(3)}") == ["day 2", "day 1"]
    assert await matching(store, "before:1970-01-01") == []
    assert await matching(store, "after:9998") == []
    assert len(await matching(store, "after:1969 before:9998")) == 4
