"""What an older version could not read is read again by a newer one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.domain import codec
from app.domain.events import (
    Created,
    Deleted,
    Joined,
    KnownBody,
    Left,
    ProfileNamed,
    Reacted,
    Renamed,
    Text,
    Topic,
)
from app.domain.views import MessageKind, Reaction
from app.storage import rereading
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, author, record

OLD = msgspec.msgpack.Decoder(Created | Joined | Left | Renamed | ProfileNamed | Text)


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A version that knows neither operations nor topics; `undo` makes it this one."""
    monkeypatch.setattr(codec, "_decoder", OLD)
    monkeypatch.setattr(rereading, "DIALECT", "older")
    return monkeypatch


def history() -> tuple[list[bytes], list[KnownBody]]:
    ana, bob = author(1), author(2)
    tea = ana.write(Text("tea"), ms=1)
    coffee = ana.write(Text("coffee"), ms=2)
    bodies: list[KnownBody] = [
        Reacted(tea.id, "+", on=True),
        Topic("Drinks"),
        Deleted(coffee.id),
    ]
    bob.write(bodies[0], ms=3)
    for body in bodies[1:]:
        ana.write(body, ms=4)
    return [*ana.wires, *bob.wires], bodies


async def test_unsupported_rows_get_their_meaning(
    tmp_path: Path, older: pytest.MonkeyPatch
) -> None:
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    wires, _ = history()
    await store.log.ingest(ROOM, wires, KEYS, NOW_MS)
    rows = (await store.messages.page(ROOM, None, 9, 0)).rows
    kinds = [row.kind for row in rows]
    assert kinds == [MessageKind.TEXT] * 2 + [MessageKind.UNSUPPORTED] * 3
    await store.close()

    older.undo()
    store = await Store.open(tmp_path, KEY)
    page = await store.messages.page(ROOM, None, 9, 0)
    assert [row.text for row in page.rows] == ["tea", "", "Drinks"]
    assert page.rows[0].reactions == (Reaction("+", (author(2).peer,)),)
    assert page.rows[1].deleted
    assert page.total == 3
    assert (await store.log.state(ROOM)).topic == "Drinks"
    overview = await store.rooms.overview(ROOM)
    assert (overview.total, overview.unread, overview.last) == (3, 1, page.rows[2])
    assert [await store.messages.position_at(ROOM, n) for n in range(4)] == [
        *(row.position for row in page.rows),
        None,
    ]
    await store.close()


@pytest.mark.parametrize("read", [True, False])
async def test_a_text_that_can_be_read_now_is_as_read_as_its_row_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: bool
) -> None:
    monkeypatch.setattr(codec, "_decoder", msgspec.msgpack.Decoder(Joined))
    monkeypatch.setattr(rereading, "DIALECT", "older")
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    ana = author(1)
    ana.texts("one", "two")
    done = await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    if read:
        await store.marks.mark_read(ROOM, done.rows[0].position, author(9).peer)
    await store.close()
    monkeypatch.undo()
    store = await Store.open(tmp_path, KEY)
    assert (await store.rooms.overview(ROOM)).unread == (1 if read else 2)
    assert [row.text for row, _ in await store.messages.search("two", ROOM, 5)] == ["two"]
    await store.close()


async def test_what_stays_unreadable_stays_a_row(tmp_path: Path, older: pytest.MonkeyPatch) -> None:
    older.setattr(rereading, "AT_ONCE", 1)
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    ana = author(1)
    ana.write(Topic("one"))
    ana.write(Topic("two"))
    await store.log.ingest(ROOM, ana.wires, KEYS, NOW_MS)
    await store.close()
    older.setattr(rereading, "DIALECT", "another")
    store = await Store.open(tmp_path, KEY)
    before = await store.messages.page(ROOM, None, 9, 0)
    assert [row.kind for row in before.rows] == [MessageKind.UNSUPPORTED] * 2
    secrets = "DELETE FROM room_epoch"
    await store._database.write(lambda: store._database.execute(secrets))
    older.setattr(rereading, "DIALECT", "a third")
    await store._rereader.run()
    assert await store.messages.page(ROOM, None, 9, 0) == before
    await store.close()
