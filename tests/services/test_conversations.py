"""How conversations are kept, disappear, are left, forwarded and pictured, among several people."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from app.domain.changes import (
    HistoryDeleted,
    MessagesChanged,
    MessagesRemoved,
    PersonPictured,
    RoomRemoved,
)
from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.pictures import picture_name
from app.domain.rules import Rule
from app.domain.views import MessageKind, MessageState, RoomSummary
from app.services import vanisher
from app.storage.vanishing import Erased
from tests.services.world import URL, Someone, World, until

PNG = b"\x89PNG\r\n\x1a\n"


async def summary(someone: Someone, room: RoomId) -> RoomSummary:
    return await someone.backend.chats.room(room)


async def vanishing(someone: Someone, room: RoomId, seconds: int) -> None:
    """Let messages disappear, from the next one on."""
    await someone.backend.conversations.set_vanish(room, seconds)


async def all_heard_of(seconds: int, room: RoomId, *people: Someone) -> None:
    for one in people:
        place = one.backend._services.opener._book.get(room)
        await until(lambda place=place: place.vanish_s == seconds)  # type: ignore[misc]


class Times:
    """Lets time pass for everybody."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = time.time_ns
        self._ahead = 0
        monkeypatch.setattr(time, "time_ns", self.now)

    def now(self) -> int:
        return self._real() + self._ahead

    def pass_by(self, seconds: float, *people: Someone) -> None:
        self._ahead += int(seconds * 1e9)
        for one in people:
            one.backend._services.publisher.on_timed()


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    return Times(monkeypatch)


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


async def test_a_deleted_conversation_of_two_comes_back_empty(world: World) -> None:
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


async def test_a_room_that_is_left_may_stay_to_be_read(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    view = await bob.say(room, "remember me")
    await ana.has(room, "remember me")
    await ana.backend.conversations.leave(room, keep=True)
    place = ana.backend._services.opener._book.get(room)
    await until(lambda: place.withdrawn)
    await bob.say(room, "who is still here?")
    assert (await summary(ana, room)).standing == "left"
    for refused in (
        ana.backend.chats.send(room, "me"),
        ana.backend.chats.react(view.event, "👍"),
        ana.backend.conversations.set_vanish(room, 5),
        ana.backend.conversations.forward([view.event], [room]),
    ):
        with pytest.raises(AppError, match="room left"):
            await refused
    await ana.stop()
    await ana.start(URL)
    assert "remember me" in await ana.texts(room)
    place = ana.backend._services.opener._book.get(room)
    await until(lambda: place.withdrawn)
    link = (await bob.backend.chats.invitation(room)).link
    await ana.backend.chats.join(link)
    await ana.has(room, "who is still here?")
    assert (await summary(ana, room)).standing == "member"
    assert "remember me" in await ana.texts(room)
    await ana.backend.conversations.leave(room, keep=True)
    await ana.backend.conversations.leave(room, keep=False)
    assert not ana.listed(room)


async def test_joining_that_was_cut_short_is_finished(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    (eve,) = await world.started("Eve")
    record = ana.backend._services.opener._book.get(room).record
    await eve.stop()
    await eve.start()
    await eve.store.rooms.add(record)
    await eve.stop()
    await eve.start(URL)
    await until(lambda: eve.linked(room, ana) or eve.linked(room, bob))
    await until(lambda: eve.peer in ana.backend._services.opener._book.get(room).others(ana.peer))


async def test_leaving_that_was_cut_short_is_finished(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.backend.conversations.leave(room, keep=True)
    await ana.store.rooms.set_standing(room, "member")
    await ana.stop()
    await ana.start(URL)
    place = ana.backend._services.opener._book.get(room)
    await until(lambda: place.standing == "left")
    assert bob.listed(room)


async def test_forwarding_says_who_wrote_it_first(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    other = (await bob.backend.chats.create_room("Cellar")).room
    notes = await bob.backend.chats.open_notes()
    first = await ana.say(room, "one")
    second = await ana.say(room, "two")
    await bob.has(room, "two")
    await bob.backend.contacts.describe(ana.peer, alias="my boss")
    await bob.backend.conversations.forward([second.event, first.event], [other, notes])
    for place in (other, notes):
        found = [view for view in await bob.history(place) if view.kind is MessageKind.TEXT]
        assert [(view.text, view.forwarded_from) for view in found] == [
            ("one", "Ana"),
            ("two", "Ana"),
        ]
        assert all(view.own for view in found)
    (again, _) = found
    await bob.backend.conversations.forward([again.event], [room])
    await ana.has_all(room, ["one"])
    await until(lambda: ana.knows(room) >= 0)
    mine = await bob.say(room, "mine")
    await bob.backend.conversations.forward([mine.event], [notes])
    await bob.backend.conversations.forward([mine.event], [notes], named=False)
    last = (await bob.history(notes))[-2:]
    assert [view.forwarded_from for view in last] == ["Bob", ""]
    await bob.backend.chats.edit(last[0].event, "mine, better")
    assert (await bob.backend.chats.message(last[0].event)).forwarded_from == "Bob"
    await bob.backend.chats.delete(mine.event)
    for refused in ([mine.event], [first.event] * 2 + [mine.event]):
        with pytest.raises(AppError, match="message deleted"):
            await bob.backend.conversations.forward(refused, [notes])
    with pytest.raises(AppError, match="too many"):
        await bob.backend.conversations.forward([first.event] * 101, [notes])
    await bob.backend.conversations.forward([], [notes])


async def test_pictures_reach_everybody_one_talks_to(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    await ana.backend.conversations.set_own_picture(PNG + b"ana")
    name = picture_name(PNG + b"ana")
    assert ana.backend.profile.picture == name
    made = await ana.backend.chats.create_room("Attic")
    await bob.backend.chats.join(made.link)
    await until(lambda: any(one.picture == name for one in bob.heard(PersonPictured)))
    assert await bob.backend.conversations.picture(name) == PNG + b"ana"
    members = {one.peer: one.picture for one in await bob.backend.chats.members(made.room)}
    assert members == {ana.peer: name, bob.peer: ""}
    room = await bob.backend.chats.open_direct(ana.peer, "Ana")
    assert (await summary(bob, room)).picture == name
    await ana.backend.conversations.set_own_picture(b"")
    await until(lambda: bob.heard(PersonPictured)[-1].picture == "")
    assert (await summary(bob, room)).picture == ""
    await bob.stop()
    await bob.start(URL)
    await until(lambda: bob.backend._services.store)
    assert {one.picture for one in await bob.backend.chats.members(made.room)} == {""}


async def test_a_room_has_a_picture_too(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.backend.conversations.set_room_picture(room, PNG + b"attic")
    await ana.backend.conversations.set_room_picture(room, PNG + b"attic")
    name = picture_name(PNG + b"attic")
    place = bob.backend._services.opener._book.get(room)
    await until(lambda: place.state.picture == name)
    assert (await summary(bob, room)).picture == name
    await bob.stop()
    await bob.start(URL)
    assert await bob.backend.conversations.picture(name) == PNG + b"attic"
    notes = await ana.backend.chats.open_notes()
    with pytest.raises(AppError, match="not renamable"):
        await ana.backend.conversations.set_room_picture(notes, PNG)
    for image, code in ((b"GIF89a", "bad picture"), (PNG + bytes(17_000), "picture too large")):
        with pytest.raises(AppError, match=code):
            await ana.backend.conversations.set_own_picture(image)
    with pytest.raises(AppError, match="unknown picture"):
        await ana.backend.conversations.picture("")


async def test_dates_pins_and_mentions_are_found(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    first = await bob.say(room, "one")
    call = await bob.say(room, "@Ana look")
    await ana.has(room, "@Ana look")
    conversations = ana.backend.conversations
    assert await conversations.at_time(room, first.time_ms) == first.position
    assert await conversations.at_time(room, 1 << 60) == call.position
    assert await conversations.at_time(room, -5) is not None
    assert await conversations.first_mention(room) == call.position
    await ana.backend.chats.mark_read(room, call.event)
    assert await conversations.first_mention(room) is None
    await ana.backend.chats.pin(first.event, on=True)
    assert [view.event for view in await conversations.pinned(room)] == [first.event]
    await ana.backend.chats.pin(first.event, on=False)
    assert not await conversations.pinned(room)


async def test_members_may_not_do_what_only_admins_may(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    with pytest.raises(AppError, match="not allowed"):
        await vanishing(bob, room, 60)
    await ana.backend.governance.set_rule(room, Rule.INFO, 0)
    place = bob.backend._services.opener._book.get(room)
    await until(lambda: not place.state.rules.info)
    with pytest.raises(AppError, match="not allowed"):
        await bob.backend.conversations.set_room_picture(room, PNG)


async def test_a_disk_in_trouble_only_delays_what_disappears(
    world: World, times: Times, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(vanisher, "LOOK_EVERY", 0.01)
    (ana,) = await world.started("Ana")
    room = await ana.backend.chats.open_notes()
    await vanishing(ana, room, 30)
    erase, failing = ana.store.vanishing.erase_due, [AppError("disk-full")]

    async def erase_at_the_second_try(now_ms: int) -> Sequence[Erased]:
        if failing:
            raise failing.pop()
        return await erase(now_ms)

    monkeypatch.setattr(ana.store.vanishing, "erase_due", erase_at_the_second_try)
    view = await ana.say(room, "for a moment")
    times.pass_by(31, ana)
    await until(lambda: any(view.event in one.messages for one in ana.heard(MessagesRemoved)))
    assert not failing
    assert "stays for now" in caplog.text
