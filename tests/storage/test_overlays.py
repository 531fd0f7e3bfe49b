"""What operations do to rows, search, counts, quotes; whenever they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.events import (
    Deleted,
    Edited,
    Event,
    Joined,
    KnownBody,
    Operation,
    Pinned,
    Reacted,
    Text,
    Topic,
)
from app.domain.views import MessageKind, Reaction
from app.storage.overlay_codec import decode_overlay
from app.storage.records import Committed, MessageRow, Quote
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, Author, author, record


async def ingest(store: Store, *events: Event) -> Committed:
    return await store.log.ingest(ROOM, [event.encode() for event in events], KEYS, NOW_MS)


async def only(store: Store) -> MessageRow:
    (row,) = (await store.messages.page(ROOM, None, 10, 0)).rows
    return row


async def found(store: Store, query: str) -> list[str]:
    return [row.text for row, _ in await store.messages.search(query, ROOM, 50)]


def operations(event: Event) -> list[Operation]:
    return [
        Edited(event.id, "a coffee"),
        Reacted(event.id, "+", on=True),
        Pinned(event.id, on=True),
    ]


async def test_operations_change_the_row_and_are_told(store: Store) -> None:
    ana, bob = author(1), author(2)
    tea = ana.write(Text("green tea"))
    await ingest(store, tea)
    edit, react, pin = (ana.write(body) for body in operations(tea))
    done = await ingest(store, edit, react, pin, bob.write(Reacted(tea.id, "+", on=True)))
    row = await only(store)
    assert done.rows == ()
    assert done.changed == (row,)
    assert (row.text, row.edited, row.pinned, row.deleted) == ("a coffee", True, True, False)
    assert [(one.emoji, set(one.by)) for one in row.reactions] == [("+", {ana.peer, bob.peer})]
    assert await found(store, "coffee") == ["a coffee"]
    assert await found(store, "green ") == []
    assert await store.messages.by_event(tea.id) == row
    assert (await store.rooms.overview(ROOM)).total == 1


async def test_a_deleted_text_is_gone_from_the_tables(store: Store) -> None:
    ana = author(1)
    tea = ana.write(Text("green tea"))
    edit = ana.write(Edited(tea.id, "a coffee"))
    await ingest(store, tea, edit)
    assert (await store.rooms.overview(ROOM)).unread == 1
    done = await ingest(store, ana.write(Deleted(tea.id)))
    row = await only(store)
    assert done.changed == (row,)
    assert (row.text, row.deleted, row.edited) == ("", True, False)
    assert await found(store, "coffee") == await found(store, "tea") == []
    assert await store.messages.versions(tea.id) == []
    assert (await store.rooms.overview(ROOM)).unread == 0
    later = [ana.write(Edited(tea.id, "again")), ana.write(Reacted(tea.id, "+", on=True))]
    assert (await ingest(store, *later)).changed == ()
    assert await only(store) == row
    kept = "SELECT body FROM operation"
    assert len(await store._database.read(lambda: store._database.execute(kept).fetchall())) == 1


@pytest.mark.parametrize("last", [True, False])
async def test_operations_that_come_first_wait(store: Store, last: bool) -> None:
    ana, bob = author(1), author(2)
    ana.write(Joined("Ana"))
    tea = ana.write(Text("green tea"))
    await ingest(store, bob.write(Reacted(tea.id, "+", on=True)))
    done = await ingest(store, bob.write(Edited(tea.id, "lies")), bob.write(Deleted(tea.id)))
    assert (done.rows, done.changed) == ((), ())
    ana.write(Edited(tea.id, "a coffee"))
    if last:
        ana.write(Deleted(tea.id))
    done = await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    row = await store.messages.by_event(tea.id)
    assert done.rows[1] == row
    assert done.changed == ()
    assert row.deleted == last
    assert row.text == ("" if last else "a coffee")
    assert await found(store, "coffee") == ([] if last else ["a coffee"])
    assert await found(store, "green") == []
    assert (await store.rooms.overview(ROOM)).unread == (0 if last else 1)
    assert not store.messages._overlays._any_waiting


async def test_what_waits_outlives_a_restart(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    ana, bob = author(1), author(2)
    tea = ana.write(Text("green tea"))
    await ingest(store, bob.write(Reacted(tea.id, "+", on=True)))
    await store.close()
    store = await Store.open(tmp_path, KEY)
    (row,) = (await ingest(store, tea)).rows
    assert row.reactions == (Reaction("+", (bob.peer,)),)
    await store.close()


async def test_rows_that_are_no_texts_are_left_alone(store: Store) -> None:
    ana = author(1)
    joined = ana.write(Joined("Ana"))
    changes: list[KnownBody] = [
        Edited(joined.id, "x"),
        Deleted(joined.id),
        Reacted(joined.id, "+", on=True),
    ]
    await ingest(store, joined, *(ana.write(body) for body in changes))
    row = await only(store)
    assert (row.text, row.deleted, row.reactions) == ("Ana", False, ())


async def test_nothing_is_told_if_nothing_changes(store: Store) -> None:
    ana, bob = author(1), author(2)
    tea = ana.write(Text("tea"))
    await ingest(store, tea, ana.write(Reacted(tea.id, "+", on=True)))
    idle: list[KnownBody] = [
        Reacted(tea.id, "+", on=False),
        Edited(tea.id, "lies"),
        Deleted(tea.id),
        Pinned(tea.id, on=False),
    ]
    done = await ingest(store, *(bob.write(body) for body in idle))
    assert done.changed == ()
    assert [type(effect).__name__ for effect in done.effects] == ["OperationAdded"] * 4


async def test_versions_are_kept(store: Store) -> None:
    ana = author(1)
    tea = ana.write(Text("one"))
    await ingest(store, tea)
    assert [text for _, text in await store.messages.versions(tea.id)] == ["one"]
    await ingest(store, ana.write(Edited(tea.id, "two")), ana.write(Edited(tea.id, "three")))
    versions = await store.messages.versions(tea.id)
    assert [text for _, text in versions] == ["one", "two", "three"]
    assert versions[0][0] == tea.position


async def test_quotes(store: Store) -> None:
    ana, bob = author(1), author(2)
    tea = ana.write(Text("x" * 300))
    answer = bob.write(Text("yes", tea.id), ms=2)
    (row,) = (await ingest(store, answer)).rows
    assert row.quote is None
    await ingest(store, tea)
    assert (await store.messages.by_event(answer.id)).quote == Quote(ana.peer, "x" * 200, False)
    ((hit, _),) = await store.messages.search("yes", None, 5)
    assert hit.quote is not None
    await ingest(store, ana.write(Deleted(tea.id)))
    page = await store.messages.page(ROOM, None, 10, 0)
    quotes = {row.position.event: row.quote for row in page.rows}
    assert quotes == {tea.id: None, answer.id: Quote(ana.peer, "", True)}
    last = (await store.rooms.overview(ROOM)).last
    assert last is not None
    assert last.position == answer.position


async def mentioning(store: Store, ana: Author) -> list[Event]:
    me = author(7).peer
    await store._database.write(lambda: store._learn_own(me))
    texts = [Text("@me", None, (me,)), Text("@bob", None, (author(2).peer,)), Text("none")]
    events = [ana.write(body) for body in texts]
    await ingest(store, *events)
    return events


async def test_mentions_are_shown_and_counted_while_unread(store: Store) -> None:
    ana, me = author(1), author(7).peer
    events = await mentioning(store, ana)
    rows = (await store.messages.page(ROOM, None, 10, 0)).rows
    assert [row.mentions for row in rows] == [(me,), (author(2).peer,), ()]
    assert (await store.rooms.overview(ROOM)).mentions == 1
    assert (await store.rooms.overviews())[ROOM].mentions == 1
    await store.marks.mark_read(ROOM, events[0].position, me)
    assert (await store.rooms.overview(ROOM)).mentions == 0


async def test_an_edit_mentions_anew(store: Store) -> None:
    ana, me = author(1), author(7).peer
    first, second, third = await mentioning(store, ana)
    await ingest(
        store,
        ana.write(Edited(first.id, "nobody")),
        ana.write(Edited(second.id, "@me", (me,))),
        ana.write(Reacted(third.id, "+", on=True)),
        ana.write(Edited(third.id, "@me", (me,))),
    )
    rows = (await store.messages.page(ROOM, None, 10, 0)).rows
    assert [row.mentions for row in rows] == [(), (me,), (me,)]
    assert (await store.rooms.overview(ROOM)).mentions == 2
    await ingest(store, ana.write(Deleted(second.id)))
    assert (await store.rooms.overview(ROOM)).mentions == 1


async def test_hiding_takes_a_row_away_here(store: Store) -> None:
    ana = author(1)
    events = [ana.write(Text(f"tea {number}")) for number in range(3)]
    await ingest(store, *events)
    hidden = await store.messages.hide(events[2].id)
    assert hidden.text == "tea 2"
    page = await store.messages.page(ROOM, None, 10, 0)
    assert ([row.text for row in page.rows], page.total) == (["tea 0", "tea 1"], 2)
    assert await found(store, "tea") == ["tea 1", "tea 0"]
    overview = await store.rooms.overview(ROOM)
    assert (overview.total, overview.unread, overview.last) == (2, 2, page.rows[1])
    with pytest.raises(AppError, match="unknown message"):
        await store.messages.hide(events[2].id)
    await ingest(store, ana.write(Edited(events[2].id, "back")), ana.write(Text("tea 3")))
    assert not store.messages._overlays._any_waiting
    assert await found(store, "back") == []
    assert await found(store, "tea") == ["tea 3", "tea 1", "tea 0"]
    ordinals = [await store.messages.position_at(ROOM, n) for n in range(4)]
    rows = (await store.messages.page(ROOM, None, 10, 0)).rows
    assert ordinals == [*(row.position for row in rows), None]
    assert await store.log.events_in(ROOM, [(ana.peer, 1, 9)], 1 << 20) == ana.wires


async def test_a_topic_is_a_row(store: Store) -> None:
    done = await ingest(store, author(1).write(Topic("Tea and scones")))
    assert [(row.kind, row.text) for row in done.rows] == [(MessageKind.TOPIC, "Tea and scones")]
    assert done.state.topic == "Tea and scones"
    assert (await store.log.state(ROOM)).topic == "Tea and scones"


async def test_a_removed_room_takes_its_operations_along(store: Store) -> None:
    ana = author(1)
    tea, gone = ana.write(Text("tea")), ana.write(Text("gone"))
    await ingest(store, tea, gone, ana.write(Edited(tea.id, "coffee")))
    await store.messages.hide(gone.id)
    await store.rooms.remove(ROOM)
    left = "SELECT count(*) FROM {}"
    for table in ("operation", "hidden", "message", "reworded"):
        sql = left.format(table)
        count = await store._database.read(lambda sql=sql: store._database.execute(sql).fetchone())  # type: ignore[misc]
        assert count == (0,)
    assert await store.messages.search("coffee", None, 5) == []


def test_a_damaged_overlay_is_told() -> None:
    with pytest.raises(AppError, match="database corrupt"):
        decode_overlay(b"\xc0")
