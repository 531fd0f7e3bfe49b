"""People who are never there together talk by a courier that cannot read what it keeps."""

from __future__ import annotations

from dataclasses import replace

from app.crypto.identity import Identity
from app.domain.couriers import CourierTerms, Quota
from app.domain.views import MessageState
from app.protocol.frames import Dismissed, Typing, Welcome
from tests.services.groups import members, one_key, refused, rule
from tests.services.served_rooms import courier_of, kept, served, spied, state_is, vector, work
from tests.services.world import URL, World, until


async def test_two_who_never_meet_talk_and_see_their_ticks(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    await bob.stop()
    said = await ana.say(room, "never at once")
    await ana.reached(said, MessageState.SENT)
    await kept(courier, room, ana)
    written = vector(courier, room)[ana.peer]
    await ana.stop()

    await bob.start(URL)
    await bob.has(room, "never at once")
    await bob.backend.chats.mark_read(room, said.event)
    answer = await bob.say(room, "not at all")
    await bob.reached(answer, MessageState.SENT)
    receipts = work(courier)._parts.receipts
    await until(lambda: receipts._in(room).get(bob.peer), "receipt")
    shelf = receipts._in(room)

    def read() -> bool:
        receipt = shelf.get(bob.peer)
        return receipt is not None and receipt.read.get(ana.peer, 0) == written

    await until(read, "read")
    await bob.stop()

    await ana.start(URL)
    await ana.has(room, "not at all")
    await ana.reached(said, MessageState.READ)
    members = await ana.backend.chats.members(room)
    assert [(one.name, one.role) for one in members][-1] == ("Cora", "courier")
    assert [one.room for one in await ana.backend.chats.rooms()] == [room]
    (view,) = rule(ana).couriers(room)
    assert (view.name, view.state, view.reason) == ("Cora", "serving", "")


async def test_a_message_that_only_the_courier_has_is_not_delivered(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    await bob.stop()
    said = await ana.say(room, "only there")
    await kept(courier, room, ana)
    await ana.reached(said, MessageState.SENT)
    shown = await ana.backend.chats.message(said.event)
    assert (shown.state, shown.delivered_to) == (MessageState.SENT, ())
    assert members(ana, room) == {ana.peer, bob.peer}


async def test_a_dismissed_courier_forgets_and_gets_nothing_new(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    await rule(ana).remove_courier(room, courier.peer)
    await until(lambda: not vector(courier, room), "forgotten")
    await until(lambda: not rule(bob).couriers(room), "known")
    assert not ana.linked(room, courier)
    await until(lambda: not bob.linked(room, courier), "closed")
    said = await ana.say(room, "among us")
    await ana.settled(said)
    assert work(courier).report().rooms == ()
    assert await refused(rule(ana).remove_courier(room, courier.peer)) == "unknown-courier"

    await rule(ana).add_courier(room, courier.peer, "Cora")
    await kept(courier, room, ana, bob)
    await state_is(ana, room, "serving")


async def test_a_new_key_is_told_and_who_was_away_gets_it_there(world: World) -> None:
    room, (ana, bob, cem), courier = await served(world, "Ana", "Bob", "Cem")
    await bob.stop()
    await rule(ana).remove(room, cem.peer)
    await one_key(room, ana, after=0)
    said = await ana.say(room, "without Cem")
    await kept(courier, room, ana)
    found = work(courier)._shelf.find(room)
    assert found is not None
    await until(lambda: len(found.roster.keys) == 2 and cem.peer in found.roster.out, "told")
    await until(lambda: not courier.linked(room, cem), "closed to Cem")
    await ana.stop()

    await bob.start(URL)
    await bob.has(room, "without Cem")
    await bob.backend.chats.mark_read(room, said.event)
    assert "without Cem" not in await cem.texts(room)


async def test_who_came_by_a_link_is_served_before_a_leader_tells_of_it(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    link = (await ana.backend.chats.invitation(room)).link
    await ana.stop()
    dan = await world.person("Dan").start(URL)
    await dan.backend.chats.join(link)
    await until(lambda: dan.linked(room, bob), "met")
    await until(lambda: dan.linked(room, courier), "served")
    await bob.stop()
    await dan.say(room, "I am new")
    await kept(courier, room, dan)
    await dan.stop()
    await ana.start(URL)
    await ana.has(room, "I am new")


async def test_what_does_not_fit_is_refused_and_said(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    courier = await courier_of(world, CourierTerms(quota=Quota(8000, 8000)))
    await rule(ana).add_courier(room, courier.peer)
    await kept(courier, room, ana, bob)
    await bob.stop()
    said = await ana.say(room, "x" * 9000)
    await ana.error_of("courier-full")
    await state_is(ana, room, "refused", "courier-full")
    assert await ana.state(said) is MessageState.QUEUED
    small = await ana.say(room, "small, and after it")
    (shown,) = work(courier).report().rooms
    assert shown.full
    assert shown.used <= 8000
    await bob.start(URL)
    await ana.settled(small)


async def test_what_is_too_old_is_forgotten_and_the_rest_goes_on(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    shelf = work(courier)._shelf
    terms = shelf.terms
    shelf.terms = replace(terms, keep_ms=0)
    await work(courier).sweep()
    shelf.terms = terms
    (shown,) = work(courier).report().rooms
    assert (shown.events, shown.used) == (0, 0)
    await bob.stop()
    await ana.say(room, "after that")
    await kept(courier, room, ana)
    await ana.stop()
    await bob.start(URL)
    await bob.has(room, "after that")
    assert work(courier).report().rooms[0].events == 1


async def test_it_works_for_its_patrons_alone(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    courier = await courier_of(world, CourierTerms(patrons=frozenset({bob.peer})))
    await rule(ana).add_courier(room, courier.peer)
    await state_is(ana, room, "refused", "courier-not-allowed")
    await ana.error_of("courier-not-allowed")
    assert not work(courier).report().rooms
    own = await bob.backend.chats.create_room("Mine")
    await rule(bob).add_courier(own.room, courier.peer)
    await state_is(bob, own.room, "serving")


async def test_who_is_no_courier_says_so(world: World) -> None:
    room, (ana,) = await world.together("Ana")
    (dan,) = await world.started("Dan")
    await rule(ana).add_courier(room, dan.peer)
    await state_is(ana, room, "refused", "courier-not-one")


async def test_only_admins_name_couriers_and_never_a_member(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    other = world.person("Eve")
    assert await refused(rule(bob).add_courier(room, other.peer)) == "not-allowed"
    assert await refused(rule(ana).add_courier(room, bob.peer)) == "already-member"
    assert await refused(rule(ana).add_courier(room, ana.peer)) == "already-member"
    notes = await ana.backend.chats.open_notes()
    assert await refused(rule(ana).add_courier(notes, other.peer)) == "not-a-group"
    for number in range(4):
        peer = Identity(bytes([100 + number]) * 32).peer
        await rule(ana).add_courier(room, peer, f"Courier {number}")
        await rule(ana).add_courier(room, peer, f"Courier {number}")
    assert await refused(rule(ana).add_courier(room, other.peer)) == "too-many-couriers"
    assert len(rule(ana).couriers(room)) == 4


async def test_a_conversation_of_two_may_have_one(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    courier = await courier_of(world)
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await ana.say(room, "hello")
    await until(lambda: bob.listed(room), "shown")
    await bob.has(room, "hello")
    await bob.say(room, "hello you")
    await ana.has(room, "hello you")
    await rule(bob).add_courier(room, courier.peer, "Cora")
    await kept(courier, room, ana, bob)
    await until(lambda: rule(ana).couriers(room), "known")
    await ana.stop()
    said = await bob.say(room, "while you were away")
    await kept(courier, room, bob)
    await bob.reached(said, MessageState.SENT)
    await bob.stop()
    await ana.start(URL)
    await ana.has(room, "while you were away")
    await ana.backend.chats.mark_read(room, said.event)
    await ana.stop()
    await bob.start(URL)
    await bob.reached(said, MessageState.READ)
    shown = [(one.name, one.role) for one in await bob.backend.chats.members(room)]
    assert ("Cora", "courier") in shown


async def test_who_is_linked_already_takes_a_conversation_too(world: World) -> None:
    _, (ana, bob), courier = await served(world, "Ana", "Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await ana.say(room, "hello")
    await until(lambda: bob.listed(room), "shown")
    await bob.say(room, "hello you")
    await ana.has(room, "hello you")
    await rule(bob).add_courier(room, courier.peer, "Cora")
    await kept(courier, room, ana, bob)


async def test_first_words_go_through_a_courier(world: World) -> None:
    _, (ana, bob), courier = await served(world, "Ana", "Bob")
    await bob.stop()
    direct = await ana.backend.chats.open_direct(bob.peer, "Bob")
    said = await ana.say(direct, "May I?")
    await ana.reached(said, MessageState.SENT)
    await ana.stop()
    await courier.stop()
    await courier.start(URL)
    await bob.start(URL)
    await until(lambda: bob.listed(direct), "shown")
    await bob.has(direct, "May I?")
    await bob.stop()
    await ana.start(URL)
    await ana.settled(said)


async def test_a_courier_is_no_member_for_files_typing_and_keys(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    link = ana.backend._services.manager.live(courier.peer)
    assert link is not None
    assert room in link.rooms
    assert not link.shares(room)
    frames = spied(link)
    ana.backend.chats.typing(room, active=True)
    await rule(bob).make_link(room)
    await kept(courier, room, ana, bob)
    await ana.say(room, "more")
    await kept(courier, room, ana)
    assert not {type(one) for one in frames} & {Welcome, Typing, Dismissed}
    stored = await courier.store.rooms.all()
    assert room not in {record.room for record in stored}
