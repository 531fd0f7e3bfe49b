"""Clocks that are wrong, events that have to wait, and the chores of rooms."""

from __future__ import annotations

import time

import pytest

from app.domain.changes import MessagesAdded
from app.domain.errors import AppError
from app.domain.events import Text
from app.domain.ids import PeerId, to_text
from app.services.clocks import WallClock
from app.storage.log_repository import LogRepository
from tests.services.world import URL, World, until

HOUR_MS = 3_600_000


async def test_an_event_from_the_future_waits_and_is_shown_in_its_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    clock = ana.backend._services.logs.wall
    monkeypatch.setattr(clock, "_correction", 3 * HOUR_MS)
    await ana.say(room, "from tomorrow")
    monkeypatch.setattr(clock, "_correction", 0)
    await ana.say(room, "from now")
    await bob.has(room, "from now")
    assert await bob.texts(room) == ["from now"]
    here = bob.backend._services.logs.wall
    monkeypatch.setattr(here, "_correction", 3 * HOUR_MS)
    await bob.has(room, "from tomorrow")
    await until(lambda: "from tomorrow" in _added(bob.heard(MessagesAdded)))
    assert await bob.texts(room) == ["from now", "from tomorrow"]
    conversation = bob.backend._services.opener._book.get(room)
    await until(lambda: not conversation.held)


def _added(changes: list[MessagesAdded]) -> list[str]:
    return [view.text for change in changes for view in change.messages]


async def test_a_chore_that_fails_is_done_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    release = LogRepository.release_held
    failures: list[str] = []

    async def fail(*arguments: object, **options: object) -> None:
        del arguments, options
        failures.append("once")
        raise AppError("disk-full")

    monkeypatch.setattr(LogRepository, "release_held", fail)
    conversation = bob.backend._services.opener._book.get(room)

    def has_failed_twice() -> bool:
        conversation.held = True  # a release that was under way may have found nothing
        return len(failures) > 1

    await until(has_failed_twice)
    monkeypatch.setattr(LogRepository, "release_held", release)
    await until(lambda: not conversation.held)
    await ana.backend.chats.leave(room)
    await until(lambda: ana.backend._services.opener._book.find(room) is None)


async def test_whose_clock_is_days_ahead_is_told_of_once(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    clock = ana.backend._services.logs.wall
    clock._correction = 50 * HOUR_MS + 60_000
    for text in ("from the day after tomorrow", "and another"):
        await ana.say(room, text)
    error = await bob.error_of("clock-ahead")
    assert (error.params["peer"], error.params["hours"]) == (to_text(ana.peer), 50)
    number = ana.backend._services.opener._book.get(room).vector[ana.peer]
    book = bob.backend._services.opener._book
    await until(lambda: book.get(room).vector[ana.peer] == number)
    assert bob.errors().count("clock-ahead") == 1
    assert await bob.texts(room) == []
    bob.backend._services.logs.wall._correction = 51 * HOUR_MS
    await bob.backend._services.logs.release_held(room)
    assert await bob.texts(room) == ["from the day after tomorrow", "and another"]


async def test_two_clocks_outvote_ours(world: World) -> None:
    world.server.skew_ms = -5 * HOUR_MS
    room, (ana, bob) = await world.together("Ana", "Bob")
    wall = ana.backend._services.logs.wall
    assert wall.correction_ms == 0
    wall.learn(PeerId(b"1" * 32), -5 * HOUR_MS)
    wall.learn(PeerId(b"2" * 32), -5 * HOUR_MS)
    assert abs(wall.correction_ms + 5 * HOUR_MS) < 60_000
    view = await ana.say(room, "hours ago")
    assert view.time_ms < time.time() * 1000 - 4 * HOUR_MS
    await bob.has(room, "hours ago")


def test_the_latest_word_of_each_clock_counts() -> None:
    wall = WallClock()
    for offset in (HOUR_MS, 0):
        wall.learn("one", offset)
        wall.learn("two", offset)
    assert wall.correction_ms == 0
    before, now = wall.raw_ms(), wall.now_ms()
    assert before <= now <= wall.raw_ms()


async def test_writing_goes_on_after_what_was_seen(world: World) -> None:
    """A person whose clock is behind answers below what is answered."""
    room, (ana, bob) = await world.together("Ana", "Bob")
    clock = bob.backend._services.logs.wall
    await ana.say(room, "question")
    await bob.has(room, "question")
    clock._correction = -HOUR_MS // 12
    await bob.say(room, "answer")
    await ana.has(room, "answer")
    assert await ana.texts(room) == ["question", "answer"]
    await bob.stop()
    await bob.start()
    await bob.backend._services.logs.append(room, Text("after a restart"))
    assert (await bob.texts(room))[-1] == "after a restart"


async def test_rooms_are_ordered_by_what_happened_last(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    first = await ana.backend.chats.create_room("First")
    await ana.backend.chats.create_room("Second")
    names = [room.name for room in await ana.backend.chats.rooms()]
    assert names == ["Second", "First"]
    await ana.say(first.room, "up")
    names = [room.name for room in await ana.backend.chats.rooms()]
    assert names == ["First", "Second"]
