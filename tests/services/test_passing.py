"""Members that bring two others together, and what they can not be made to do."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.changes import LinkChanged, LinkState
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import FEATURES, NEIGHBOURS, Aside
from app.protocol.passing_frames import Neighbours, Through
from app.services import neighbour_service, passer
from app.services.connection_manager import ConnectionManager
from app.services.contact_book import ContactBook
from app.services.neighbourhood import Neighbourhood
from app.services.passer import Passer
from app.services.peer_link import PeerLink
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


class Ear(PeerLink):
    """A link of which only what is sent on it matters."""

    def __init__(self, peer: PeerId, *rooms: RoomId, features: int = FEATURES) -> None:
        self.peer = peer
        self.features = features
        self.open = frozenset(rooms)
        self.said: list[Aside] = []

    @property
    def rooms(self) -> frozenset[RoomId]:
        return self.open

    def send(self, frame: Aside) -> None:
        self.said.append(frame)


class Book(ContactBook):
    def __init__(self, blocked: set[PeerId]) -> None:
        self._blocked = blocked

    def is_blocked(self, peer: PeerId) -> bool:
        return peer in self._blocked


class Manager(ConnectionManager):
    """Knows the links that a test has made, and whom it has blocked."""

    def __init__(self, me: PeerId, *links: PeerLink) -> None:
        self._me = me
        self._links = {link.peer: link for link in links}
        self.blocked: set[PeerId] = set()

    @property
    def me(self) -> PeerId:
        return self._me

    @property
    def contacts(self) -> ContactBook:
        return Book(self.blocked)

    def live(self, peer: PeerId) -> PeerLink | None:
        return self._links.get(peer)


class Carrying:
    """Cem, who is linked with Ana and Bob in one room, and with Dan in another one."""

    def __init__(self) -> None:
        self.ana, self.bob, self.dan = Ear(ANA, LAB), Ear(BOB, LAB), Ear(DAN, CLUB)
        self.manager = Manager(CEM, self.ana, self.bob, self.dan)
        self.taken: list[tuple[PeerId, bytes]] = []
        self.passer = Passer(self.manager, lambda *what: self.taken.append(what))

    def says(self, peer: PeerId, receiver: PeerId, sender: PeerId) -> None:
        self.passer.received(peer, Through(receiver, sender, PAYLOAD))


PAYLOAD = bytes(48)


async def test_what_a_member_has_for_another_is_handed_on_as_it_is() -> None:
    carrying = Carrying()
    carrying.says(ANA, BOB, ANA)
    assert carrying.bob.said == [Through(BOB, ANA, PAYLOAD)]
    assert carrying.ana.said == []
    assert carrying.taken == []


async def test_what_is_for_us_is_taken() -> None:
    carrying = Carrying()
    carrying.says(ANA, CEM, BOB)
    assert carrying.taken == [(BOB, PAYLOAD)]


@pytest.mark.parametrize(
    ("peer", "receiver", "sender"),
    [
        (ANA, BOB, DAN),  # another's name
        (ANA, BOB, CEM),  # ours
        (ANA, ANA, ANA),  # back to where it came from
        (ANA, DAN, ANA),  # no common room
        (ANA, EVE, ANA),  # not linked
        (EVE, BOB, EVE),  # not linked itself
        (BOB, CEM, CEM),  # ours, from somebody else
        (BOB, CEM, BOB),  # its own, for which it needs nobody
    ],
)
async def test_nothing_else_is_passed_on_or_taken(
    peer: PeerId, receiver: PeerId, sender: PeerId
) -> None:
    carrying = Carrying()
    carrying.says(peer, receiver, sender)
    assert not any(ear.said for ear in (carrying.ana, carrying.bob, carrying.dan))
    assert not carrying.taken


@pytest.mark.parametrize("blocked", [ANA, BOB])
async def test_nothing_is_passed_on_for_the_blocked(blocked: PeerId) -> None:
    carrying = Carrying()
    carrying.manager.blocked.add(blocked)
    carrying.says(ANA, BOB, ANA)
    assert carrying.bob.said == []


async def test_a_receiver_that_does_not_know_the_frame_is_spared_it() -> None:
    carrying = Carrying()
    carrying.bob.features = FEATURES & ~NEIGHBOURS
    carrying.says(ANA, BOB, ANA)
    assert carrying.bob.said == []


async def test_a_flood_is_held_back_and_others_are_not() -> None:
    carrying = Carrying()
    for _ in range(10 * passer.SIGNALS_AT_ONCE):
        carrying.says(ANA, BOB, ANA)
    assert passer.SIGNALS_AT_ONCE <= len(carrying.bob.said) <= passer.SIGNALS_AT_ONCE + 2
    carrying.says(BOB, ANA, BOB)
    assert carrying.ana.said == [Through(ANA, BOB, PAYLOAD)]


async def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passer, "MAX_PEERS", 1)
    carrying = Carrying()
    carrying.says(ANA, BOB, ANA)
    carrying.says(BOB, ANA, BOB)
    assert list(carrying.passer._allowances) == [BOB]
