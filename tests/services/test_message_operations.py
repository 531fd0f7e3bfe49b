"""Editing, deleting, reacting, pinning, hiding, quoting, mentioning among real people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from app.domain.changes import MessagesChanged, MessagesRemoved, RoomChanged
from app.domain.errors import AppError
from app.domain.ids import EventId, to_text
from app.domain.limits import MAX_TEXT_BYTES
from app.domain.views import MessageKind, MessageView, Reaction, ReplyPreview
from tests.services.world import URL, Someone, World, until

THUMB, HEART = "\U0001f44d", "\u2764\ufe0f"


async def sees(someone: Someone, view: MessageView, wanted: Callable[[MessageView], bool]) -> None:
    """Wait until a message looks as wanted."""
    latest: list[MessageView] = [view]

    def look() -> bool:
        told = [
            one
            for change in someone.heard(MessagesChanged)
            for one in change.messages
            if one.event == view.event
        ]
        latest[0] = told[-1] if told else view
        return bool(told) and wanted(told[-1])

    await until(look, f"{someone.name} sees {latest[0]}")
    assert wanted(await someone.backend.chats.message(view.event))


async def code(call: Awaitable[object]) -> str:
    with pytest.raises(AppError) as raised:
        await call
    return raised.value.code


async def test_everybody_sees_what_is_done(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    view = await ana.say(room, "first")
    for other in (bob, eve):
        await other.has(room, "first")
    await ana.backend.chats.edit(view.event, "second")
    await bob.backend.chats.react(view.event, THUMB)
    await sees(eve, view, lambda v: bool(v.reactions))
    await eve.backend.chats.react(view.event, THUMB)
    await eve.backend.chats.pin(view.event, on=True)
    for one in (ana, bob, eve):
        await sees(one, view, lambda v: v.pinned and v.edited and v.text == "second")
        reactions = (Reaction(THUMB, (bob.peer, eve.peer)),)
        await sees(one, view, lambda v, wanted=reactions: v.reactions == wanted)  # type: ignore[misc]
    await eve.backend.chats.unreact(view.event, THUMB)
    await ana.backend.chats.delete(view.event)
    for one in (ana, bob, eve):
        await sees(one, view, lambda v: v.deleted and not v.text and not v.reactions)
        assert await one.backend.chats.versions(view.event) == ()


async def test_versions(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    view = await ana.say(room, "one")
    await ana.backend.chats.edit(view.event, " two")
    await ana.backend.chats.edit(view.event, "three")
    await bob.has(room, "three")
    versions = await bob.backend.chats.versions(view.event)
    assert [one.text for one in versions] == ["one", " two", "three"]
    assert versions[0].time_ms == view.time_ms
    assert sorted(one.time_ms for one in versions) == [one.time_ms for one in versions]


async def test_what_may_not_be_done(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    view = await ana.say(room, "mine")
    await bob.has(room, "mine")
    chats = bob.backend.chats
    assert await code(chats.edit(view.event, "lies")) == "not-yours"
    assert await code(chats.delete(view.event)) == "not-yours"
    assert await code(chats.react(view.event, "nice")) == "bad-reaction"
    assert await code(chats.unreact(view.event, "")) == "bad-reaction"
    nothing = EventId(bytes(32))
    for call in (
        chats.edit(nothing, "x"),
        chats.delete(nothing),
        chats.react(nothing, THUMB),
        chats.pin(nothing, on=True),
        chats.hide(nothing),
        chats.versions(nothing),
    ):
        assert await code(call) == "unknown-message"
    joined = next(v for v in await bob.history(room) if v.kind is MessageKind.JOINED)
    assert await code(chats.react(joined.event, THUMB)) == "not-a-message"
    chats = ana.backend.chats
    assert await code(chats.edit(view.event, " ")) == "text-empty"
    assert await code(chats.edit(view.event, "x" * (MAX_TEXT_BYTES + 1))) == "text-too-long"
    await chats.delete(view.event)
    for call in (
        chats.delete(view.event),
        chats.edit(view.event, "x"),
        chats.pin(view.event, True),
    ):
        assert await code(call) == "message-deleted"
    assert await code(chats.react(view.event, THUMB)) == "message-deleted"
    await chats.leave(room)
    assert await code(chats.react(view.event, THUMB)) in {"unknown-room", "unknown-message"}


async def test_what_changes_nothing_writes_nothing(world: World) -> None:
    ana = await world.person("Ana").start()
    chats = ana.backend.chats
    room = (await chats.create_room("Lab")).room
    view = await chats.send(room, "tea")
    await chats.react(view.event, HEART)
    await chats.set_topic(room, "Tea")
    seq = await ana.store.log.vector(room)
    await chats.edit(view.event, "tea")
    await chats.react(view.event, HEART)
    await chats.unreact(view.event, THUMB)
    await chats.pin(view.event, on=False)
    await chats.set_topic(room, " Tea ")
    assert await ana.store.log.vector(room) == seq


async def test_operations_wait_for_who_is_away_and_survive_restarts(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    kept, gone = await ana.say(room, "kept"), await ana.say(room, "gone")
    await bob.has(room, "gone")
    await bob.stop()
    await bob.start()
    await bob.backend.chats.react(kept.event, HEART)
    await bob.backend.chats.react(gone.event, HEART)
    await bob.stop()
    await ana.backend.chats.edit(kept.event, "changed")
    await ana.backend.chats.delete(gone.event)
    await ana.stop()
    await bob.start(URL)
    await ana.start(URL)
    for one in (ana, bob):
        await sees(one, kept, lambda v: v.text == "changed" and len(v.reactions) == 1)
        await sees(one, gone, lambda v: v.deleted)
    assert [v.text for v in await ana.history(room)] == [v.text for v in await bob.history(room)]


async def test_hiding_is_for_oneself(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    view = await ana.say(room, "secret")
    await bob.has(room, "secret")
    await bob.backend.chats.hide(view.event)
    assert bob.heard(MessagesRemoved) == [MessagesRemoved(room, (view.event,))]
    assert await bob.texts(room) == []
    assert await bob.backend.chats.search("secret", None, 5) == []
    assert (await bob.backend.chats.room(room)).unread == 0
    assert await ana.texts(room) == ["secret"]
    await bob.stop()
    await bob.start(URL)
    await ana.say(room, "later")
    await bob.has(room, "later")
    assert await bob.texts(room) == ["later"]


async def test_answers_quote(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    view = await ana.say(room, "x" * 300)
    await bob.has(room, "x" * 300)
    answer = await bob.backend.chats.send(room, "yes", view.event)
    assert answer.reply == ReplyPreview(ana.peer, "Ana", "x" * 200, deleted=False)
    await ana.has(room, "yes")
    assert (await ana.history(room))[-1].reply == answer.reply
    await ana.backend.chats.delete(view.event)
    assert (await ana.history(room))[-1].reply == ReplyPreview(ana.peer, "Ana", "", deleted=True)


async def test_mentions_are_counted_until_read(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    view = await ana.say(room, "hello @bob and me@eve")
    assert view.mentions == (bob.peer,)
    for one in (bob, eve):
        await one.has(room, view.text)
    assert (await bob.backend.chats.room(room)).mentions == 1
    assert (await eve.backend.chats.room(room)).mentions == 0
    await ana.backend.chats.edit(view.event, "hello @Eve")
    await sees(eve, view, lambda v: v.mentions == (eve.peer,))
    await sees(bob, view, lambda v: v.mentions == (eve.peer,))
    assert (await bob.backend.chats.room(room)).mentions == 0
    assert (await eve.backend.chats.room(room)).mentions == 1
    await until(lambda: any(c.summary.mentions == 1 for c in eve.heard(RoomChanged)))
    await eve.backend.chats.mark_read(room, view.event)
    assert (await eve.backend.chats.room(room)).mentions == 0


async def test_topics(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.backend.chats.set_topic(room, "Tea")
    await until(lambda: any(c.summary.topic == "Tea" for c in bob.heard(RoomChanged)))
    await bob.backend.chats.set_topic(room, "")
    await until(lambda: ana.heard(RoomChanged)[-1].summary.topic == "")
    assert await code(ana.backend.chats.set_topic(room, "x" * 501)) == "topic-too-long"
    notes = await ana.backend.chats.open_notes()
    assert await code(ana.backend.chats.set_topic(notes, "x")) == "not-renamable"


async def test_search_by_names(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob Stone")
    await ana.say(room, "tea by ana")
    await bob.has(room, "tea by ana")
    await bob.say(room, "tea by bob")
    await ana.has(room, "tea by bob")
    await (chats := ana.backend.chats).send(await chats.open_notes(), "tea alone")

    async def found(query: str) -> list[str]:
        return [hit.message.text for hit in await chats.search(query, None, 9)]

    assert await found("tea from:sto") == ["tea by bob"]
    assert await found("from:me tea in:lab") == ["tea by ana"]
    assert await found("in:notes tea") == ["tea alone"]
    assert await found(f"from:{to_text(bob.peer)} tea") == ["tea by bob"]
    assert await found(f"from:{to_text(bytes(32))} tea") == []
    assert await found("from:nobody tea") == await found("in:nowhere tea") == []
    assert await found("tea before:2000") == []
    assert len(await found("tea after:2000")) == 3
