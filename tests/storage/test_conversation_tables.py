"""What is kept of conversations, what disappears or was deleted and stays so, and pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.crypto.identity import Identity
from app.domain.errors import AppError
from app.domain.events import Deleted, Edited, Joined, Pinned, Reacted, Text
from app.domain.ids import EventId, RoomId
from app.domain.pictures import Pictured, RoomPictured, picture_name
from app.domain.vanishing import UNREAD_MS
from app.storage import kept_repository
from app.storage.records import Kept, MessageRow
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, Author, author, record

ME = Identity(b"m" * 32)
LATER = NOW_MS + 10**9
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def kept(tmp_path: Path) -> Store:
    """An open store with a room, whose clock stands at NOW_MS; a test closes it."""
    return await opened(tmp_path, add=True)


async def opened(folder: Path, *, add: bool = False) -> Store:
    made = await Store.open(folder / "store", KEY, ME.peer)
    made.vanishing.follow(lambda: NOW_MS)
    if add:
        await made.rooms.add(record())
    return made


async def take(store: Store, *wires: bytes) -> tuple[MessageRow, ...]:
    return (await store.log.ingest(ROOM, wires, KEYS, LATER)).rows


async def texts(store: Store) -> list[str]:
    return [row.text for row in (await store.messages.page(ROOM, None, 5000, 0)).rows]


async def test_how_a_room_stands(kept: Store) -> None:
    assert await kept.kept.get(ROOM) == Kept()
    await kept.kept.mute(ROOM, -1)
    await kept.kept.pin(ROOM, on=True)
    await kept.kept.pin(ROOM, on=True)
    await kept.kept.archive(ROOM, on=True)
    await kept.kept.mark(ROOM, on=True)
    expected = Kept(-1, 1, archived=True, marked=True)
    assert await kept.kept.get(ROOM) == (await kept.rooms.overview(ROOM)).kept == expected
    second = record(b"2" * 32)
    await kept.rooms.add(second)
    await kept.kept.pin(second.room, on=True)
    assert (await kept.kept.get(second.room)).pin == 2
    await kept.kept.pin(ROOM, on=False)
    assert (await kept.kept.get(ROOM)).pin == 0
    await kept.kept.restore(ROOM, Kept())
    assert await kept.kept.get(ROOM) == Kept()
    with pytest.raises(AppError, match="unknown room"):
        await kept.kept.mute(RoomId(bytes(16)), 0)
    await kept.close()


async def test_what_is_read_is_marked_no_more(kept: Store) -> None:
    (row,) = await take(kept, *author(1).texts("hello"))
    await kept.kept.mark(ROOM, on=True)
    await kept.marks.mark_read(ROOM, row.position, ME.peer)
    assert not (await kept.kept.get(ROOM)).marked
    await kept.close()


@pytest.mark.parametrize(
    ("muted", "stays"), [(0, False), (-1, True), (NOW_MS + 1, True), (5, False)]
)
async def test_a_message_of_somebody_else_ends_the_archive(
    kept: Store, muted: int, stays: bool
) -> None:
    await kept.kept.archive(ROOM, on=True)
    await kept.kept.mute(ROOM, muted)
    mine = Author(ME)
    await kept.log.write_own(ROOM, ME.peer, mine.compose(Text("mine")))
    assert (await kept.kept.get(ROOM)).archived
    await take(kept, *author(1).texts("hello"))
    assert (await kept.kept.get(ROOM)).archived is stays
    await kept.close()


async def test_a_life_begins_when_it_is_read(kept: Store) -> None:
    who = author(1)
    (row,) = await take(kept, who.write(Text("soon gone", vanish_s=60)).encode())
    sent = NOW_MS + 1
    assert (row.vanish_s, row.vanishes_ms) == (60, sent + 60_000 + UNREAD_MS)
    assert await kept.vanishing.next_ms() == row.vanishes_ms
    kept.vanishing.follow(lambda: NOW_MS + 5000)
    result = await kept.marks.mark_read(ROOM, row.position, ME.peer)
    assert [one.vanishes_ms for one in result.timed] == [NOW_MS + 65_000]
    kept.vanishing.follow(lambda: NOW_MS + 9000)
    again = await kept.marks.mark_read(ROOM, row.position, ME.peer)
    assert again.timed == ()
    assert await kept.vanishing.next_ms() == NOW_MS + 65_000
    assert await kept.vanishing.erase_due(NOW_MS + 64_999) == []
    (erased,) = await kept.vanishing.erase_due(NOW_MS + 65_000)
    assert (erased.room, erased.events) == (ROOM, (row.position.event,))
    assert await kept.vanishing.next_ms() is None
    assert await texts(kept) == []
    overview = await kept.rooms.overview(ROOM)
    assert (overview.total, overview.unread, overview.last) == (0, 0, None)
    assert await kept.messages.search("gone", None, 9) == []
    await kept.close()


async def test_nothing_of_it_comes_back(kept: Store, tmp_path: Path) -> None:
    who = author(1)
    secret = who.write(Text("secret", vanish_s=60))
    answer = who.write(Text("answer", secret.id))
    rows = await take(kept, secret.encode(), answer.encode())
    await kept.marks.mark_read(ROOM, rows[1].position, ME.peer)
    late = who.write(Edited(secret.id, "secret again"))
    await take(kept, late.encode())
    (erased,) = await kept.vanishing.erase_due(NOW_MS + 60_000)
    assert [(row.text, row.quote) for row in erased.quoting] == [("answer", None)]
    for body in (Edited(secret.id, "once more"), Reacted(secret.id, "👍", on=True)):
        await take(kept, who.write(body).encode())
    assert await texts(kept) == ["answer"]
    waiting = kept._database.execute
    found = await kept._database.read(lambda: waiting("SELECT count(*) FROM operation").fetchone())
    assert found == (0,)
    with pytest.raises(AppError, match="unknown message"):
        await kept.messages.by_event(secret.id)
    assert await kept.messages.hidden(ROOM) == [secret.id]
    await kept.close()
    again = await opened(tmp_path)
    assert await texts(again) == ["answer"]
    await again.close()


async def test_not_even_the_words_stay_in_the_index(kept: Store) -> None:
    who = author(1)
    await take(kept, *(who.write(Text(f"zanzibar{n}", vanish_s=60)).encode() for n in range(3)))
    await take(kept, *who.texts("mombasa"))
    execute = kept._database.execute

    def blocks() -> bytes:
        return b"".join(block for (block,) in execute("SELECT block FROM message_index_data"))

    assert b"anzibar" in await kept._database.read(blocks)
    await kept.vanishing.erase_due(LATER * 2)
    left = await kept._database.read(blocks)
    assert (b"anzibar" in left, b"mombasa" in left) == (False, True)
    assert len(await kept.messages.search("mombasa", None, 9)) == 1
    await kept.close()


async def test_what_is_over_when_it_arrives_is_not_even_shown(kept: Store) -> None:
    kept.vanishing.follow(lambda: NOW_MS + UNREAD_MS + 61_001)
    who = author(1)
    event = who.write(Text("too late", vanish_s=60))
    assert await take(kept, event.encode()) == ()
    assert (await kept.rooms.overview(ROOM)).total == 0
    assert await kept.messages.hidden(ROOM) == [event.id]
    await kept.close()


async def test_own_words_and_those_before_our_time_live_from_their_own_time(kept: Store) -> None:
    who, mine = author(1), Author(ME)
    before = who.write(Text("before", vanish_s=60), ms=1)
    own = await kept.log.write_own(
        ROOM, ME.peer, mine.compose(Joined("Me"), Text("own", vanish_s=60), ms=10)
    )
    after = who.write(Text("after", vanish_s=60), ms=20)
    rows = {row.text: row for row in await take(kept, before.encode(), after.encode())}
    assert own.rows[1].vanishes_ms == NOW_MS + 10 + 60_000
    assert rows["before"].vanishes_ms == NOW_MS + 1 + 60_000
    assert rows["after"].vanishes_ms == NOW_MS + 20 + 60_000 + UNREAD_MS
    assert [ms for _, ms in await kept.vanishing.timers(ROOM)] != []
    await kept.vanishing.set_timers(ROOM, [(after.id, 77), (before.id, LATER * 2)])
    timers = dict(await kept.vanishing.timers(ROOM))
    assert (timers[after.id], timers[before.id]) == (77, NOW_MS + 1 + 60_000)
    await kept.close()


async def test_rooms_that_are_being_removed_hold_nothing_up(kept: Store) -> None:
    await take(kept, author(1).write(Text("x", vanish_s=60)).encode())

    def half_removed() -> None:
        kept.rooms._hide(ROOM)

    await kept._database.write(half_removed)
    assert await kept.vanishing.next_ms() is None
    assert await kept.vanishing.erase_due(LATER * 2) == []
    await kept.close()


async def test_a_forwarded_message_says_so_whatever_becomes_of_it(kept: Store) -> None:
    who = author(1)
    event = who.write(Text("news", forwarded_from="Eve"))
    (row,) = await take(kept, event.encode())
    assert row.forwarded_from == "Eve"
    await take(kept, who.write(Edited(event.id, "newer")).encode())
    assert (await kept.messages.by_event(event.id)).forwarded_from == "Eve"
    await kept.close()


async def test_a_deleted_history_stays_deleted(kept: Store, tmp_path: Path) -> None:
    who = author(1)
    old = [who.write(Text(f"old {n}")) for n in range(5)]
    await take(kept, *(event.encode() for event in old))
    await take(kept, who.write(Edited(old[0].id, "old and edited")).encode())
    await kept.kept.clear(ROOM)
    assert await texts(kept) == []
    overview = await kept.rooms.overview(ROOM)
    assert (overview.total, overview.unread, overview.last) == (0, 0, None)
    assert await kept.messages.search("old", None, 9) == []
    vector = await kept.log.vector(ROOM)
    assert vector == {who.peer: 6}
    assert await kept.kept.cleared(ROOM) == vector
    assert len(await kept.log.events_in(ROOM, [(who.peer, 1, 6)], 1 << 20)) == 6
    await take(kept, *who.texts("new"))
    assert await texts(kept) == ["new"]
    assert await kept.messages.position_at(ROOM, 0) is not None
    await kept.close()
    again = await opened(tmp_path)
    assert await texts(again) == ["new"]
    # Not even after the room was forgotten and comes from elsewhere.
    await again.rooms.remove(ROOM)
    await again.rooms.add(record())
    await take(again, *who.wires)
    assert await texts(again) == ["new"]
    await again.kept.cap_cleared(ROOM, who.peer, 3)
    assert await again.kept.cleared(ROOM) == {who.peer: 3}
    await again.close()


async def test_deleting_much_goes_in_steps_and_is_taken_up_again(
    kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_repository, "CLEAR_ROWS", 10)
    statement = kept_repository._OUTDATED.replace("2000", "10")
    monkeypatch.setattr(kept_repository, "_OUTDATED", statement)
    who = author(1)
    await take(kept, *who.texts(*map(str, range(35))))
    finish = kept.kept.finish_clearing

    async def interrupted() -> None:
        await kept._database.write(kept.kept._clear_some)

    monkeypatch.setattr(kept.kept, "finish_clearing", interrupted)
    await kept.kept.clear(ROOM)
    assert len(await texts(kept)) == 25
    await take(kept, *who.texts("meanwhile"))
    await kept.close()
    again = await opened(tmp_path)
    assert await texts(again) == ["meanwhile"]
    overview = await again.rooms.overview(ROOM)
    assert (overview.total, overview.unread) == (1, 1)
    assert finish is not None
    await again.close()


async def test_pins_dates_and_mentions(kept: Store) -> None:
    who = author(1)
    events = [
        who.write(Text("one"), ms=100),
        who.write(Text("two", mentions=(ME.peer,)), ms=200),
        who.write(Text("three", mentions=(ME.peer,)), ms=300),
    ]
    assert await kept.kept.at_time(ROOM, NOW_MS) is None
    await take(kept, *(event.encode() for event in events))
    for event in reversed(events):
        await take(kept, who.write(Pinned(event.id, on=True), ms=400).encode())
    await take(kept, who.write(Pinned(events[1].id, on=False), ms=500).encode())
    await take(kept, who.write(Pinned(EventId(b"?" * 32), on=True), ms=600).encode())
    assert [row.text for row in await kept.kept.pinned(ROOM)] == ["one", "three"]
    at_time = kept.kept.at_time
    assert await at_time(ROOM, NOW_MS + 150) == events[1].position
    assert await at_time(ROOM, NOW_MS + 200) == events[1].position
    assert await at_time(ROOM, LATER * 100_000) == events[2].position
    assert await at_time(ROOM, -1) == events[0].position
    assert await kept.kept.first_mention(ROOM) == events[1].position
    await kept.marks.mark_read(ROOM, events[1].position, ME.peer)
    assert await kept.kept.first_mention(ROOM) == events[2].position
    await take(kept, who.write(Deleted(events[2].id), ms=700).encode())
    assert await kept.kept.first_mention(ROOM) is None
    await kept.close()


async def test_people_look_as_they_said_last_whatever_room_they_said_it_in(kept: Store) -> None:
    who = author(1)
    newer, older = who.write(Pictured(PNG + b"2"), ms=50), Author(who.identity)
    older.room, older.secret = record(b"2" * 32).room, b"2" * 32
    await kept.rooms.add(record(b"2" * 32))
    await take(kept, newer.encode())
    event = older.write(Pictured(PNG + b"1"), ms=10)
    keys = {0: older._keys(0)}
    await kept.log.ingest(older.room, [event.encode()], keys, LATER)
    name = picture_name(PNG + b"2")
    assert await kept.pictures.faces() == {who.peer: name}
    assert await kept.pictures.get(name) == PNG + b"2"
    await kept.pictures.forget_others(set())
    assert await kept.pictures.get(picture_name(PNG + b"1")) is None
    assert await kept.pictures.get(name) == PNG + b"2"
    await take(kept, who.write(Pictured(b""), ms=60).encode())
    assert await kept.pictures.faces() == {}
    await kept.pictures.forget_others({name})
    assert await kept.pictures.get(name) is not None
    await kept.close()


async def test_what_a_room_knows_of_our_picture(kept: Store) -> None:
    mine = Author(ME)
    assert await kept.pictures.told() == {ROOM: ""}
    await kept.log.write_own(ROOM, ME.peer, mine.compose(Pictured(PNG), RoomPictured(PNG + b"r")))
    assert await kept.pictures.told() == {ROOM: picture_name(PNG)}
    assert (await kept.log.state(ROOM)).picture == picture_name(PNG + b"r")
    assert await kept.pictures.get(picture_name(PNG + b"r")) == PNG + b"r"
    await kept.close()
