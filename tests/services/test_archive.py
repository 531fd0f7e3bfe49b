"""A profile of several rooms goes through an archive and is the same afterwards."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.crypto import kdf
from app.crypto.archive import ArchiveSealer
from app.crypto.identity import Identity
from app.crypto.room_keys import epoch_keys
from app.crypto.vault import Secrets
from app.domain.errors import AppError
from app.domain.events import Created, Joined, Text, decode_event
from app.domain.ids import RoomId
from app.domain.views import RoomKind
from app.protocol.archive import (
    EventsEntry,
    HiddenEntry,
    KeptEntry,
    MarksEntry,
    ProfileRecord,
    ReadEntry,
    Record,
    RecordWriter,
    RoomEntry,
)
from app.services import archive_service
from app.services.archive_service import export_profile, import_profile, to_its_end
from app.services.clocks import WallClock
from app.services.conversation import WAITING
from app.services.me import NAME_SETTING, Me
from app.services.picture_service import PICTURE_SETTING
from app.storage.records import Kept, RoomRecord
from app.storage.store import Store
from tests.storage.support import EPOCH_1, KEY, NOW_MS, Author, author, record

ME = Identity(b"m" * 32)
WORDS = "a long walk home"
ROOM_SECRET = bytes([9]) * 32
PNG = b"\x89PNG\r\n\x1a\n"
SEED = bytes(32)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "ARGON2_MEMORY_KIB", 8)
    monkeypatch.setattr(WallClock, "now_ms", lambda _: NOW_MS + 10**9)
    monkeypatch.setattr(archive_service, "BATCH_BYTES", 20_000)
    monkeypatch.setattr(archive_service, "INGEST_EVENTS", 100)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = await Store.open(tmp_path / "old", KEY, ME.peer)
    yield made
    await made.close()


async def fill(store: Store, number: int, texts: int) -> RoomId:
    """Make a room in which three people have written, and we have read half."""
    secret = bytes([number]) * 32
    made = record(secret)
    await store.rooms.add(
        RoomRecord(made.room, RoomKind.GROUP, {0: secret, 1: EPOCH_1}, None, joined=True)
    )
    mine = Author(ME, made.room, secret)
    await store.log.write_own(
        made.room, ME.peer, mine.compose(Created(f"Room {number}"), Joined("Me"))
    )
    for who in (author(1, secret), author(2, secret)):
        wires = [who.write(Joined("Friend")).encode(), *who.texts(*map(str, range(texts)))]
        wires.append(who.write(Text("later epoch"), epoch=1).encode())
        keys = {n: epoch_keys(n, key) for n, key in ((0, secret), (1, EPOCH_1))}
        await store.log.ingest(made.room, wires, keys, NOW_MS + 10**9)
        await store.marks.update(made.room, who.peer, {ME.peer: 2, who.peer: texts}, {ME.peer: 1})
    await store.log.write_own(made.room, ME.peer, mine.compose(Text("one"), Text("two")))
    await store.marks.set_sent(made.room, 3)
    page = await store.messages.page(made.room, None, texts, 0)
    await store.marks.mark_read(made.room, page.rows[0].position, ME.peer)
    await store.rooms.save_draft(made.room, f"draft {number}")
    await store.messages.hide(page.rows[1].position.event)
    return made.room


async def picture(store: Store, room: RoomId) -> list[object]:
    """Everything of a room that anybody could see."""
    page = await store.messages.page(room, None, 100_000, 0)
    vector = await store.log.vector(room)
    spans = [(peer, 1, vector[peer]) for peer in sorted(vector)]
    return [
        next(each for each in await store.rooms.all() if each.room == room),
        page,
        await store.rooms.overview(room),
        await store.log.state(room),
        await store.marks.load(room),
        await store.messages.hidden(room),
        await store.log.events_in(room, spans, 1 << 30),
    ]


class Imported:
    """The profile that an import has built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets: Secrets | None = None
        self.progress: list[tuple[int, int]] = []

    async def take(self, path: Path, words: str = WORDS) -> None:
        def create(secrets: Secrets) -> None:
            self.secrets = secrets

        await import_profile(
            self.folder, path, words, create, lambda *done: self.progress.append(done)
        )

    async def open(self) -> Store:
        assert self.secrets is not None
        return await Store.open(self.folder, self.secrets.database_key, ME.peer)


@pytest.fixture
def imported(tmp_path: Path) -> Imported:
    folder = tmp_path / "new"
    folder.mkdir()
    return Imported(folder)


async def test_a_profile_is_the_same_afterwards(
    store: Store, imported: Imported, tmp_path: Path
) -> None:
    lengths = {1: 700, 2: 40, 3: 40}
    rooms = [await fill(store, number, texts) for number, texts in lengths.items()]
    notes = RoomRecord(RoomId(b"n" * 16), RoomKind.NOTES, {0: SEED}, None, joined=True)
    direct = RoomRecord(RoomId(b"d" * 16), RoomKind.DIRECT, {0: SEED}, author(3).peer, joined=False)
    for empty in (notes, direct):
        await store.rooms.add(empty)
    await store.settings.set("theme", "dark")
    await store.settings.set("log.old", "a matter of this database")
    await store.peers.seen(author(1).peer, "Friend", 1234)
    await store.peers.seen(author(4).peer, "", 99)
    told: list[tuple[int, int]] = []
    path = tmp_path / "backup"
    await export_profile(store, Me(ME, "Ana"), path, WORDS, lambda *done: told.append(done))
    events = sum(2 * (texts + 2) + 4 for texts in lengths.values())
    assert told[-1] == (events, events)
    assert told == sorted(told)

    await imported.take(path)
    assert imported.progress[-1] == (path.stat().st_size, path.stat().st_size)
    assert imported.secrets is not None
    assert imported.secrets.seed == ME.seed
    new = await imported.open()
    for room in (*rooms, notes.room, direct.room):
        assert await picture(new, room) == await picture(store, room)
    names, seen = await store.peers.names(), await store.peers.last_seen()
    assert (await new.peers.names(), await new.peers.last_seen()) == (names, seen)
    stored = await new.settings.all()
    assert {key: stored[key] for key in ("theme", NAME_SETTING)} == {
        "theme": "dark",
        NAME_SETTING: "Ana",
    }
    assert stored.get("log.old") is None
    hits = await new.messages.search("699", rooms[0], 10)
    assert len(hits) == 2
    await new.close()


async def test_an_empty_passphrase_is_none(store: Store, tmp_path: Path) -> None:
    with pytest.raises(AppError) as caught:
        await export_profile(store, Me(ME, "Ana"), tmp_path / "backup", "")
    assert caught.value.code == "passphrase-empty"


async def test_a_cancelled_export_leaves_nothing(store: Store, tmp_path: Path) -> None:
    await fill(store, 1, 600)
    begun = asyncio.Event()
    exporting = asyncio.create_task(
        export_profile(store, Me(ME, "Ana"), tmp_path / "backup", WORDS, lambda *_: begun.set())
    )
    await begun.wait()
    exporting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await exporting
    assert names(tmp_path) == {"old"}


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def archive(path: Path, *records: Record) -> Path:
    """Write a file that is genuine, whatever it says."""
    sealer, writer = ArchiveSealer(WORDS), RecordWriter()
    content = b"".join(map(writer.write, records)) + writer.end()
    path.write_bytes(sealer.header + sealer.feed(content) + sealer.finish())
    return path


ANA = ProfileRecord(seed=ME.seed, name="Ana", made_ms=0, events=0)
HALL = record()
ROOM = RoomEntry(
    room=HALL.room, kind="group", peer=None, joined=True, epochs=[(0, SEED)], draft="", sent=0
)
KEPT: dict[str, Any] = {
    "room": HALL.room,
    "muted_ms": -1,
    "pin": 2,
    "archived": True,
    "marked": True,
}
WIRES = author(1).texts("one", "two", "three")
FORGED = WIRES[0][:-1] + bytes([WIRES[0][-1] ^ 1])


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([EventsEntry(room=HALL.room, events=WIRES)], "archive-damaged"),
        ([ReadEntry(room=HALL.room, hlc=1, event=bytes(32))], "archive-damaged"),
        ([MarksEntry(room=HALL.room, member=ME.peer, marks=[])], "archive-damaged"),
        ([ROOM, EventsEntry(room=HALL.room, events=WIRES[1:])], "archive-damaged"),
        ([ROOM, EventsEntry(room=HALL.room, events=[FORGED])], "archive-damaged"),
        ([ROOM, EventsEntry(room=HALL.room, events=[b"noise"])], "archive-damaged"),
        ([HiddenEntry(room=HALL.room, events=[])], "archive-damaged"),
        ([ROOM, KeptEntry(**KEPT, standing="king")], "archive-damaged"),
        ([KeptEntry(**KEPT, standing="left")], "archive-damaged"),
        (
            [
                RoomEntry(
                    room=HALL.room,
                    kind="group",
                    peer=None,
                    joined=True,
                    epochs=[],
                    draft="",
                    sent=0,
                )
            ],
            "archive-damaged",
        ),
        (
            [
                RoomEntry(
                    room=HALL.room,
                    kind="forum",
                    peer=None,
                    joined=True,
                    epochs=[(0, SEED)],
                    draft="",
                    sent=0,
                )
            ],
            "archive-newer",
        ),
    ],
)
async def test_what_does_not_fit_together_is_refused(
    records: list[Record], code: str, imported: Imported, tmp_path: Path
) -> None:
    path = archive(tmp_path / "odd", ANA, *records)
    with pytest.raises(AppError) as caught:
        await imported.take(path)
    assert caught.value.code == code


async def test_what_was_hidden_twice_or_never_seen_does_no_harm(
    imported: Imported, tmp_path: Path
) -> None:
    seen: bytes = decode_event(WIRES[0]).id
    hidden = [HiddenEntry(room=HALL.room, events=each) for each in ([bytes(32)], [seen], [seen])]
    path = archive(tmp_path / "odd", ANA, ROOM, EventsEntry(room=HALL.room, events=WIRES), *hidden)
    await imported.take(path)
    new = await imported.open()
    assert (await new.messages.page(HALL.room, None, 9, 0)).total == 2
    await new.close()


async def test_a_clock_that_is_behind_hides_nothing(
    store: Store, imported: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await fill(store, 1, 5)
    await export_profile(store, Me(ME, "Ana"), tmp_path / "backup", WORDS)
    monkeypatch.setattr(WallClock, "now_ms", lambda _: 0)
    await imported.take(tmp_path / "backup")
    new = await imported.open()
    assert await picture(new, room) == await picture(store, room)
    await new.close()


async def test_a_wrong_passphrase_makes_nothing(imported: Imported, tmp_path: Path) -> None:
    path = archive(tmp_path / "good", ANA, ROOM)
    with pytest.raises(AppError) as caught:
        await imported.take(path, "other words")
    assert caught.value.code == "wrong-passphrase"
    assert imported.secrets is None
    assert not list(imported.folder.iterdir())


async def test_work_in_a_thread_ends_before_its_owner_does() -> None:
    begun, go, story = asyncio.Event(), threading.Event(), list[str]()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(begun.set)
        go.wait(10)
        story.append("done")
        raise ZeroDivisionError

    task = asyncio.create_task(to_its_end(work))
    await begun.wait()
    task.cancel()
    loop.call_soon(go.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert story == ["done"]


async def test_how_rooms_stand_and_what_must_not_return_goes_along(
    store: Store, imported: Imported, tmp_path: Path
) -> None:
    room = await fill(store, 1, 6)
    other = author(7, secret=ROOM_SECRET)
    soon = [other.write(Text(f"soon {n}", vanish_s=60)).encode() for n in range(3)]
    at_hand = {0: epoch_keys(0, ROOM_SECRET)}
    await store.rooms.add(record(ROOM_SECRET))
    await store.log.ingest(other.room, soon, at_hand, NOW_MS + 10**9)
    page = await store.messages.page(other.room, None, 10, 0)
    timers = [(row.position.event, NOW_MS + 10**9 + n * 10**6) for n, row in enumerate(page.rows)]
    await store.vanishing.set_timers(other.room, timers)
    await store.kept.clear(room)
    await store.kept.restore(room, Kept(-1, 2, archived=True, marked=True))
    await store.rooms.set_standing(room, "left")
    name = await store.pictures.keep(PNG)
    await store.settings.set(PICTURE_SETTING, name)
    await export_profile(store, Me(ME, "Ana"), tmp_path / "export", WORDS)
    await imported.take(tmp_path / "export")
    new = await imported.open()
    try:
        assert await new.kept.get(room) == Kept(-1, 2, archived=True, marked=True)
        assert (await new.messages.page(room, None, 10, 0)).rows == ()
        assert {one.standing for one in await new.rooms.all() if one.room == room} == {"left"}
        assert await new.vanishing.timers(other.room) == sorted(timers)
        assert await new.messages.hidden(other.room) == []
        assert await new.pictures.get(name) == PNG
    finally:
        await new.close()


async def test_keys_of_all_kinds_go_along(store: Store, imported: Imported, tmp_path: Path) -> None:
    waiting = RoomRecord(RoomId(b"w" * 16), RoomKind.GROUP, {WAITING: b"t" * 32}, None, joined=True)
    await store.rooms.add(waiting)
    inside = record()
    await store.rooms.add(replace(inside, governs={7: b"g" * 32}))
    await store.log.set_founder(inside.room, ME.peer)
    await export_profile(store, Me(ME, "Ana"), tmp_path / "export", WORDS)
    await imported.take(tmp_path / "export")
    new = await imported.open()
    try:
        found = {one.room: one for one in await new.rooms.all()}
        assert dict(found[waiting.room].epochs) == {WAITING: b"t" * 32}
        assert dict(found[inside.room].governs) == {7: b"g" * 32}
        assert (await new.log.state(inside.room)).governance.seed == ME.peer
    finally:
        await new.close()
