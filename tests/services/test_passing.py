"""Members that bring two others together, and what they can not be made to do."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.changes import LinkChanged, LinkState
from app.domain.ids import PeerId, RoomId
from app.protocol.passing_frames import Neighbours, Through
from app.services import neighbour_service, peer_supervisor
from app.services.neighbourhood import Neighbourhood
from tests.services.world import OTHER_URL, URL, Someone, World, until
from tests.support.memory_signaling import MemoryServer

ANA, BOB, CEM, DAN, EVE = (PeerId(bytes([n]) * 32) for n in range(1, 6))
LAB, CLUB = RoomId(b"l" * 16), RoomId(b"c" * 16)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbour_service, "TELL_EVERY", 0.01)


def neighbourhood(person: Someone) -> Neighbourhood:
    return person.backend._services.beyond.neighbourhood


async def all_told(*people: Someone) -> None:
    """Wait until everybody has heard from everybody who is linked with whom."""

    def done() -> bool:
        return all(
            neighbourhood(one).linked_with(other.peer)
            >= {third.peer for third in people if third not in (one, other)}
            for one in people
            for other in people
            if one is not other
        )

    await until(done, "told")


async def lose(world: World, *people: Someone) -> None:
    world.server.stop()
    await until(lambda: not any(person.online for person in people), "server gone")


async def cut(one: Someone, other: Someone) -> None:
    """Close the link of two; return when a new one is up."""
    await one.link_to(other).close()

    def again(person: Someone, peer: PeerId) -> bool:
        states = [change.state for change in person.heard(LinkChanged) if change.peer == peer]
        return states.count(LinkState.ONLINE) > 1 and states[-1] is LinkState.ONLINE

    await until(lambda: again(one, other.peer) and again(other, one.peer), "linked again")


async def test_members_say_with_whom_they_are_linked(world: World) -> None:
    _, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    assert neighbourhood(ana).named_by(cem.peer) == {bob.peer}
    instance = cem.backend._services.me.instance
    assert neighbourhood(ana).instance(cem.peer) == instance
    await cem.stop()
    await until(lambda: not neighbourhood(ana).named_by(cem.peer))
    assert neighbourhood(ana).instance(cem.peer) == b""


async def test_two_without_a_server_are_linked_again_over_a_third(world: World) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    await lose(world, ana, bob, cem)
    await cut(ana, bob)
    await until(lambda: ana.linked(room, bob) and bob.linked(room, ana), "linked again")
    await ana.say(room, "no server at all")
    await bob.has(room, "no server at all")
    assert not any(person.errors() for person in (ana, bob, cem))


async def test_two_who_share_no_server_meet_over_one_who_is_on_both(world: World) -> None:
    world.servers[OTHER_URL] = MemoryServer()
    ana = await world.person("Ana").start(URL)
    bob = await world.person("Bob").start(URL, OTHER_URL)
    cem = await world.person("Cem").start(OTHER_URL)
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made.link)
    await world.all_linked(made.room, ana, bob)
    await cem.backend.chats.join(made.link)
    await world.all_linked(made.room, ana, bob, cem)


async def test_a_conversation_of_two_begins_over_a_third(world: World) -> None:
    _, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    await lose(world, ana, bob, cem)
    await cut(ana, bob)
    direct = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await ana.say(direct, "in private")
    await until(lambda: bob.listed(direct), "opened")
    await bob.has(direct, "in private")


async def test_whom_no_member_is_linked_with_is_not_looked_for(world: World) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    await lose(world, ana, bob, cem)
    await bob.stop()
    await until(lambda: not ana.linked(room, bob) and not cem.linked(room, bob))
    supervisor = ana.backend._services.manager._supervisors[bob.peer]
    await until(lambda: supervisor.is_idle)


async def test_a_member_names_only_members(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    service = _service(ana)
    service.received(bob.peer, Neighbours(bytes(16), {bytes([9]) * 32: bytes(16)}))
    assert neighbourhood(ana).linked_with(bob.peer) == {PeerId(bytes([9]) * 32)}
    assert not service.is_near(PeerId(bytes([9]) * 32))
    await asyncio.sleep(0.05)
    assert set(ana.backend._services.manager._supervisors) == {bob.peer}
    assert ana.linked(room, bob)


async def test_the_blocked_are_neither_carried_for_nor_heard(world: World) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    await lose(world, ana, bob, cem)
    await ana.backend.contacts.block(bob.peer)
    await until(lambda: not bob.linked(room, ana))
    await asyncio.sleep(0.3)
    assert not ana.linked(room, bob)
    assert bob.linked(room, cem)
    assert ana.errors() == []


async def test_a_payload_that_a_member_has_made_up_does_nothing(world: World) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    forged = Through(ana.peer, cem.peer, bytes(200))
    live = bob.backend._services.manager.live(ana.peer)
    assert live is not None
    live.send(forged)
    await ana.say(room, "after it")
    await bob.has(room, "after it")
    assert ana.errors() == []


def _service(person: Someone) -> neighbour_service.NeighbourService:
    listeners = person.backend._services.circle.between._listeners
    (found,) = (one for one in listeners if isinstance(one, neighbour_service.NeighbourService))
    return found


# -- links over a member


async def bypassed(world: World) -> tuple[RoomId, Someone, Someone, Someone]:
    """Return Ana and Bob, who can reach each other over Cem alone, and are linked so."""
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    ana.links.reachable = False
    await ana.link_to(bob).close()
    await until(lambda: through(ana, bob) and through(bob, ana), "over a member")
    await until(lambda: ana.linked(room, bob) and bob.linked(room, ana), "room open")
    return room, ana, bob, cem


def through(person: Someone, other: Someone) -> PeerId | None:
    live = person.backend._services.manager.live(other.peer)
    return live.through if live is not None else None


async def test_a_member_carries_a_link_that_has_no_other_way(world: World) -> None:
    room, ana, bob, cem = await bypassed(world)
    assert through(ana, bob) == through(bob, ana) == cem.peer
    await ana.say(room, "around the corner")
    await bob.has(room, "around the corner")
    link = next(one for one in ana.backend.network.links() if one.peer == bob.peer)
    assert (link.route, link.through) == ("relay", cem.peer)
    tries = ana.backend._services.beyond.attempts.of(bob.peer)
    ways = [(one.way, one.outcome, one.stage, one.through) for one in tries][-2:]
    assert ways == [("direct", "timeout", "ice", None), ("member", "", "", cem.peer)]
    assert cem.backend._services.beyond.carriage.carried > 0
    assert not any(person.errors() for person in (ana, bob, cem))


async def test_a_long_message_goes_over_a_member(world: World) -> None:
    room, ana, bob, _ = await bypassed(world)
    await ana.say(room, "x" * 60_000)
    await bob.has(room, "x" * 60_000)


async def test_a_better_way_takes_over_without_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_supervisor, "BETTER_AFTER", 0.05)
    room, ana, bob, _ = await bypassed(world)
    before = len(bob.heard(LinkChanged))
    ana.links.reachable = True
    await until(lambda: not through(ana, bob) and not through(bob, ana), "better")
    await until(lambda: ana.linked(room, bob) and bob.linked(room, ana), "open again")
    await ana.say(room, "straight again")
    await bob.has(room, "straight again")
    states = [c.state for c in bob.heard(LinkChanged)[before:] if c.peer == ana.peer]
    assert LinkState.OFFLINE not in states
    await until(lambda: not ana.backend._services.beyond.detours.open, "given back")


async def test_when_the_carrier_goes_the_link_goes(world: World) -> None:
    room, ana, bob, cem = await bypassed(world)
    await cem.stop()
    await until(lambda: not ana.linked(room, bob) and not bob.linked(room, ana))
    ana.links.reachable = True
    ana.backend.network.try_now()
    await world.all_linked(room, ana, bob)
    await ana.say(room, "on our own")
    await bob.has(room, "on our own")


async def test_who_is_asked_not_to_is_no_carrier(world: World) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await all_told(ana, bob, cem)
    ana.backend._services.beyond.detours.may_carry = lambda peer: peer != cem.peer
    ana.links.reachable = False
    await ana.link_to(bob).close()
    await until(lambda: len(ana.backend._services.beyond.attempts.of(bob.peer)) > 1)
    assert {one.way for one in ana.backend._services.beyond.attempts.of(bob.peer)} == {"direct"}
    assert not ana.linked(room, bob)
