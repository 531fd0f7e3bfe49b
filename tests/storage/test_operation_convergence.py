"""Whatever five members do to each other's messages, every store ends with the same rows."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.events import Deleted, Edited, KnownBody, Pinned, Reacted, Text, Topic
from app.domain.ids import EventId, PeerId
from app.domain.overlay import Operated, fold
from app.domain.views import MessageKind, Position
from app.storage.records import MessageRow
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, Author, author, record

MEMBERS = 5
EMOJI = ("\U0001f44d", "\u2764\ufe0f")
Step = tuple[int, int, int, int]
steps = st.tuples(
    st.integers(0, MEMBERS - 1), st.integers(0, 8), st.integers(0, 9), st.integers(0, 400)
)


def body(what: int, number: int, target: EventId, author_id: PeerId) -> KnownBody:
    """Return what a step writes; half of all steps are texts and answers."""
    choices: tuple[KnownBody, ...] = (
        Text(f"word {number}"),
        Text(f"word {number} again", target),
        Text(f"word for somebody {number}", None, (author_id,)),
        Edited(target, f"edited {number}"),
        Edited(target, f"edited {number} for somebody", (author_id,)),
        Deleted(target),
        Reacted(target, EMOJI[number % 2], on=number % 3 > 0),
        Pinned(target, on=number % 2 > 0),
        Topic(f"topic {number}"),
    )
    return choices[what]


def write(history: Sequence[Step]) -> list[Author]:
    """Clocks are wrong at will: an operation may stand before what it changes."""
    people = [author(number + 1) for number in range(MEMBERS)]
    texts = [people[0].write(Text("word 0")).id]
    for number, (who, what, which, when) in enumerate(history):
        written = body(what, number, texts[which % len(texts)], people[which % MEMBERS].peer)
        event = people[who].write(written, ms=when)
        if isinstance(written, Text):
            texts.append(event.id)
    return people


async def deliver(people: Sequence[Author], chance: random.Random) -> dict[str, object]:
    """Hand the logs over in a random interleaving and grouping, with restarts in between."""
    wires = [list(person.wires) for person in people]
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder), KEY, author(MEMBERS).peer)
        await store.rooms.add(record())
        while any(wires):
            log = chance.choice([log for log in wires if log])
            count = chance.randint(1, 6)
            batch = [log.pop(0) for _ in range(min(count, len(log)))]
            await store.log.ingest(ROOM, batch, KEYS, NOW_MS)
            if chance.random() < 0.1:
                await store.close()
                store = await Store.open(Path(folder), KEY, author(MEMBERS).peer)
        result = await picture(store)
        await store.close()
    return result


async def picture(store: Store) -> dict[str, object]:
    rows = (await store.messages.page(ROOM, None, 1000, 0)).rows
    overview = await store.rooms.overview(ROOM)
    texts = [row for row in rows if row.kind is MessageKind.TEXT]
    me = author(MEMBERS).peer
    unread = [row for row in texts if row.author != me and not row.deleted]
    assert overview.unread == len(unread)
    assert overview.mentions == sum(me in row.mentions for row in unread)
    for word in ("word", "edited"):
        found = [row for row, _ in await store.messages.search(word, ROOM, 1000)]
        assert found == [row for row in rows if word in row.text][::-1]
    return {
        "rows": rows,
        "state": await store.log.state(ROOM),
        "versions": [await store.messages.versions(row.position.event) for row in rows],
        "overview": overview,
    }


def is_topic(row: MessageRow) -> bool:
    return row.kind is MessageKind.TOPIC


def expected(people: Sequence[Author], history: Sequence[Step], rows: Sequence[MessageRow]) -> None:
    """Compare with the pure fold over everything that was written."""
    done: dict[EventId, list[Operated]] = {}
    by_place = {(row.author, row.seq): row.position.event for row in rows}
    order = [by_place[people[0].peer, 1]]
    seqs = {person.peer: int(person is people[0]) for person in people}
    for number, (who, what, which, when) in enumerate(history):
        peer, target = people[who].peer, order[which % len(order)]
        seqs[peer] += 1
        written = body(what, number, target, people[which % MEMBERS].peer)
        if isinstance(written, Text):
            order.append(by_place[peer, seqs[peer]])
        elif isinstance(written, Edited | Deleted | Reacted | Pinned):
            place = Position(when, EventId(seqs[peer].to_bytes(32, "big")))
            done.setdefault(target, []).append(Operated(peer, place, written))
    assert sorted(order) == sorted(one.position.event for one in rows if not is_topic(one))
    for row in rows:
        if is_topic(row):
            continue
        overlay = fold(row.author, done.get(row.position.event, ()))
        assert row.deleted == overlay.deleted
        assert row.edited == overlay.edited
        assert {one.emoji for one in row.reactions} <= set(EMOJI)
        assert bool(row.text) != row.deleted


@settings(max_examples=20)
@given(st.lists(steps, max_size=40), st.integers(0, 1 << 32), st.integers(0, 1 << 32))
def test_all_stores_end_with_the_same_rows(history: list[Step], one: int, other: int) -> None:
    people = write(history)
    first = asyncio.run(deliver(people, random.Random(one)))
    second = asyncio.run(deliver(people, random.Random(other)))
    assert first == second
    rows = first["rows"]
    assert isinstance(rows, tuple)
    expected(people, history, rows)
