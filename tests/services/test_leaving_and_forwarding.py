"""How conversations are left, forwarded and pictured, among several people."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.domain.changes import (
    MessagesRemoved,
    PersonPictured,
)
from app.domain.errors import AppError
from app.domain.pictures import picture_name
from app.domain.rules import Rule
from app.domain.views import MessageKind
from app.services import vanisher
from app.storage.vanishing import Erased
from tests.services.keeping import PNG, Times, summary, vanishing
from tests.services.world import URL, World, until


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
