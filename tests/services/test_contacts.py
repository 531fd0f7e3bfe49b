"""Requests, blocking, verification and what people are called, with real services."""

from __future__ import annotations

import asyncio
import os

import pytest

from app.crypto.identity import Identity
from app.domain.changes import ErrorRaised, MemberChanged, MessagesAdded, RoomChanged
from app.domain.contacts import Accept, ContactChanged, ContactView
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState
from app.protocol.signals import SESSION_SIZE, Knock, seal_signal
from app.services.privacy import ACCEPT_SETTING
from tests.services.world import URL, Someone, World, until


def state_of(one: Someone, other: Someone) -> str:
    views = {view.peer: view.state for view in one.backend.contacts.all()}
    return views.get(other.peer, "")


def told(one: Someone, other: Someone) -> list[ContactView]:
    changes = one.heard(ContactChanged)
    return [change.contact for change in changes if change.contact.peer == other.peer]


async def strangers(world: World, *names: str) -> list[Someone]:
    """Start people who are asked before anybody opens a conversation with them."""
    people = await world.started(*names)
    for person in people:
        await person.backend.set_setting(ACCEPT_SETTING, Accept.NOBODY.value)
    return people


async def friends(world: World) -> tuple[RoomId, Someone, Someone]:
    ana, bob = await strangers(world, "Ana", "Bob")
    room = await ana.backend.contacts.request(bob.peer, "May I?")
    await until(lambda: state_of(bob, ana) == "incoming")
    assert await bob.backend.contacts.accept(ana.peer) == room
    await until(lambda: state_of(ana, bob) == "friend")
    return room, ana, bob


async def test_the_first_message_is_the_request(world: World) -> None:
    room, ana, bob = await friends(world)
    first, *_ = told(bob, ana)
    assert (first.state, first.text, first.name) == ("incoming", "May I?", "Ana")
    assert [view.state for view in told(ana, bob)][:2] == ["requested", "friend"]
    await until(lambda: [v for c in bob.heard(MessagesAdded) for v in c.messages])
    assert await bob.texts(room) == ["May I?"]
    await bob.say(room, "You may")
    await ana.has(room, "You may")


async def test_a_request_that_waits_stays_out_of_the_rooms(world: World) -> None:
    ana, bob = await strangers(world, "Ana", "Bob")
    room = await ana.backend.contacts.request(bob.peer, "one")
    view = await ana.say(room, "two")
    await ana.reached(view, MessageState.DELIVERED)
    await until(lambda: state_of(bob, ana) == "incoming")
    assert await bob.backend.chats.rooms() == []
    assert not bob.heard(MessagesAdded)
    assert not bob.heard(RoomChanged)
    with pytest.raises(AppError, match="unknown room"):
        await bob.backend.chats.page(room, None, 9, 0)
    await bob.stop()
    await bob.start(URL)
    assert state_of(bob, ana) == "incoming"
    await bob.backend.contacts.accept(ana.peer)
    assert await bob.texts(room) == ["one", "two"]


async def test_requests_that_cross_are_friends(world: World) -> None:
    ana, bob = await strangers(world, "Ana", "Bob")
    rooms = await asyncio.gather(
        ana.backend.contacts.request(bob.peer, "one"), bob.backend.contacts.request(ana.peer, "two")
    )
    assert len(set(rooms)) == 1
    await until(lambda: (state_of(ana, bob), state_of(bob, ana)) == ("friend", "friend"))
    for person in (ana, bob):
        await person.has_all(rooms[0], ["one", "two"])


async def test_everybody_may_write_unless_one_chooses_otherwise(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    room = await ana.backend.contacts.request(bob.peer, "hello")
    await until(lambda: bob.listed(room))
    await until(lambda: state_of(bob, ana) == state_of(ana, bob) == "friend")


@pytest.mark.parametrize(("route", "listed"), [("lan", True), ("direct", False)])
async def test_only_the_local_network_may_write(
    world: World, monkeypatch: pytest.MonkeyPatch, route: str, listed: bool
) -> None:
    monkeypatch.setattr("tests.support.memory_link.MemoryLink.route", route)
    ana, bob = await world.started("Ana", "Bob")
    await bob.backend.set_setting(ACCEPT_SETTING, Accept.LOCAL.value)
    room = await ana.backend.contacts.request(bob.peer, "hello")
    await until(lambda: state_of(bob, ana))
    assert (state_of(bob, ana) == "friend") is listed
    if listed:
        await until(lambda: bob.listed(room))


async def test_a_rejected_request_does_not_come_again(world: World) -> None:
    ana, bob = await strangers(world, "Ana", "Bob")
    room = await ana.backend.contacts.request(bob.peer, "hello")
    await until(lambda: state_of(bob, ana) == "incoming")
    await bob.backend.contacts.reject(ana.peer)
    assert told(bob, ana)[-1].state == "none"
    services = bob.backend._services
    assert services.opener._book.find(room) is None
    knock = seal_signal(ana.identity, bob.peer, Knock(os.urandom(SESSION_SIZE), b"", "Ana"))
    services.introducer.signaled(URL, ana.peer, knock)
    await asyncio.sleep(0.05)
    assert services.opener._book.find(room) is None
    assert (state_of(ana, bob), state_of(bob, ana)) == ("requested", "")
    # Who was rejected can still be asked.
    await bob.backend.contacts.request(ana.peer, "I have changed my mind")
    await until(lambda: state_of(bob, ana) == state_of(ana, bob) == "friend")
    await bob.has_all(room, ["hello", "I have changed my mind"])


async def test_who_waits_for_somebody_no_longer_is_asked_by_them(world: World) -> None:
    ana, bob = await strangers(world, "Ana", "Bob")
    room = await ana.backend.contacts.request(bob.peer, "hello")
    await until(lambda: state_of(bob, ana) == "incoming")
    assert ana.backend.contacts.of(bob.peer).state == "requested"
    await ana.backend.contacts.withdraw(bob.peer)
    assert ana.backend.contacts.of(bob.peer).state == told(ana, bob)[-1].state == "none"
    await ana.backend.conversations.leave(room, keep=False)
    assert state_of(bob, ana) == "incoming"


async def test_what_cannot_be_asked(world: World) -> None:
    ana, bob = await strangers(world, "Ana", "Bob")
    contacts = ana.backend.contacts
    for wrong in (contacts.accept, contacts.reject, contacts.withdraw):
        with pytest.raises(AppError, match="no request"):
            await wrong(bob.peer)
    with pytest.raises(AppError, match="own id"):
        await contacts.request(ana.peer, "me")
    with pytest.raises(AppError, match="bad id"):
        await contacts.request(PeerId(bytes(32)), "nobody")
    with pytest.raises(AppError, match="text empty"):
        await contacts.request(bob.peer, " ")
    with pytest.raises(AppError, match="not blocked"):
        await contacts.unblock(bob.peer)
    assert list(contacts.all()) == []
    assert await ana.backend.chats.rooms() == []


async def test_blocking_cuts_off_and_unblocking_joins_again(world: World) -> None:
    room, ana, bob = await friends(world)
    await until(lambda: ana.linked(room, bob) and bob.linked(room, ana))
    await bob.backend.contacts.block(ana.peer)
    await until(lambda: not ana.linked(room, bob) and not bob.linked(room, ana))
    with pytest.raises(AppError, match="peer blocked"):
        await bob.say(room, "into the void")
    with pytest.raises(AppError, match="peer blocked"):
        await bob.backend.contacts.request(ana.peer, "again")
    view = await ana.say(room, "hello?")
    await ana.backend._services.introducer.knock_all()
    await asyncio.sleep(0.3)
    assert await ana.state(view) is MessageState.QUEUED
    assert await bob.texts(room) == ["May I?"]
    await bob.stop()
    await bob.start(URL)
    await bob.backend.chats.open_direct(ana.peer, "Ana")
    await asyncio.sleep(0.3)
    assert not ana.linked(room, bob)
    await bob.backend.contacts.unblock(ana.peer)
    assert state_of(bob, ana) == "friend"
    await ana.reached(view, MessageState.DELIVERED)
    await ana.say(room, "hello again")
    await bob.has(room, "hello again")
    assert await bob.texts(room) == ["May I?", "hello again"]
    assert (await bob.backend.chats.room(room)).unread == 2


async def test_what_was_written_to_us_while_blocked_is_never_shown(world: World) -> None:
    room, ana, bob = await friends(world)
    group = (await ana.backend.chats.create_room("Lab")).room
    link = (await ana.backend.chats.invitation(group)).link
    await bob.backend.chats.join(link)
    first = await ana.say(room, "before")
    await bob.has(room, "before")
    await bob.backend.contacts.block(ana.peer)
    await until(lambda: not ana.linked(room, bob))
    await bob.backend.contacts.block(ana.peer)
    late = await ana.say(room, "in vain")
    await ana.backend.chats.edit(first.event, "an insult")
    await ana.backend.chats.react(first.event, "👎")
    await ana.say(group, "to all")
    await bob.stop()
    await bob.start()
    bob.changes.clear()
    await bob.backend.contacts.unblock(ana.peer)
    await bob.backend.network.connect(URL)
    await ana.reached(late, MessageState.DELIVERED)
    await bob.backend.chats.mark_read(room, first.event)
    await ana.reached(first, MessageState.READ)
    assert await ana.state(late) is MessageState.DELIVERED
    after = await ana.say(room, "after")
    await ana.backend.chats.react(late.event, "👍")
    await bob.has(room, "after")
    await bob.has(group, "to all")
    assert await bob.texts(room) == ["May I?", "before", "after"]
    added = [v.text for c in bob.heard(MessagesAdded) if c.room == room for v in c.messages]
    assert added == ["after"]
    before = next(view for view in await bob.history(room) if view.text == "before")
    assert (before.edited, before.reactions) == (False, ())
    await ana.reached(after, MessageState.DELIVERED)
    await bob.stop()
    await bob.start()
    assert await bob.texts(room) == ["May I?", "before", "after"]
    assert await bob.backend.chats.search("vain", None, 9) == []


async def test_who_is_blocked_stays_a_member_of_groups(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await bob.backend.contacts.block(ana.peer)
    await until(lambda: not ana.linked(room, bob))
    await ana.say(room, "to all")
    await bob.has(room, "to all")
    await bob.say(room, "from Bob")
    await ana.has(room, "from Bob")
    members = {m.peer: m.online for m in await bob.backend.chats.members(room)}
    assert members == {ana.peer: False, bob.peer: True, eve.peer: True}
    await bob.backend.contacts.unblock(ana.peer)
    await world.all_linked(room, ana, bob, eve)


async def test_blocking_somebody_who_asks_forgets_the_request(world: World) -> None:
    ana, bob = await strangers(world, "Ana", "Bob")
    room = await ana.backend.contacts.request(bob.peer, "hello")
    await until(lambda: state_of(bob, ana) == "incoming")
    await bob.backend.contacts.block(ana.peer)
    assert state_of(bob, ana) == "blocked"
    assert bob.backend._services.opener._book.find(room) is None
    with pytest.raises(AppError, match="no request"):
        await bob.backend.contacts.accept(ana.peer)
    await bob.backend.contacts.unblock(ana.peer)
    await until(lambda: state_of(bob, ana) == "incoming")


async def test_both_see_the_same_safety_number(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    seen = ana.backend.contacts.safety(bob.peer)
    assert seen == bob.backend.contacts.safety(ana.peer)
    assert [len(group) for group in seen.number.split()] == [5] * 12
    assert (await ana.backend.contacts.verify(bob.peer)).verified
    await ana.stop()
    await ana.start(URL)
    assert ana.backend.contacts.safety(bob.peer).verified
    assert not bob.backend.contacts.safety(ana.peer).verified
    assert not (await ana.backend.contacts.verify(bob.peer, verified=False)).verified


async def test_an_alias_wins_everywhere(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    direct = await ana.backend.contacts.request(bob.peer, "hello")
    view = await ana.backend.contacts.describe(bob.peer, alias="Bobby", note="a friend")
    assert (view.alias, view.note) == ("Bobby", "a friend")
    assert (await ana.backend.chats.room(direct)).name == "Bobby"
    names = {member.name for member in await ana.backend.chats.members(room)}
    assert names == {"Ana", "Bobby"}
    await until(lambda: state_of(ana, bob) == "friend")
    ana.changes.clear()
    await bob.backend.rename_profile("Robert")
    await until(lambda: any(c.peer == bob.peer for c in ana.heard(MemberChanged)))
    assert {c.name for c in ana.heard(MemberChanged) if c.peer == bob.peer} == {"Bobby"}
    assert (await ana.backend.contacts.describe(bob.peer, alias="")).note == "a friend"
    state = ana.backend._services.opener._book.get(direct)
    await until(lambda: state.name({}) == "Robert")
    await until(lambda: told(ana, bob)[-1].name == "Robert")


async def test_another_key_under_a_known_name_is_shouted(world: World) -> None:
    _, ana, bob = await friends(world)
    mallory = Identity(b"m" * 32)
    services = ana.backend._services
    knock = seal_signal(mallory, ana.peer, Knock(os.urandom(SESSION_SIZE), b"", "bób"))
    services.introducer.signaled(URL, mallory.peer, knock)
    error = await ana.error_of("known-name-new-key")
    assert error.params["name"] == "bób"
    services.network.on_found(mallory.peer, "Bob")
    services.network.on_found(Identity(b"n" * 32).peer, "Carl")
    services.network.on_found(ana.peer, "Bob")
    assert [e.code for e in ana.heard(ErrorRaised)] == ["known-name-new-key"]
    await bob.backend.rename_profile("Robert")
    await until(lambda: told(ana, bob)[-1].name == "Robert")
    services.network.on_found(Identity(b"o" * 32).peer, "Robert")
    assert len(ana.heard(ErrorRaised)) == 2


async def test_people_are_found_in_three_places(world: World) -> None:
    _, (ana, bob, eve) = await world.together("Ana", "Bób", "Bea")
    carl = await world.person("Bo Carlson").start(URL)
    await until(lambda: carl.online)
    await ana.backend.contacts.request(bob.peer, "hello")
    found = await ana.backend.contacts.find("b")
    assert [(one.peer, one.source) for one in found] == [
        (bob.peer, "contacts"),
        (eve.peer, "history"),
        (carl.peer, "directory"),
    ]
    assert [one.peer for one in await ana.backend.contacts.find("bob")] == [bob.peer]
    await ana.backend.contacts.block(carl.peer)
    blocked = await ana.backend.contacts.find("carl")
    assert [(one.source, one.state, one.online) for one in blocked] == [
        ("contacts", "blocked", False)
    ]
    await ana.backend.network.disconnect(URL)
    assert [one.peer for one in await ana.backend.contacts.find("be")] == [eve.peer]
