"""People who are never there together talk by a courier that cannot read what it keeps."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from app.crypto.identity import Identity
from app.domain.couriers import CourierTerms, Quota
from app.domain.ids import PeerId, RoomId
from app.domain.rules import Rule
from app.domain.views import MessageState
from app.protocol.courier_frames import CourierFreed, CourierGiven
from app.protocol.frames import Dismissed, Events, Frame, Typing, Wanted, Welcome
from app.protocol.receipts import make_receipt
from app.services.conversation import Conversation
from app.services.courier_service import CourierService
from app.services.peer_link import PeerLink
from tests.services.groups import members, one_key, refused, room_of, rule, standing
from tests.services.world import URL, Someone, World, until


async def courier_of(world: World, terms: CourierTerms | None = None) -> Someone:
    """Start a courier."""
    courier = world.person("Cora")
    courier.courier = terms or CourierTerms()
    await courier.start(URL)
    await until(lambda: courier.online, "online")
    return courier


def work(courier: Someone) -> CourierService:
    service = courier.backend.courier
    assert service is not None
    return service


def vector(courier: Someone, room: RoomId) -> dict[PeerId, int]:
    found = work(courier)._shelf.find(room)
    return found.vector if found is not None else {}


async def served(world: World, *names: str) -> tuple[RoomId, list[Someone], Someone]:
    """Return a room of these people, and its courier, which has all that was written."""
    room, people = await world.together(*names)
    courier = await courier_of(world)
    await rule(people[0]).add_courier(room, courier.peer, "Cora")
    await kept(courier, room, *people)
    return room, people, courier


async def kept(courier: Someone, room: RoomId, *people: Someone) -> None:
    """Wait until the courier has all that these people have of the room."""

    def done() -> bool:
        known = vector(courier, room)
        books = [p.backend._services.opener._book.get(room).vector for p in people]
        return bool(known) and all(known == dict(each) for each in books)

    await until(done, "kept")


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


def book_of(person: Someone, room: RoomId) -> Conversation:
    return person.backend._services.opener._book.get(room)


async def state_is(person: Someone, room: RoomId, state: str, reason: str = "") -> None:
    """Wait until somebody sees the only courier of a room so."""

    def done() -> bool:
        views = rule(person).couriers(room)
        return [(view.state, view.reason) for view in views] == [(state, reason)]

    await until(done, f"{state} {reason}")


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
    await courier.start(URL)
    await until(lambda: ana.backend._services.manager.live(courier.peer), "back")
    await ana.say(room, "without it")
    await state_is(ana, room, "refused", "courier-not-allowed")
    assert not work(courier).report().rooms


async def test_who_lies_to_a_courier_is_not_heard(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
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


def spied(link: PeerLink) -> list[object]:
    """Return what is sent on a link from now on."""
    sent: list[object] = []
    send = link._send

    def noting(frame: Frame) -> None:
        sent.append(frame)
        send(frame)

    link._send = noting  # type: ignore[method-assign]
    return sent


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
    assert known is None or known.time <= now
    assert ana.linked(room, courier)
