"""How conversations are kept, disappear, are left, forwarded and pictured, among several people."""

from __future__ import annotations

import time

import pytest

from app.domain.changes import (
    HistoryDeleted,
    MessagesChanged,
    MessagesRemoved,
    RoomRemoved,
)
from app.domain.errors import AppError
from app.domain.views import MessageKind, MessageState
from app.services import peer_link
from tests.services.keeping import Times, all_heard_of, summary, vanishing
from tests.services.world import URL, World, until


async def test_pins_come_first_in_the_order_in_which_they_were_pinned(world: World) -> None:
    (ana,) = await world.started("Ana")
    rooms = [(await ana.backend.chats.create_room(name)).room for name in "abcd"]
    conversations = ana.backend.conversations
    for room in (rooms[2], rooms[0]):
        await conversations.pin(room, on=True)
        await conversations.pin(room, on=True)
    listed = [one.name for one in await ana.backend.chats.rooms()]
    assert (listed[:2], set(listed[2:])) == (["c", "a"], {"b", "d"})
    await ana.stop()
    await ana.start()
    assert [one.name for one in await ana.backend.chats.rooms()][:2] == ["c", "a"]
    await ana.backend.conversations.pin(rooms[2], on=False)
    assert next(one.name for one in await ana.backend.chats.rooms()) == "a"


async def test_a_message_brings_an_archived_conversation_back_unless_muted(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.backend.conversations.archive(room, on=True)
    await ana.backend.conversations.mute(room, -1)
    await bob.say(room, "psst")
    await ana.has(room, "psst")
    assert (await summary(ana, room)).archived
    await ana.backend.conversations.mute(room, 1)
    assert (await summary(ana, room)).muted_until_ms == 1
    await bob.say(room, "hello?")
    await ana.has(room, "hello?")
    assert not (await summary(ana, room)).archived


async def test_a_mark_ends_when_it_is_read(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    view = await bob.say(room, "news")
    await ana.has(room, "news")
    await ana.backend.conversations.mark_unread(room)
    assert (await summary(ana, room)).marked_unread
    await ana.backend.chats.mark_read(room, view.event)
    assert not (await summary(ana, room)).marked_unread
    await ana.backend.conversations.mark_unread(room)
    await ana.backend.conversations.mark_unread(room, on=False)
    assert not (await summary(ana, room)).marked_unread


async def test_messages_disappear_for_everybody_and_do_not_come_back(
    world: World, times: Times
) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await ana.say(room, "this stays")
    await vanishing(ana, room, 60)
    await all_heard_of(60, room, ana, bob, eve)
    secret = await ana.say(room, "burn this")
    assert secret.vanish_s == 60
    assert 0 < secret.vanishes_ms - secret.time_ms <= 60_000
    await bob.has(room, "burn this")
    await eve.has(room, "burn this")
    answer = await bob.backend.chats.send(room, "I will", secret.event)
    await bob.backend.chats.mark_read(room, secret.event)
    timed = await bob.backend.chats.message(secret.event)
    assert timed.vanishes_ms <= time.time_ns() // 1_000_000 + 60_000
    assert any(change.messages[0].event == secret.event for change in bob.heard(MessagesChanged))
    await ana.has(room, "I will")
    times.pass_by(61, ana, bob, eve)
    await until(lambda: any(secret.event in one.messages for one in ana.heard(MessagesRemoved)))
    await until(lambda: any(secret.event in one.messages for one in bob.heard(MessagesRemoved)))
    assert await ana.texts(room) == ["this stays", "I will"]
    assert "burn this" not in await bob.texts(room)
    assert (await ana.backend.chats.message(answer.event)).reply is None
    assert not await ana.backend.chats.search("burn", None, 5)
    # Eve has not read it yet.
    assert "burn this" in await eve.texts(room)
    await ana.stop()
    await ana.start(URL)
    assert "burn this" not in await ana.texts(room)


async def test_what_became_due_while_we_were_away_is_gone_at_the_start(
    world: World, times: Times
) -> None:
    (ana,) = await world.started("Ana")
    room = await ana.backend.chats.open_notes()
    await vanishing(ana, room, 30)
    await ana.say(room, "for a moment")
    await ana.stop()
    times.pass_by(31)
    await ana.start()
    assert await ana.texts(room) == []
    last = (await summary(ana, room)).last
    assert last is None or last.kind is not MessageKind.TEXT


async def test_a_newcomer_is_not_shown_what_is_gone_for_the_others(
    world: World, times: Times
) -> None:
    (ana,) = await world.started("Ana")
    made = await ana.backend.chats.create_room("Attic")
    await vanishing(ana, made.room, 60)
    await ana.say(made.room, "gone by then")
    await vanishing(ana, made.room, 0)
    await ana.say(made.room, "hello")
    times.pass_by(61, ana)
    (bob,) = await world.started("Bob")
    await bob.backend.chats.join(made.link)
    await bob.has(made.room, "hello")
    assert "gone by then" not in await bob.texts(made.room)


async def test_both_of_two_may_let_messages_disappear(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await ana.say(room, "hello")
    await bob.backend.chats.open_direct(ana.peer, "Ana")
    await bob.has(room, "hello")
    for one, seconds in ((bob, 3600), (ana, 60), (ana, 60), (bob, 0)):
        await vanishing(one, room, seconds)
        await all_heard_of(seconds, room, ana, bob)
    with pytest.raises(AppError, match="bad rule"):
        await vanishing(ana, room, 10**10)


async def test_a_history_that_was_deleted_stays_so(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    for text in ("one", "two", "three"):
        await bob.say(room, text)
    await ana.has(room, "three")
    await ana.backend.conversations.delete_history(room)
    assert ana.heard(HistoryDeleted)
    assert await ana.history(room) == []
    empty = await summary(ana, room)
    assert (empty.unread, empty.last) == (0, None)
    assert not await ana.backend.chats.search("two", None, 5)
    await ana.stop()
    await ana.start(URL)
    await bob.say(room, "four")
    await ana.has(room, "four")
    assert await ana.texts(room) == ["four"]
    assert await bob.texts(room) == ["one", "two", "three", "four"]


async def test_a_deleted_conversation_of_two_comes_back_empty(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_link, "USELESS_AFTER", 0.5)
    ana, bob = await world.started("Ana", "Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await ana.say(room, "hello")
    await bob.backend.chats.open_direct(ana.peer, "Ana")
    await bob.has(room, "hello")
    reply = await bob.say(room, "hello yourself")
    await bob.reached(reply, MessageState.DELIVERED)
    await ana.backend.conversations.leave(room, keep=True)
    assert ana.listed(room)
    await ana.backend.conversations.leave(room, keep=False)
    assert ana.heard(RoomRemoved)
    await bob.say(room, "still there?")
    await until(lambda: ana.listed(room))
    await ana.has(room, "still there?")
    assert await ana.texts(room) == ["still there?"]
