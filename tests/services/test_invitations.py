"""Invitations by name: from strangers, and where a link had led to nowhere."""

from __future__ import annotations

import asyncio

from app.domain.contacts import Accept
from app.domain.governing import InvitationChanged, RoomOffered
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.protocol.frames import TurnedAway
from app.services import refusals
from app.services.conversation import WAITING, Conversation
from app.services.privacy import ACCEPT_SETTING
from app.services.refusals import Refusal
from app.services.room_doors import places_of
from tests.services.groups import (
    invitation_to,
    members_are,
    one_key,
    refused,
    room_of,
    rule,
    standing,
)
from tests.services.keeping import Times
from tests.services.world import URL, Someone, World, until


def _told(person: Someone) -> set[bytes]:
    return {change.invitation.id for change in person.heard(InvitationChanged)}


def contact_of(person: Someone, other: Someone) -> str:
    return person.backend.contacts.of(other.peer).state


async def test_a_stranger_may_invite_which_is_a_request_too(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    await cem.backend.set_setting(ACCEPT_SETTING, Accept.NOBODY.value)
    await rule(ana).invite(room, cem.peer)
    view = await invitation_to(cem)
    assert (view.name, view.sender, view.state) == ("Lab", ana.peer, "pending")
    await until(lambda: contact_of(cem, ana) == "incoming", "request")
    await ana.say(room, "waiting for you")
    await until(lambda: cem.heard(InvitationChanged), "told")
    assert [change.invitation for change in cem.heard(InvitationChanged)] == [view]
    assert await cem.backend.chats.rooms() == []
    await cem.stop()
    await cem.start(URL)
    assert await invitation_to(cem) == view
    assert await rule(cem).accept(view.id) == room
    await members_are(room, ana, bob, cem)
    await cem.has(room, "waiting for you")
    assert contact_of(cem, ana) == "incoming"


async def test_who_is_asked_twice_is_shown_and_answers_one_invitation(world: World) -> None:
    room, (ana, _) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    first = await rule(ana).invite(room, cem.peer)
    second = await rule(ana).invite(room, cem.peer)
    await until(lambda: _told(cem) == {first, second}, "both told")
    assert [view.id for view in await rule(cem).invitations()] == [second]
    await rule(cem).reject(second)
    assert await rule(cem).invitations() == []
    assert await refused(rule(cem).accept(first)) == "invitation-gone"


async def test_who_was_asked_and_is_silent_keeps_the_name_from_a_group(world: World) -> None:
    """The conversation in which the invitation lies was called by the beginning of an id."""
    room, (ana, bob) = await world.together("Ana", "Bob")
    await bob.backend.set_setting(ACCEPT_SETTING, Accept.NOBODY.value)
    await bob.backend.contacts.block(ana.peer)
    other = await ana.backend.chats.create_room("Other")
    await rule(ana).invite(other.room, bob.peer)
    await ana.stop()
    await bob.stop()
    await ana.start()
    names = {one.kind: one.name for one in await ana.backend.chats.rooms()}
    assert names[RoomKind.DIRECT] == "Bob"
    assert room_of(ana, room).state.name_of(bob.peer) == "Bob"


async def test_who_was_sent_away_cannot_invite(world: World) -> None:
    room, (ana, _) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    await cem.backend.set_setting(ACCEPT_SETTING, Accept.NOBODY.value)
    await rule(ana).invite(room, cem.peer)
    view = await invitation_to(cem)
    await until(lambda: contact_of(cem, ana) == "incoming", "request")
    await cem.backend.contacts.reject(ana.peer)
    assert await rule(cem).invitations() == []
    assert await refused(rule(cem).accept(view.id)) == "unknown-invitation"


async def test_who_stands_before_a_dead_link_can_be_invited(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    first = await ana.backend.chats.invitation(room)
    await rule(ana).remove(room, eve.peer)
    await one_key(room, ana, bob, after=0)
    (cem,) = await world.started("Cem")
    assert await cem.backend.chats.join(first.link) == room
    assert (await cem.backend.chats.room(room)).name == "New room"
    await rule(ana).invite(room, cem.peer)
    view = await invitation_to(cem)
    assert view.state == "pending"
    assert await rule(cem).accept(view.id) == room
    await members_are(room, ana, bob, cem)
    await ana.say(room, "now you can read")
    await cem.has(room, "now you can read")
    await until(lambda: standing(cem, room) == "member", "member")
    assert (await cem.backend.chats.room(room)).name == "Lab"
    await cem.say(room, "and write")
    await bob.has(room, "and write")


async def turned_away(person: Someone, room: RoomId, reason: str) -> None:
    """Wait until somebody has been told why it is not let in."""
    await until(lambda: standing(person, room) == "refused", f"refused for {reason}")
    summary = await person.backend.chats.room(room)
    assert (summary.standing, summary.refused_for) == ("refused", reason)
    assert await refused(person.say(room, "hello?")) == "room-refused"
    assert await refused(rule(person).make_link(room)) == "room-refused"


async def test_who_follows_the_first_link_too_late_is_told_so(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    first = await ana.backend.chats.invitation(room)
    await rule(ana).remove(room, eve.peer)
    await one_key(room, ana, bob, after=0)
    (cem,) = await world.started("Cem")
    assert await cem.backend.chats.join(first.link) == room
    await turned_away(cem, room, "revoked")
    await cem.stop()
    await cem.start(URL)
    assert standing(cem, room) == "refused"
    assert await cem.backend.chats.join(first.link) == room
    assert standing(cem, room) == "refused"
    await rule(ana).invite(room, cem.peer)
    view = await invitation_to(cem)
    assert await rule(cem).accept(view.id) == room
    await members_are(room, ana, bob, cem)
    await until(lambda: standing(cem, room) == "member", "member")
    assert (await cem.backend.chats.room(room)).refused_for == ""


async def test_two_with_a_dead_link_do_not_take_each_other_for_members(world: World) -> None:
    room, (ana, eve) = await world.together("Ana", "Eve")
    first = await ana.backend.chats.invitation(room)
    await rule(ana).remove(room, eve.peer)
    await ana.stop()
    cem, dan = await world.started("Cem", "Dan")
    for person in (cem, dan):
        await person.backend.chats.join(first.link)
    await world.all_linked(room, cem, dan)
    await ana.start(URL)
    for person in (cem, dan):
        await turned_away(person, room, "revoked")


async def test_each_reason_is_told(world: World, times: Times) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    cem, dan = await world.started("Cem", "Dan")
    link = await rule(ana).make_link(room)
    await rule(ana).revoke(room, link.id)
    await cem.backend.chats.join(link.link)
    await turned_away(cem, room, "revoked")
    soon = ana.backend._services.logs.wall.now_ms() + 60_000
    late = await rule(ana).make_link(room, soon)
    times.pass_by(61)
    await cem.backend.chats.join(late.link)
    await turned_away(cem, room, "expired")
    await rule(ana).remove(room, eve.peer, ban=True)
    await until(lambda: standing(eve, room) == "removed", "removed")
    good = await rule(ana).make_link(room)
    await eve.backend.chats.join(good.link)
    await turned_away(eve, room, "banned")
    await dan.backend.chats.join(good.link)
    await members_are(room, ana, bob, dan)
    await cem.backend.chats.join(good.link)
    await members_are(room, ana, bob, dan, cem)


async def test_an_invitation_of_somebody_else_is_taken(world: World) -> None:
    room, (ana, _) = await world.together("Ana", "Bob")
    cem, dan = await world.started("Cem", "Dan")
    await rule(ana).invite(room, cem.peer)
    (token,) = [t for t in room_of(ana, room).state.governance.tokens.values() if t.peer]
    offer = RoomOffered(room, "Lab", token.token, ana.peer)
    await dan.backend._services.rooms.join_by_token(room, offer)
    await turned_away(dan, room, "taken")
    await dan.backend.chats.leave(room)
    assert await dan.backend.chats.rooms() == []
    assert await refusals.load(dan.store.settings, room) is None


async def test_a_liar_cannot_keep_us_out(world: World) -> None:
    """Bob, a mere member, says that a good link is dead before Ana has come."""
    room, (ana, bob) = await world.together("Ana", "Bob")
    link = await rule(ana).make_link(room)
    await members_are(room, ana, bob)
    await until(lambda: len(rule(bob).links(room)) == 2, "links")
    await ana.stop()
    keeper = bob.backend._services.groups._parts.doorkeeper

    async def lie(conversation: Conversation, peer: PeerId, key: bytes) -> None:
        found = bob.backend._services.manager.live(peer)
        assert found is not None
        found.turn_away(conversation.room, key, "no such reason")

    keeper.asked = lie  # type: ignore[method-assign]
    (cem,) = await world.started("Cem")
    await cem.backend.chats.join(link.link)
    await turned_away(cem, room, "closed")
    await ana.start(URL)
    await members_are(room, ana, bob, cem)
    await until(lambda: standing(cem, room) == "member", "member")


async def test_only_who_knows_the_invitation_is_believed(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    other = (await bob.backend.chats.create_room("Other")).room
    link = await rule(ana).make_link(room)
    await until(lambda: len(rule(bob).links(room)) == 2, "links")
    await ana.stop()
    bob.backend._services.groups._parts.doorkeeper.asked = ignore  # type: ignore[method-assign]
    (cem,) = await world.started("Cem")
    await cem.backend.chats.join(link.link)
    await until(lambda: bob.backend._services.manager.live(cem.peer), "linked")
    found = bob.backend._services.manager.live(cem.peer)
    assert found is not None
    for where, key in ((room, b"k" * 32), (other, b"k" * 32)):
        found.turn_away(where, key, "revoked")
    entry = cem.backend._services.groups._parts.entry
    mine = (await cem.backend.chats.create_room("Mine")).room
    for where in (mine, RoomId(b"x" * 16)):
        assert await entry.turned_away(TurnedAway(where, b"t" * 32, "revoked")) is None
    assert standing(cem, room) == "waiting"
    assert await entry.turned_away(TurnedAway(room, b"t" * 32, "revoked")) is not None
    assert await entry.turned_away(TurnedAway(room, b"t" * 32, "revoked")) is None


async def test_a_late_word_about_another_link_is_not_taken_for_one_about_this(
    world: World,
) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    dead, good = await rule(ana).make_link(room), await rule(ana).make_link(room)
    await until(lambda: len(rule(bob).links(room)) == 3, "links")
    await ana.stop()
    asked: list[bytes] = []

    async def listen(conversation: Conversation, peer: PeerId, key: bytes) -> None:
        del conversation, peer
        asked.append(key)

    bob.backend._services.groups._parts.doorkeeper.asked = listen  # type: ignore[method-assign]
    (cem,) = await world.started("Cem")
    await cem.backend.chats.join(dead.link)
    await until(lambda: asked, "asked")
    entry, heard = cem.backend._services.groups._parts.entry, list[TurnedAway]()
    turned_away, add_epoch = entry.turned_away, cem.store.rooms.add_epoch

    async def hear(frame: TurnedAway) -> Conversation | None:
        heard.append(frame)
        return await turned_away(frame)

    async def slowly(room: RoomId, epoch: int, secret: bytes) -> None:
        link = bob.backend._services.manager.live(cem.peer)
        assert link is not None
        link.turn_away(room, asked[0], "revoked")
        await until(lambda: heard, "heard")
        await add_epoch(room, epoch, secret)

    entry.turned_away = hear  # type: ignore[method-assign]
    cem.store.rooms.add_epoch = slowly  # type: ignore[method-assign, assignment]
    await cem.backend.chats.join(good.link)
    assert standing(cem, room) == "waiting"
    cem.backend._services.groups.answered(bob.peer, heard[0])
    room_of(cem, room).know(WAITING, bytes(32))  # before that is dealt with
    await asyncio.sleep(0.05)
    assert standing(cem, room) == "waiting"


async def ignore(conversation: Conversation, peer: PeerId, key: bytes) -> None:
    """Answer nobody."""
    del conversation, peer, key


async def test_who_is_refused_looks_for_members_now_and_then(world: World) -> None:
    (cem,) = await world.started("Cem")
    made = await cem.backend.chats.create_room("Lab")
    conversation = room_of(cem, made.room)
    (place,) = places_of(conversation, 0, cem.peer)
    conversation.refusal = Refusal("revoked", 1000)
    minute = 60_000
    times = [1000, minute, minute + 1000, 9 * minute, 10 * minute + 1000, 11 * minute + 1000]
    met = [bool(places_of(conversation, now, cem.peer)) for now in times]
    assert met == [True, True, False, False, True, False]
    assert place
