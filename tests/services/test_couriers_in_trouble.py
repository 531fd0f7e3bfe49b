"""Couriers through restarts, lies, and with little space; newcomers whom nobody else lets in."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from app.crypto.identity import Identity
from app.domain.couriers import CourierTerms, Quota
from app.domain.ids import RoomId
from app.domain.rules import Rule
from app.protocol.courier_frames import CourierFreed, CourierGiven
from app.protocol.frames import Events, Wanted
from app.protocol.receipts import make_receipt
from tests.services.groups import members, refused, room_of, rule, standing
from tests.services.served_rooms import book_of, courier_of, kept, served, state_is, vector, work
from tests.services.world import URL, Someone, World, until


async def test_what_it_has_survives_its_restart(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    before = vector(courier, room)
    await courier.stop()
    await courier.start(URL)
    assert vector(courier, room) == before
    await until(lambda: ana.linked(room, courier) and bob.linked(room, courier), "linked")
    assert work(courier).report().rooms[0].members == 2
    await work(courier).drop(room)
    assert not vector(courier, room)
    assert await refused(work(courier).drop(room)) == "unknown-room"
    await state_is(ana, room, "refused", "courier-not-allowed")
    await courier.stop()
    await until(lambda: not ana.backend._services.manager.live(courier.peer), "gone")
    await courier.start(URL)
    await until(lambda: ana.backend._services.manager.live(courier.peer), "back")
    await ana.say(room, "without it")
    await state_is(ana, room, "refused", "courier-not-allowed")
    assert not work(courier).report().rooms


async def test_who_lies_to_a_courier_is_not_heard(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    await told_of_invitations(courier, room, 1)
    found = work(courier)._shelf.find(room)
    assert found is not None
    before = found.roster
    link = bob.backend._services.manager.live(courier.peer)
    assert link is not None
    me = [bytes(bob.peer)]
    taken = CourierGiven(room, before.version + 1, [(9, bytes(32))], me, me, [bytes(ana.peer)])
    link.send(taken)
    link.send(CourierFreed(room))
    await state_is(bob, room, "refused", "courier-not-allowed")
    assert found.roster == before
    other = RoomId(bytes(16))
    link.send(CourierGiven(other, 1 << 62, [(0, bytes(32))], me, me, []))
    link.send(CourierGiven(other, 1, [(0, bytes(32))], [bytes(ana.peer)], me, []))
    await ana.say(room, "still served")
    await kept(courier, room, ana)
    assert len(work(courier).report().rooms) == 1


async def test_a_forged_event_ends_the_link_and_is_not_kept(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    before = vector(courier, room)
    link = bob.backend._services.manager.live(courier.peer)
    assert link is not None
    wires = await bob.backend._services.logs.load(room, [(ana.peer, 1, 1)], 1)
    forged = bytearray(wires[0])
    forged[49:57] = (before[ana.peer] + 1).to_bytes(8, "big")
    forged[57:89] = bytes([1]) * 32
    link._send(Events(room, [bytes(forged)]))
    await until(lambda: bob.backend._services.manager.live(courier.peer) is not link, "ended")
    assert vector(courier, room) == before
    await until(lambda: bob.linked(room, courier), "back")


async def test_what_the_courier_has_no_more_comes_from_members(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    await bob.stop()
    await ana.say(room, "too old")
    await kept(courier, room, ana)
    shelf = work(courier)._shelf
    terms = shelf.terms
    shelf.terms = replace(terms, keep_ms=0)
    await work(courier).sweep()
    shelf.terms = terms
    await ana.say(room, "still there")
    await kept(courier, room, ana)
    await ana.stop()
    await bob.start(URL)
    await until(lambda: bob.linked(room, courier), "linked")
    await bob.say(room, "anybody?")
    await kept_by(courier, room, bob)
    assert "still there" not in await bob.texts(room)
    await ana.start(URL)
    await bob.has_all(room, ["too old", "still there"])
    await ana.has(room, "anybody?")


async def kept_by(courier: Someone, room: RoomId, author: Someone) -> None:
    """Wait until the courier has all that somebody wrote."""
    own = book_of(author, room).vector

    def done() -> bool:
        return vector(courier, room).get(author.peer, 0) == own[author.peer]

    await until(done, "kept")


async def test_who_has_a_link_is_let_in_while_nobody_is_there(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    made = await rule(ana).make_link(room)
    await ana.say(room, "before you came")
    await kept(courier, room, ana, bob)
    await told_of_invitations(courier, room, 2)
    await ana.stop()
    await bob.stop()
    dan = await world.person("Dan").start(URL)
    assert await dan.backend.chats.join(made.link) == room
    await dan.has(room, "before you came")
    await until(lambda: members(dan, room) == {ana.peer, bob.peer, dan.peer}, "in")
    await until(lambda: standing(dan, room) == "member", "let in")
    await dan.say(room, "is anybody here?")
    await kept(courier, room, dan)
    await dan.stop()
    await ana.start(URL)
    await ana.has(room, "is anybody here?")
    assert members(ana, room) == {ana.peer, bob.peer, dan.peer}


async def test_the_first_link_and_the_code_lead_in_by_a_courier_too(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    code = (await ana.backend.chats.invitation(room)).code
    await ana.say(room, "read me")
    await kept(courier, room, ana, bob)
    await told_of_invitations(courier, room, 1)
    await ana.stop()
    await bob.stop()
    dan = await world.person("Dan").start(URL)
    await dan.backend.chats.join(code)
    await dan.has(room, "read me")
    await kept(courier, room, dan)


async def test_a_dead_link_leads_nowhere_at_a_courier(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    made = await rule(ana).make_link(room)
    await told_of_invitations(courier, room, 2)
    await rule(ana).revoke(room, made.id)
    await told_of_invitations(courier, room, 1)
    await kept(courier, room, ana, bob)
    await ana.stop()
    await bob.stop()
    dan = await world.person("Dan").start(URL)
    await dan.backend.chats.join(made.link)
    eve = await world.person("Eve").start(URL)
    await eve.backend.chats.open_direct(courier.peer, "Cora")
    await until(lambda: eve.backend._services.manager.live(courier.peer), "met")
    assert not dan.linked(room, courier)
    assert room_of(dan, room).is_outside


async def told_of_invitations(courier: Someone, room: RoomId, count: int) -> None:
    """Wait until the courier has so many welcomes."""
    found = work(courier)._shelf.find(room)
    assert found is not None
    await until(lambda: len(found.roster.ushers) == count, "told")


async def test_when_there_is_space_again_the_rest_is_taken(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    courier = await courier_of(world, CourierTerms(quota=Quota(8000, 8000)))
    await rule(ana).add_courier(room, courier.peer)
    await kept(courier, room, ana, bob)
    await bob.stop()
    await ana.say(room, "x" * 4000)
    await ana.say(room, "y" * 4000)
    await state_is(ana, room, "refused", "courier-full")
    shelf = work(courier)._shelf
    terms = shelf.terms
    shelf.terms = replace(terms, keep_ms=0)
    await work(courier).sweep()
    shelf.terms = terms
    await kept(courier, room, ana)
    await state_is(ana, room, "serving")
    await work(courier).sweep()


async def test_one_patron_gives_only_so_many_rooms(world: World) -> None:
    (ana,) = await world.started("Ana")
    courier = await courier_of(world, CourierTerms(rooms_by_one=1))
    first = await ana.backend.chats.create_room("First")
    await rule(ana).add_courier(first.room, courier.peer)
    await state_is(ana, first.room, "serving")
    second = await ana.backend.chats.create_room("Second")
    await rule(ana).add_courier(second.room, courier.peer)
    await state_is(ana, second.room, "refused", "courier-full")
    assert [one.room for one in work(courier).report().rooms] == [first.room]


async def test_where_history_is_hidden_nobody_is_let_in_by_a_courier(world: World) -> None:
    room, (ana, _), courier = await served(world, "Ana", "Bob")
    await told_of_invitations(courier, room, 1)
    await rule(ana).set_rule(room, Rule.HISTORY, 0)
    await told_of_invitations(courier, room, 0)
    await rule(ana).set_rule(room, Rule.HISTORY, 1)
    await told_of_invitations(courier, room, 1)


async def test_receipts_of_strangers_and_of_other_rooms_are_not_kept(world: World) -> None:
    room, (ana, _), courier = await served(world, "Ana", "Bob")
    link = ana.backend._services.manager.live(courier.peer)
    assert link is not None
    eve = Identity(bytes([99]) * 32)
    other = RoomId(bytes([9]) * 16)
    now = ana.backend._services.logs.wall.now_ms()
    link.send(make_receipt(eve, room, now, {}, {}))
    link.send(make_receipt(ana.identity, other, now, {}, {}))
    forged = make_receipt(ana.identity, room, now + 5000, {ana.peer: 1}, {})
    link.send(structs.replace(forged, read={bytes(ana.peer): 1}))
    link.send(Wanted(other, [bytes(ana.peer)]))
    await ana.say(room, "after all that")
    await kept(courier, room, ana)
    receipts = work(courier)._parts.receipts
    assert receipts._in(room).get(eve.peer) is None
    assert not receipts._in(other).get(ana.peer)
    known = receipts._in(room).get(ana.peer)
    assert known is None or known.time != now + 5000
    assert ana.linked(room, courier)
