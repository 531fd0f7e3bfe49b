"""The small parts on their own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.domain.changes import (
    Change,
    RoomRemoved,
)
from app.domain.errors import AppError
from app.domain.events import Text
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageKind, MessageState, MessageView, Position
from app.services import background as background_module
from app.services import own_messages, room_logs
from app.services.background import Background
from app.services.feed import Feed
from app.services.mark_journal import MarkJournal
from app.services.own_messages import OwnMessages
from app.services.room_logs import RecentEvents
from app.services.server_urls import canonical
from app.storage.records import MessageRow
from app.storage.store import Store
from tests.services.world import World, until
from tests.storage.support import KEY, ROOM, author, record

PEER = PeerId(bytes(32))


def event_id(number: int) -> EventId:
    return EventId(number.to_bytes(32, "big"))


def view(number: int, *, own: bool) -> MessageView:
    place = Position(number, event_id(number))
    kind, state = MessageKind.TEXT, MessageState.QUEUED
    return MessageView(ROOM, place, PEER, "", own, kind, "", 0, state)


# -- the feed


@pytest.mark.expected_errors("app.services.feed: a listener failed on RoomRemoved")
def test_a_listener_that_fails_hinders_nobody() -> None:
    feed, heard = Feed(), list[Change]()

    def fail(_change: Change) -> None:
        raise ZeroDivisionError

    feed.subscribe(fail)
    unsubscribe = feed.subscribe(heard.append)
    feed.publish(RoomRemoved(ROOM), RoomRemoved(ROOM))
    assert len(heard) == 2
    unsubscribe()
    unsubscribe()
    feed.publish(RoomRemoved(ROOM))
    assert len(heard) == 2


def test_a_listener_may_leave_while_it_is_told() -> None:
    feed, heard = Feed(), list[Change]()

    def once(change: Change) -> None:
        heard.append(change)
        leave()

    leave = feed.subscribe(once)
    feed.publish(RoomRemoved(ROOM), RoomRemoved(ROOM))
    assert len(heard) == 1


# -- the background


async def test_nothing_is_started_before_or_after() -> None:
    background = Background()
    await background.close()

    async def work() -> None:
        raise AssertionError("never")

    with pytest.raises(RuntimeError):
        background.spawn(work())
    await background.start()
    assert background.is_open
    await background.close()
    with pytest.raises(RuntimeError):
        background.spawn(work())


@pytest.mark.expected_errors("app.services.background: a background task failed")
async def test_one_that_fails_takes_no_other_down() -> None:
    background, ended = Background(), list[str]()

    async def fail() -> None:
        raise ZeroDivisionError

    async def last() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            ended.append("cleaned up")

    await background.start()
    failing, lasting = background.spawn(fail()), background.spawn(last())
    await asyncio.wait({failing})
    assert not lasting.done()
    await background.close()
    assert ended == ["cleaned up"]


@pytest.mark.expected_errors("app.services.background: some tasks did not end in time")
async def test_the_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_module, "CLOSE_LIMIT", 0.05)
    background, go_on = Background(), asyncio.Event()

    async def stubborn() -> None:
        while not go_on.is_set():
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                continue

    await background.start()
    task = background.spawn(stubborn())
    await asyncio.sleep(0)
    await background.close()
    assert not task.done()
    go_on.set()
    await asyncio.wait({task})
    assert background._root is not None
    await asyncio.gather(background._root, return_exceptions=True)


# -- what is remembered


def row(seq: int, kind: MessageKind = MessageKind.TEXT) -> MessageRow:
    return MessageRow(ROOM, Position(seq, event_id(seq)), PEER, seq, kind, "", None)


async def test_own_messages_are_known_by_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_messages, "KEPT", 3)
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    own = OwnMessages(PEER, store)
    assert own.recent(ROOM, range(0)) == ()
    assert own.recent(ROOM, range(1, 2)) is None
    own.note(ROOM, [row(4), row(5, MessageKind.RENAMED), row(6)], 4)
    assert own.recent(ROOM, range(4, 7)) == (event_id(4), event_id(6))
    assert own.recent(ROOM, range(5, 6)) == ()
    assert own.recent(ROOM, range(3, 7)) is None
    own.note(ROOM, [row(7), row(8)], 7)
    assert own.recent(ROOM, range(4, 9)) is None
    assert own.recent(ROOM, range(5, 9)) == (event_id(6), event_id(7), event_id(8))
    await store.close()


def test_recent_events_are_bounded_and_may_come_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = author(1)
    writer.texts(*("x" * 100 for _ in range(20)))
    monkeypatch.setattr(room_logs, "RECENT_BYTES", 5 * len(writer.wires[0]))
    recent = RecentEvents()
    fresh = author(1)
    events = [fresh.write(Text("x" * 100)) for _ in range(20)]
    for event in [*events, *events[-3:], *events[-3:]]:
        recent.add(event)
    assert recent._size == sum(map(len, recent._events.values()))
    last = (writer.peer, 18, 20)
    assert len(recent.take(ROOM, [last], 10**6)) == 3
    assert len(recent.take(ROOM, [last], 1)) == 1
    assert recent.take(ROOM, [(writer.peer, 1, 20)], 10**6) == []


# -- marks


async def test_marks_that_cannot_be_written_do_not_stop_the_journal(world: World) -> None:
    ana = await world.person("Ana").start()
    journal = ana.backend._services.journal
    nowhere = RoomId(bytes(16))
    journal.sent(nowhere, 3)
    journal.reported(nowhere, PEER, {PEER: 3}, {})
    await until(lambda: not journal._sent)
    made = await ana.backend.chats.create_room("Lab")
    journal.sent(made.room, 2)
    await journal.flush()
    assert (await ana.store.marks.load(made.room)).sent == 2


async def test_a_mistake_in_the_journal_is_not_hidden() -> None:
    class Broken:
        async def set_sent(self, *_: object) -> None:
            raise ZeroDivisionError

    class Holder:
        marks = Broken()

    journal = MarkJournal(Holder())  # type: ignore[arg-type]
    journal.sent(ROOM, 1)
    with pytest.raises(ZeroDivisionError):
        await journal.flush()


# -- addresses


@pytest.mark.parametrize(
    ("given", "kept"),
    [("http://h:8765", "http://h:8765"), ("HTTP://H:8765/", "http://h:8765")],
)
def test_a_server_has_one_spelling(given: str, kept: str) -> None:
    assert canonical(given) == kept


def test_no_server_is_refused() -> None:
    with pytest.raises(AppError, match="bad server url"):
        canonical("")
