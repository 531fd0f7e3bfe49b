"""Invitations by name: from strangers, and where a link had led to nowhere."""

from __future__ import annotations

from app.domain.contacts import Accept
from app.domain.governing import InvitationChanged
from app.services.privacy import ACCEPT_SETTING
from tests.services.groups import (
    invitation_to,
    members_are,
    one_key,
    refused,
    rule,
    standing,
)
from tests.services.world import URL, Someone, World, until


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
    assert [change.invitation for change in cem.heard(InvitationChanged)] == [view]
    assert await cem.backend.chats.rooms() == []
    await cem.stop()
    await cem.start(URL)
    assert await invitation_to(cem) == view
    assert await rule(cem).accept(view.id) == room
    await members_are(room, ana, bob, cem)
    await cem.has(room, "waiting for you")
    assert contact_of(cem, ana) == "incoming"


async def test_who_was_sent_away_cannot_invite(world: World) -> None:
    room, (ana, _) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    await cem.backend.set_setting(ACCEPT_SETTING, Accept.NOBODY.value)
    await rule(ana).invite(room, cem.peer)
    view = await invitation_to(cem)
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
    assert standing(cem, room) == "member"
    assert (await cem.backend.chats.room(room)).name == "Lab"
    await cem.say(room, "and write")
    await bob.has(room, "and write")
