"""Members get the keys that were made without them, and nobody makes them believe false ones."""

from __future__ import annotations

from app.domain.governing import Role
from app.domain.ids import RoomId
from app.domain.rules import Rule
from app.protocol.frames import Welcome
from app.services.room_doorkeeper import keys_for
from tests.services.groups import epoch, members, room_of, rule
from tests.services.world import URL, Someone, World, until


async def parted(world: World) -> tuple[RoomId, list[Someone]]:
    """Ana owns, Bob is in charge too; Bob puts Eve out while Ana has taken that from him."""
    room, people = await world.together("Ana", "Bob", "Eve")
    ana, bob, eve = people
    await rule(ana).set_role(room, bob.peer, Role.ADMIN)
    await until(lambda: room_of(bob, room).state.role_of(bob.peer) is Role.ADMIN, "admin")
    await bob.stop()
    await rule(ana).set_role(room, bob.peer, Role.MEMBER)
    await until(lambda: room_of(eve, room).state.role_of(bob.peer) is Role.MEMBER, "member")
    for one in (ana, eve):
        await one.stop()
    await bob.start()
    await rule(bob).remove(room, eve.peer)
    await until(lambda: epoch(bob, room) > 0, "a key without Eve")
    await bob.say(room, "under the new key")
    return room, people


async def test_who_was_never_out_reads_what_was_sealed_without_it(world: World) -> None:
    room, (ana, bob, eve) = await parted(world)
    await bob.backend.network.connect(URL)
    for one in (ana, eve):
        await one.start(URL)
    await eve.has(room, "under the new key")
    await until(lambda: all(eve.peer in members(one, room) for one in (ana, bob, eve)), "inside")
    await until(lambda: len({epoch(one, room) for one in (ana, bob, eve)}) == 1, "one key")
    said = await eve.say(room, "here I am")
    for one in (ana, bob):
        await one.has(room, said.text)


async def test_a_key_that_opens_nothing_is_not_believed(world: World) -> None:
    room, (ana, bob, eve) = await parted(world)
    await ana.start()
    await eve.start()
    keeper = eve.backend._services.groups
    founder = room_of(eve, room).state.founder
    assert founder is not None
    number = epoch(bob, room)
    false = Welcome(room, founder, "Lab", [(number, True, bytes(32)), (0, True, bytes(32))])
    keeper.answered(bob.peer, false)
    wires = await bob.backend._services.logs.load(room, [(bob.peer, 1, 9)], 1 << 20)
    seen = room_of(eve, room).vector.get(bob.peer, 0)
    await eve.backend._services.logs.ingest(room, wires[seen:])
    await until(lambda: room_of(eve, room).vector[bob.peer] == len(wires), "taken in")
    assert number not in room_of(eve, room).keys
    many = [(number + at, True, bytes(32)) for at in range(1, 1000)]
    keeper.answered(ana.peer, Welcome(room, founder, "Lab", many))
    gift = bob.backend._services.groups.sharer.owed(room_of(bob, room), eve.peer)
    assert gift is None  # for Bob, Eve is out
    key = room_of(bob, room).secrets[number]
    keeper.answered(bob.peer, Welcome(room, founder, "Lab", [(number, True, key)]))
    await eve.has(room, "under the new key")


async def test_keys_of_strangers_and_of_unknown_rooms_are_ignored(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    sharer = bob.backend._services.groups.sharer
    founder = room_of(bob, room).state.founder
    assert founder is not None
    keys = [(1 << 16, True, bytes(32))]
    await sharer.take(bytes(32), Welcome(room, founder, "Lab", keys))  # type: ignore[arg-type]
    await sharer.take(ana.peer, Welcome(bytes(16), founder, "Lab", keys))
    assert not sharer._offered
    assert room_of(bob, room).keys.keys() == {0}
    assert not [one for one in (ana, bob) if room_of(one, room).state.governance.removals]


async def test_what_a_newcomer_is_given_follows_from_the_rule(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await rule(ana).remove(room, eve.peer)
    newest = epoch(ana, room)
    conversation = room_of(ana, room)
    secrets = {number: key for number, whole, key in keys_for(conversation, eve.peer) if whole}
    assert secrets == {0: conversation.secrets[0], newest: conversation.secrets[newest]}
    await rule(ana).set_rule(room, Rule.HISTORY, 0)
    latest = epoch(ana, room)
    given = keys_for(conversation, eve.peer)
    assert [(number, whole) for number, whole, _ in given] == [
        (latest, True),
        (newest, False),
        (0, False),
    ]
    assert given[1][2] == conversation.keys[newest].govern
    # A member gets the secrets that it was given before.
    known = [number for number, whole, _ in keys_for(conversation, bob.peer) if whole]
    assert known == [latest, newest]
