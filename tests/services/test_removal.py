"""Who is put out of a group, and what that means for what follows."""

from __future__ import annotations

import pytest

from app.crypto.authoring import open_event
from app.domain.changes import MemberChanged
from app.domain.errors import AppError
from app.domain.events import Text, Unsupported, decode_event
from app.domain.governing import Removed, Role
from app.domain.ids import EventId, RoomId
from app.domain.views import MessageKind
from app.protocol.frames import Dismissed
from app.protocol.invitation import TokenInvite, parse
from app.protocol.room_log import Head
from tests.services.groups import epoch, members, one_key, room_of, rule, standing
from tests.services.world import URL, World, until


async def test_who_is_removed_reads_nothing_that_follows(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await ana.say(room, "before")
    await eve.has(room, "before")
    await ana.backend.governance.remove(room, eve.peer)
    await ana.say(room, "after")
    await bob.has(room, "after")
    await until(lambda: room_of(eve, room).standing == "removed", "removed")
    assert members(ana, room) == members(bob, room) == {ana.peer, bob.peer}
    seen = {member.peer for member in await eve.backend.chats.members(room)}
    assert seen == members(eve, room) - {eve.peer}
    assert (await eve.backend.chats.room(room)).members == len(seen)
    await until(lambda: not eve.linked(room, ana), "closed")
    assert "after" not in await eve.texts(room)
    assert room_of(ana, room).latest_keys.epoch not in room_of(eve, room).keys
    head = room_of(ana, room).vector[ana.peer]
    (wire,) = await ana.store.log.events_in(room, [(ana.peer, head, head)], 1)
    event = decode_event(wire)
    assert open_event(event, room_of(bob, room).keys[event.header.epoch]) == Text("after")
    for keys in room_of(eve, room).keys.values():
        assert open_event(event, keys) == Unsupported("sealed")
    with pytest.raises(AppError) as error:
        await eve.say(room, "hello?")
    assert error.value.code == "room-removed"
    (row,) = [v for v in await bob.history(room) if v.kind is MessageKind.REMOVED]
    assert (row.author, row.subject, row.text) == (ana.peer, eve.peer, "removed")


async def test_who_was_away_believes_an_admin_it_did_not_know(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await eve.stop()
    await rule(ana).set_role(room, bob.peer, Role.ADMIN)
    await until(lambda: rule(bob).own_role(room) is Role.ADMIN, "admin")
    await ana.stop()
    await rule(bob).remove(room, eve.peer)
    await eve.start(URL)
    await until(lambda: standing(eve, room) == "removed", "removed")
    told = MemberChanged(room, eve.peer, "Eve", "removed")
    await until(lambda: eve.heard(MemberChanged).count(told) == 1, "told")


@pytest.mark.parametrize("wrong", ["signature", "room", "author", "form", "kind"])
async def test_a_dismissal_that_proves_nothing_is_ignored(world: World, wrong: str) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await eve.stop()
    state = room_of(ana, room)
    author = bob if wrong == "author" else ana
    body = Text("not a removal") if wrong == "kind" else Removed(eve.peer, 1, ban=False)
    head = Head(room_of(author, room).vector[author.peer] + 5, EventId(b"p" * 32))
    compose = author.backend._services.logs._author.compose(state, [body])
    ((event, _),) = compose(head)
    wire = event.encode()
    wire = wire[:-1] + bytes([wire[-1] ^ 1]) if wrong == "signature" else wire
    wire = wire[:50] if wrong == "form" else wire
    await eve.start(URL)
    entry = eve.backend._services.groups._parts.entry
    where = RoomId(b"x" * 16) if wrong == "room" else room
    assert await entry.dismissed(Dismissed(where, [wire])) is None
    if wrong == "signature":
        good = await entry.dismissed(Dismissed(room, [event.encode()]))
        assert good is room_of(eve, room)
    assert standing(eve, room) == "member"


async def test_who_is_linked_to_somebody_in_charge_believes_the_log_alone(
    world: World,
) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await rule(ana).set_role(room, bob.peer, Role.ADMIN)
    await until(lambda: rule(bob).own_role(room) is Role.ADMIN, "admin")
    await bob.stop()
    await bob.start()
    await rule(bob).remove(room, eve.peer)
    removal = room_of(bob, room).state.governance.removals[eve.peer]
    (wire,) = await bob.store.log.events_in(room, [(bob.peer, removal.seq, removal.seq)], 1)
    eve.backend._services.groups.answered(bob.peer, Dismissed(room, [wire]))
    await rule(ana).remove(room, bob.peer)
    await eve.say(room, "still here")
    await ana.has(room, "still here")
    await until(lambda: members(eve, room) == {ana.peer, eve.peer}, "told of Bob")
    assert standing(eve, room) == "member"


async def test_a_key_that_was_not_stored_is_found_again(world: World) -> None:
    """As if the power had failed between the event and its secret, here and there."""
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await rule(ana).remove(room, eve.peer)
    newest = await one_key(room, ana, bob, after=0)
    for person in (ana, bob):
        await person.store.rooms.drop_epoch(room, newest)
        await person.stop()
    for person in (ana, bob):
        await person.start(URL)
    await ana.say(room, "under the new key")
    await bob.has(room, "under the new key")
    assert epoch(ana, room) == epoch(bob, room) == newest


async def test_who_stopped_between_joining_and_saying_so_goes_on(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    link = await rule(ana).make_link(room)
    await ana.stop()
    await bob.stop()
    await cem.backend.chats.join(link.link)
    await cem.stop()
    await cem.start(URL)
    assert standing(cem, room) == "waiting"
    await ana.start(URL)
    await until(lambda: cem.peer in members(ana, room), "joined")
    await until(lambda: standing(cem, room) == "member", "member")
    invite = parse(link.link)
    assert isinstance(invite, TokenInvite)
    await cem.store.rooms.add_epoch(room, -1, invite.token)
    await until(lambda: room_of(cem, room).vector == room_of(ana, room).vector, "all")
    vector = dict(room_of(cem, room).vector)
    await cem.stop()
    await cem.start(URL)
    await until(lambda: standing(cem, room) == "member", "member")
    assert room_of(cem, room).vector == vector
