"""Whatever five people do in a group, entitled or not, every store ends with the same rows."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.crypto.room_keys import epoch_keys
from app.domain.events import Deleted, Edited, KnownBody, Pinned, Reacted, Text
from app.domain.ids import EventId
from app.domain.overlay import Operated, fold
from app.domain.room import Content, OperationAdded, RowAdded, fold_in, start
from app.domain.views import MessageKind
from app.storage.records import Committed, MessageRow
from app.storage.state_codec import encode_state
from app.storage.store import Store
from tests.domain.governing_history import PEOPLE, Step, histories_of_steps, moves
from tests.storage.support import EPOCH_1, KEY, KEYS, NOW_MS, ROOM, Author, author, record

ME = author(PEOPLE).peer
BOTH_KEYS = {**KEYS, 1: epoch_keys(1, EPOCH_1)}
done_steps = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, 4), st.integers(0, 9), st.integers(0, 70)),
    max_size=20,
)
Done = tuple[int, int, int, int]


@dataclass
class Written:
    """Everything that five people wrote, as they sent it and as it reads."""

    people: list[Author]
    contents: list[Content]


def write(steps: Sequence[Step], done: Sequence[Done]) -> Written:
    """Let people govern by `steps`, and say things and change what was said by `done`."""
    people = [author(number + 1) for number in range(PEOPLE)]
    for person in people:
        person.governed = True
    written = Written(people, [])
    peers = [person.peer for person in people]
    rest = list(done)
    texts = [note(written, 0, Text("the first word"), 5)]
    for move in moves(peers, steps, coded=False):
        note(written, move.who, move.body, move.hlc)
        if rest and len(written.contents) % 2:
            who, what, which, when = rest.pop()
            target = texts[which % len(texts)]
            event = note(written, who, changed(what, which, target), when)
            if what == 0:
                texts.append(event)
    return written


def changed(what: int, which: int, target: EventId) -> KnownBody:
    choices: tuple[KnownBody, ...] = (
        Text(f"word {which}", target),
        Edited(target, f"edited word {which}", (ME,)),
        Deleted(target),
        Reacted(target, "+", on=which % 2 > 0),
        Pinned(target, on=which % 2 > 0),
    )
    return choices[what]


def note(written: Written, who: int, body: KnownBody, when: int) -> EventId:
    late_key = len(written.contents) % 6 == 5
    event = written.people[who].write(body, ms=when, epoch=int(late_key))
    header = event.header
    written.contents.append(
        Content(ROOM, header.author, header.seq, event.position, body, header.epoch)
    )
    return event.id


class Seen:
    """What a window shows that hears of nothing but commits."""

    def __init__(self) -> None:
        self.rows: dict[EventId, MessageRow] = {}

    def take(self, committed: Committed) -> None:
        for event in committed.removed:
            del self.rows[event]
        assert not self.rows.keys() & {row.position.event for row in committed.rows}
        assert self.rows.keys() >= {row.position.event for row in committed.changed}
        for row in (*committed.rows, *committed.changed):
            self.rows[row.position.event] = row


async def deliver(people: Sequence[Author], chance: random.Random) -> dict[str, object]:
    """Hand the logs over in a random interleaving and grouping, with restarts in between.

    The key of some events comes late, at a time of its own.
    """
    wires = [list(person.wires) for person in people]
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(folder)
        await store.rooms.add(record())
        seen, key_is_known = Seen(), False
        while any(wires):
            log = chance.choice([log for log in wires if log])
            count = chance.randint(1, 8)
            batch = [log.pop(0) for _ in range(min(count, len(log)))]
            keys = BOTH_KEYS if key_is_known else KEYS
            seen.take(await store.log.ingest(ROOM, batch, keys, NOW_MS))
            if chance.random() < 0.1:
                await store.close()
                store = await open_store(folder)
            if not key_is_known and (chance.random() < 0.1 or not any(wires)):
                key_is_known = True
                await store.rooms.add_epoch(ROOM, 1, EPOCH_1)
                done = await store.log.release_held(ROOM, BOTH_KEYS, NOW_MS, new_keys=True)
                seen.take(done)
        result = await picture(store)
        rows = result["rows"]
        assert isinstance(rows, tuple)
        assert plain(sorted(seen.rows.values(), key=lambda row: row.position)) == plain(rows)
        await store.close()
    return result


async def open_store(folder: str) -> Store:
    return await Store.open(Path(folder), KEY, ME)


def plain(rows: Sequence[MessageRow]) -> list[object]:
    """Return what is compared with a screen: quotes there are as old as their rows."""
    return [(row.position, row.text, row.deleted, row.reactions, row.pinned) for row in rows]


async def picture(store: Store) -> dict[str, object]:
    rows = (await store.messages.page(ROOM, None, 1000, 0)).rows
    overview = await store.rooms.overview(ROOM)
    assert overview.total == len(rows)
    texts = [row for row in rows if row.kind is MessageKind.TEXT]
    unseen = "SELECT count(*), sum(mentioned) FROM message WHERE unseen = 1 AND kind = 0"
    counted = await store._database.read(lambda: store._database.execute(unseen).fetchone())
    assert (overview.unread, overview.mentions) == (counted[0], counted[1] or 0)
    assert plain([overview.last] if overview.last else []) == plain(rows[-1:])
    found = [row for row, _ in await store.messages.search("word", ROOM, 1000)]
    assert found == [row for row in texts if "word" in row.text][::-1]
    places = [await store.messages.position_at(ROOM, n) for n in range(len(rows) + 1)]
    assert places == [*(row.position for row in rows), None]
    return {
        "rows": rows,
        "state": await store.log.state(ROOM),
        "vector": await store.log.vector(ROOM),
        "versions": [await store.messages.versions(row.position.event) for row in texts],
    }


def expected(contents: Sequence[Content]) -> tuple[list[object], bytes]:
    """Return rows and state by the pure functions alone."""
    state, effects = fold_in(start(), contents)
    operations: dict[EventId, list[Operated]] = {}
    for effect in effects:
        if isinstance(effect, OperationAdded):
            one = effect.content
            operated = Operated(one.author, one.position, effect.operation)
            operations.setdefault(effect.target, []).append(operated)
    rows = []
    added = [effect for effect in effects if isinstance(effect, RowAdded)]
    for row in sorted(added, key=lambda row: row.content.position):
        place, text = row.content.position, row.text
        is_text = row.kind is MessageKind.TEXT
        overlay = fold(row.content.author, operations.get(place.event, ()) if is_text else ())
        text = "" if overlay.deleted else text if overlay.text is None else overlay.text
        rows.append((place, text, overlay.deleted, overlay.reactions, overlay.pinned))
    return list[object](rows), encode_state(state)


@settings(max_examples=40)
@given(histories_of_steps, done_steps, st.integers(0, 1 << 32), st.integers(0, 1 << 32))
def test_all_stores_end_with_the_same_rows(
    steps: list[Step], done: list[Done], one: int, other: int
) -> None:
    written = write(steps, done)
    first = asyncio.run(deliver(written.people, random.Random(one)))
    second = asyncio.run(deliver(written.people, random.Random(other)))
    assert first == second
    rows, state = expected(written.contents)
    stored = first["rows"]
    assert isinstance(stored, tuple)
    assert plain(stored) == rows
    assert encode_state(first["state"]) == state  # type: ignore[arg-type] # what `picture` gives
