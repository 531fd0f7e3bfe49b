"""Links, invitations, roles and keys of groups among people who come and go."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.governing import FOUNDING, Removed, Role, RoleGiven
from app.domain.ids import RoomId
from app.domain.rules import Rule
from app.domain.views import MessageKind
from app.protocol.frames import Welcome
from app.services import key_rotator
from app.services.conversation import Conversation
from tests.services.groups import (
    epoch,
    invitation_to,
    members,
    members_are,
    one_key,
    refused,
    room_of,
    rule,
    standing,
)
from tests.services.keeping import Times
from tests.services.world import URL, Someone, World, until

LONG_AGO = 1_000_000_000_000
MINUTE_MS = 60_000


async def test_who_leaves_has_no_key_for_what_follows(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await eve.backend.conversations.leave(room, keep=True)
    await one_key(room, ana, bob, after=0)
    await ana.say(room, "she is gone")
    await bob.has(room, "she is gone")
    assert epoch(ana, room) not in room_of(eve, room).keys
    assert "she is gone" not in await eve.texts(room)


async def test_a_link_lets_in_and_a_revoked_one_does_not(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.say(room, "history")
    link = await rule(ana).make_link(room)
    cem, dan = await world.started("Cem", "Dan")
    assert await cem.backend.chats.join(link.link) == room
    await members_are(room, ana, bob, cem)
    await cem.has(room, "history")
    await cem.say(room, "here I am")
    await ana.has(room, "here I am")
    assert standing(cem, room) == "member"
    assert [(one.id, one.uses) for one in rule(ana).links(room)] == [(FOUNDING, 1), (link.id, 1)]
    before = await one_key(room, ana, bob, cem)
    await rule(ana).revoke(room, link.id)
    await one_key(room, ana, bob, cem, after=before)
    await dan.backend.chats.join(link.link)
    await ana.say(room, "among us")
    await cem.has(room, "among us")
    await until(lambda: standing(dan, room) == "refused", "refused")
    assert await refused(dan.say(room, "me too")) == "room-refused"
    assert await dan.history(room) == []
    assert dan.peer not in members(ana, room)
    assert await refused(rule(ana).revoke(room, link.id)) == "unknown-link"


async def test_an_expired_link_lets_nobody_in(world: World, times: Times) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    assert await refused(rule(ana).make_link(room, LONG_AGO)) == "link-expired"
    soon = ana.backend._services.logs.wall.now_ms() + MINUTE_MS
    link = await rule(ana).make_link(room, soon)
    assert len(rule(ana).links(room)) == 2
    times.pass_by(61)
    assert len(rule(ana).links(room)) == 1
    (cem,) = await world.started("Cem")
    await cem.backend.chats.join(link.link)
    await until(lambda: standing(cem, room) == "refused", "refused")
    assert members(bob, room) == {ana.peer, bob.peer}


async def test_after_a_removal_the_first_link_is_dead_and_another_is_made(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    first = await ana.backend.chats.invitation(room)
    await rule(ana).remove(room, eve.peer)
    assert rule(ana).links(room) == []
    made = await ana.backend.chats.invitation(room)
    assert (made.code, made.link != first.link) == ("", True)
    assert await ana.backend.chats.invitation(room) == made
    (cem,) = await world.started("Cem")
    await cem.backend.chats.join(made.link)
    await members_are(room, ana, bob, cem)
    await one_key(room, ana, bob, cem)
    # The new link is no way back for who was put out before it was made, unless not banned.
    await until(lambda: standing(eve, room) == "removed", "removed")
    await eve.backend.chats.join(made.link)
    await members_are(room, ana, bob, cem, eve)
    await eve.say(room, "back again")
    await cem.has(room, "back again")


async def test_a_ban_holds_until_it_is_lifted(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await rule(ana).remove(room, eve.peer, ban=True)
    await until(lambda: standing(eve, room) == "removed", "removed")
    link = await rule(ana).make_link(room)
    await eve.backend.chats.join(link.link)
    assert await refused(rule(ana).invite(room, eve.peer)) == "peer-banned"
    await until(lambda: [one.peer for one in rule(bob).banned(room)] == [eve.peer], "banned")
    await until(lambda: standing(eve, room) == "refused", "refused")
    assert members(ana, room) == {ana.peer, bob.peer}
    await rule(ana).readmit(room, eve.peer)
    assert rule(ana).banned(room) == []
    assert await refused(rule(ana).readmit(room, eve.peer)) == "not-banned"
    again = await rule(ana).make_link(room)
    await eve.backend.chats.join(again.link)
    await members_are(room, ana, bob, eve)


async def test_who_was_removed_while_away_learns_it_later(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await ana.say(room, "before")
    await eve.has(room, "before")
    await eve.stop()
    await rule(ana).remove(room, eve.peer)
    await ana.say(room, "after")
    await bob.has(room, "after")
    await ana.stop()
    await eve.start(URL)
    await until(lambda: standing(eve, room) == "removed", "removed")
    assert await eve.texts(room) == ["before"]
    await eve.stop()
    await eve.start(URL)
    assert standing(eve, room) == "removed"


async def befriended(one: Someone, other: Someone) -> None:
    await one.backend.contacts.request(other.peer, "hello")

    def friends() -> bool:
        known = (person.backend.contacts.all() for person in (one, other))
        return all([contact.state for contact in each] == ["friend"] for each in known)

    await until(friends, "friends")


async def test_an_invitation_waits_for_both(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    await befriended(ana, cem)
    await cem.stop()
    invited = await rule(ana).invite(room, cem.peer)
    assert [one.peer for one in rule(ana).invited(room)] == [cem.peer]
    await ana.stop()
    await ana.start(URL)
    await cem.start(URL)
    view = await invitation_to(cem)
    assert (view.id, view.name, view.sender, view.state) == (invited, "Lab", ana.peer, "pending")
    await cem.stop()
    await cem.start(URL)
    assert await invitation_to(cem) == view
    assert await rule(cem).accept(view.id) == room
    await members_are(room, ana, bob, cem)
    assert await rule(cem).invitations() == []
    assert rule(ana).invited(room) == []
    assert await refused(rule(ana).invite(room, cem.peer)) == "already-member"


async def test_a_rejected_invitation_is_gone(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    await befriended(ana, cem)
    await rule(ana).invite(room, cem.peer)
    view = await invitation_to(cem)
    await rule(cem).reject(view.id)
    assert await rule(cem).invitations() == []
    assert await refused(rule(cem).accept(view.id)) == "invitation-gone"
    assert await refused(rule(cem).accept((await ana.say(room, "x")).event)) == (
        "unknown-invitation"
    )
    assert members(bob, room) == {ana.peer, bob.peer}


async def test_roles_say_who_may(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    assert [rule(p).own_role(room) for p in (ana, bob)] == [Role.OWNER, Role.MEMBER]
    assert await refused(rule(bob).remove(room, eve.peer)) == "not-allowed"
    assert await refused(rule(bob).set_role(room, eve.peer, Role.ADMIN)) == "not-allowed"
    assert await refused(rule(bob).set_rule(room, Rule.INFO, 0)) == "not-allowed"
    assert await refused(rule(ana).set_rule(room, Rule.INFO, 2)) == "bad-rule"
    await rule(ana).set_rule(room, Rule.INFO, 0)
    await rule(ana).set_rule(room, Rule.INVITES, 0)
    await until(lambda: not rule(bob).rules(room).invites, "rules")
    assert await refused(bob.backend.chats.rename(room, "Mine")) == "not-allowed"
    assert await refused(bob.backend.chats.set_topic(room, "mine")) == "not-allowed"
    assert await refused(rule(bob).make_link(room)) == "not-allowed"
    await rule(ana).set_role(room, bob.peer, Role.ADMIN)
    await until(lambda: rule(bob).own_role(room) is Role.ADMIN, "admin")
    await bob.backend.chats.rename(room, "Ours")
    assert await refused(rule(bob).remove(room, ana.peer)) == "not-allowed"
    await rule(bob).remove(room, eve.peer)
    await members_are(room, ana, bob)
    await rule(ana).set_role(room, bob.peer, Role.MEMBER)
    await until(lambda: rule(bob).own_role(room) is Role.MEMBER, "member")
    assert await refused(rule(ana).remove(room, eve.peer)) == "unknown-member"


async def test_newcomers_do_not_read_what_was_before_if_that_is_the_rule(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.say(room, "old secret")
    await rule(ana).set_rule(room, Rule.HISTORY, 0)
    await ana.say(room, "newer secret")
    link = await rule(ana).make_link(room)
    await ana.say(room, "newest secret")
    await bob.has(room, "newest secret")
    (cem,) = await world.started("Cem")
    await cem.backend.chats.join(link.link)
    await members_are(room, ana, bob, cem)
    await ana.say(room, "welcome")
    await cem.has(room, "welcome")
    assert await cem.texts(room) == ["welcome"]
    assert room_of(cem, room).state.founder == ana.peer
    assert room_of(cem, room).state.name == "Lab"
    await cem.say(room, "hello")
    await bob.has(room, "hello")
    await cem.stop()
    await cem.start(URL)
    await world.all_linked(room, ana, bob, cem)
    assert await cem.texts(room) == ["welcome", "hello"]


async def test_a_room_goes_on_when_its_owner_leaves(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await rule(ana).set_role(room, eve.peer, Role.ADMIN)
    await until(lambda: rule(eve).own_role(room) is Role.ADMIN, "admin")
    await ana.backend.chats.leave(room)
    await until(lambda: rule(eve).own_role(room) is Role.OWNER, "owner")
    await one_key(room, bob, eve, after=0)
    await bob.say(room, "still here")
    await eve.has(room, "still here")


async def test_who_was_away_during_three_rotations_comes_back(world: World) -> None:
    room, (ana, bob, cem, dan, eve) = await world.together("Ana", "Bob", "Cem", "Dan", "Eve")
    await eve.stop()
    for gone in (bob, cem, dan):
        await rule(ana).remove(room, gone.peer)
    await ana.say(room, "quiet now")
    await eve.start(URL)
    await eve.has(room, "quiet now")
    await members_are(room, ana, eve)
    await eve.say(room, "indeed")
    await ana.has(room, "indeed")
    assert await one_key(room, ana, eve) >> 16 == 3


async def test_what_a_removed_admin_did_unseen_has_no_effect(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await rule(ana).set_role(room, bob.peer, Role.ADMIN)
    await until(lambda: rule(bob).own_role(room) is Role.ADMIN, "admin")
    await bob.stop()
    await bob.start()
    await rule(bob).remove(room, eve.peer)
    await rule(ana).remove(room, bob.peer)
    await bob.backend.network.connect(URL)
    await until(lambda: standing(bob, room) == "removed", "removed")
    await members_are(room, ana, eve)
    await one_key(room, ana, eve, after=0)
    await eve.say(room, "still here")
    await ana.has(room, "still here")
    assert "still here" not in await bob.texts(room)


async def test_a_removal_that_nobody_may_do_is_void(world: World) -> None:
    """Bob's program does not ask whether it may; the others' do."""
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    services = bob.backend._services
    rotation = services.groups.rotator.rotation(room_of(bob, room), ana.peer)
    forged = Removed(ana.peer, 0, ban=True), rotation, RoleGiven(bob.peer, "owner")
    await services.logs.append(room, *forged)
    await bob.say(room, "I am the captain now")
    await eve.has(room, "I am the captain now")
    await members_are(room, ana, bob, eve)
    assert rule(eve).own_role(room) is Role.MEMBER
    assert rule(ana).own_role(room) is Role.OWNER
    assert {epoch(person, room) for person in (ana, bob, eve)} == {0}
    assert all(v.kind is not MessageKind.REMOVED for v in await eve.history(room))


async def test_two_admins_may_remove_the_same_person(world: World) -> None:
    room, (ana, bob, cem, eve) = await world.together("Ana", "Bob", "Cem", "Eve")
    await rule(ana).set_role(room, bob.peer, Role.ADMIN)
    await until(lambda: rule(bob).own_role(room) is Role.ADMIN, "admin")
    await cem.stop()
    await asyncio.gather(rule(ana).remove(room, eve.peer), rule(bob).remove(room, eve.peer))
    await cem.start(URL)
    await members_are(room, ana, bob, cem)
    await one_key(room, ana, bob, cem)
    await bob.say(room, "one of us")
    await cem.has(room, "one of us")
    await ana.has(room, "one of us")


async def test_joining_twice_changes_nothing(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    link = await rule(ana).make_link(room)
    (cem,) = await world.started("Cem")
    for text in (link.link, link.link):
        assert await cem.backend.chats.join(text) == room
    await members_are(room, ana, bob, cem)
    await until(lambda: standing(cem, room) == "member", "member")
    await until(
        lambda: room_of(ana, room).vector == room_of(bob, room).vector == room_of(cem, room).vector,
        "all",
    )
    vector = dict(room_of(ana, room).vector)
    assert await cem.backend.chats.join(link.link) == room
    assert await bob.backend.chats.join(link.link) == room
    await asyncio.sleep(0.1)
    await until(lambda: standing(cem, room) == standing(bob, room) == "member", "members")
    assert room_of(ana, room).vector == vector


@pytest.mark.parametrize("wrong", ["room", "founder", "secret", "unasked"])
async def test_a_welcome_that_does_not_fit_is_ignored(world: World, wrong: str) -> None:
    ana, bob = await world.started("Ana", "Bob")
    made = await ana.backend.chats.create_room("Lab")
    link = await rule(ana).make_link(made.room)
    await ana.stop()
    await bob.backend.chats.join(link.link)
    conversation = room_of(bob, made.room)
    await bob.backend._services.logs.set_founder(conversation, ana.peer)
    where = RoomId(b"x" * 16) if wrong == "room" else made.room
    founder = bob.peer if wrong == "founder" else ana.peer
    keys = [(0 if wrong == "secret" else 1 << 16, True, b"k" * 32)]
    if wrong == "unasked":
        where = (await bob.backend.chats.create_room("Mine")).room
        founder = bob.peer
    entry = bob.backend._services.groups._parts.entry
    assert await entry.welcomed(Welcome(where, founder, "Lab", keys)) is None
    assert set(conversation.keys) == {-1}


async def test_one_of_those_in_charge_makes_the_new_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotator, "TURN", 60.0)
    room, (ana, bob, cem, eve) = await world.together("Ana", "Bob", "Cem", "Eve")
    await rule(ana).set_role(room, bob.peer, Role.ADMIN)
    await until(lambda: rule(bob).own_role(room) is Role.ADMIN, "admin")
    await eve.backend.chats.leave(room)
    assert await one_key(room, ana, bob, cem, after=0) >> 16 == 1
    assert [one.author for one in room_of(cem, room).state.governance.rekeyings] == [ana.peer]
    monkeypatch.setattr(key_rotator, "TURN", 0.3)
    monkeypatch.setattr(ana.backend._services.groups.rotator, "rotate_if_needed", nothing)
    await cem.backend.chats.leave(room)
    assert await one_key(room, ana, bob, after=1 << 17) >> 16 == 2
    assert room_of(ana, room).state.governance.rekeyings[-1].author == bob.peer


async def nothing(_conversation: Conversation) -> None:
    """Stand for somebody in charge who is online and does not do it."""


async def test_who_made_a_link_may_take_it_back(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    link = await rule(bob).make_link(room)
    await rule(bob).revoke(room, link.id)
    await one_key(room, ana, bob, after=0)
    assert await refused(rule(bob).revoke(room, FOUNDING)) == "not-allowed"


async def test_only_groups_are_governed_and_only_from_inside(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    direct = await ana.backend.chats.open_direct(bob.peer, "Bob")
    assert await refused(rule(ana).make_link(direct)) == "not-a-group"
    made = await ana.backend.chats.create_room("Lab")
    link = await rule(ana).make_link(made.room)
    await ana.stop()
    await bob.backend.chats.join(link.link)
    assert await refused(rule(bob).make_link(made.room)) == "room-waiting"
    assert await refused(rule(bob).readmit(made.room, ana.peer)) == "room-waiting"
    await bob.backend.chats.leave(made.room)
    assert all(summary.room != made.room for summary in await bob.backend.chats.rooms())
