"""Members that bring two others together, and what they can not be made to do."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.changes import LinkChanged, LinkState
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import FEATURES, NEIGHBOURS, Aside
from app.protocol.passing_frames import Neighbours, Relayed, Through
from app.services import neighbour_service, passer, peer_supervisor
from app.services.carriage import ALL_BURST, IDLE, MAX_PAIRS, PAIR_BURST, Carriage
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
        self.carrier: PeerId | None = None
        self.said: list[Aside] = []
        self.lost: list[Aside] = []

    @property
    def rooms(self) -> frozenset[RoomId]:
        return self.open

    @property
    def through(self) -> PeerId | None:
        return self.carrier

    def send(self, frame: Aside) -> None:
        self.said.append(frame)

    def send_lossy(self, frame: Aside) -> None:
        self.lost.append(frame)


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
        self.carriage = Carriage()
        self.passer = Passer(self.manager, self.carriage, lambda *what: self.taken.append(what))

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


# -- datagrams


PATH = bytes(16)


def datagram(receiver: PeerId, sender: PeerId, size: int = 100) -> Relayed:
    return Relayed(receiver, sender, PATH, bytes(size))


async def test_a_datagram_is_handed_on_where_it_may_get_lost() -> None:
    carrying = Carrying()
    carrying.passer.received(ANA, datagram(BOB, ANA))
    assert carrying.bob.lost == [datagram(BOB, ANA)]
    assert carrying.bob.said == []


@pytest.mark.parametrize(
    ("peer", "receiver", "sender"),
    [(ANA, BOB, DAN), (ANA, ANA, ANA), (ANA, DAN, ANA), (ANA, EVE, ANA), (EVE, BOB, EVE)],
)
async def test_no_other_datagram_is(peer: PeerId, receiver: PeerId, sender: PeerId) -> None:
    carrying = Carrying()
    carrying.passer.received(peer, datagram(receiver, sender))
    assert not any(ear.lost for ear in (carrying.ana, carrying.bob, carrying.dan))


async def test_nothing_is_carried_over_a_link_that_is_carried_itself() -> None:
    carrying = Carrying()
    carrying.bob.carrier = DAN
    carrying.passer.received(ANA, datagram(BOB, ANA))
    assert carrying.bob.lost == []


async def test_who_is_not_willing_carries_nothing() -> None:
    carrying = Carrying()
    carrying.carriage.is_willing = lambda: False
    carrying.passer.received(ANA, datagram(BOB, ANA))
    assert carrying.bob.lost == []


async def test_so_much_is_carried_for_two_and_no_more() -> None:
    carrying = Carrying()
    for _ in range(2 * PAIR_BURST // 1000):
        carrying.passer.received(ANA, datagram(BOB, ANA, 1000))
    assert PAIR_BURST // 1000 <= len(carrying.bob.lost) < 1.5 * PAIR_BURST // 1000


def test_carriage_is_bounded_in_pairs_and_forgets_who_is_gone() -> None:
    carriage = Carriage()
    peers = [PeerId(bytes([n]) * 32) for n in range(MAX_PAIRS + 1)]
    taken = [carriage.takes(ANA, peer, 100, 1.0) for peer in peers]
    assert taken == [True] * MAX_PAIRS + [False]
    assert carriage.pairs(1.0) == MAX_PAIRS
    assert carriage.takes(ANA, peers[-1], 100, 1.0 + 2 * IDLE)
    assert carriage.pairs(1.0 + 2 * IDLE) == 1


def test_carriage_is_bounded_in_all() -> None:
    carriage = Carriage()
    peers = [PeerId(bytes([n]) * 32) for n in range(MAX_PAIRS)]
    total = sum(1000 for peer in peers for _ in range(400) if carriage.takes(ANA, peer, 1000, 5.0))
    assert ALL_BURST - 1000 <= total <= ALL_BURST
    assert carriage.carried == total
    assert carriage.takes(ANA, peers[-1], 1000, 7.0)


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
