"""What a member passes on for others, and what it can not be made to do."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.domain.ids import PeerId, RoomId
from app.protocol.frames import FEATURES, NEIGHBOURS, RELAYS
from app.protocol.passing_frames import Relayed, Through
from app.services import passer
from app.services.carriage import ALL_BURST, IDLE, MAX_PAIRS, PAIR_BURST, Carriage
from tests.services.carrying import ANA, BOB, CEM, CLUB, DAN, EVE, LAB, PAYLOAD, Carrying, Ear


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


@pytest.fixture
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allowances grow by the second, and a machine may rest for some in the middle of a test."""
    monkeypatch.setattr(passer, "time", SimpleNamespace(monotonic=lambda: 100.0))


@pytest.mark.usefixtures("_no_time_passes")
async def test_a_flood_is_held_back_and_others_are_not() -> None:
    carrying = Carrying()
    for _ in range(10 * passer.SIGNALS_AT_ONCE):
        carrying.says(ANA, BOB, ANA)
    assert len(carrying.bob.said) == passer.SIGNALS_AT_ONCE
    carrying.says(BOB, ANA, BOB)
    assert carrying.ana.said == [Through(ANA, BOB, PAYLOAD)]


async def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passer, "MAX_PEERS", 1)
    carrying = Carrying()
    carrying.says(ANA, BOB, ANA)
    carrying.says(BOB, ANA, BOB)
    assert list(carrying.passer._allowances) == [BOB]


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


@pytest.mark.usefixtures("_no_time_passes")
async def test_so_much_is_carried_for_two_and_no_more() -> None:
    carrying = Carrying()
    for _ in range(2 * PAIR_BURST // 1000):
        carrying.passer.received(ANA, datagram(BOB, ANA, 1000))
    assert len(carrying.bob.lost) == PAIR_BURST // 1000


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


peers = st.sampled_from([ANA, BOB, CEM, DAN, EVE])
rooms = st.frozensets(st.sampled_from([LAB, CLUB]))
datagrams = st.binary(min_size=1, max_size=2048)


class CarrierMachine(RuleBasedStateMachine):
    """Links come, go and change, and all kinds of lies arrive on them."""

    def __init__(self) -> None:
        super().__init__()
        self.carrying = Carrying()
        self.manager = self.carrying.manager
        self.manager.lose(ANA, BOB, DAN)
        self.given = 0

    @rule(
        peer=st.sampled_from([ANA, BOB, DAN, EVE]),
        open_rooms=rooms,
        features=st.sampled_from([0, NEIGHBOURS, RELAYS, NEIGHBOURS | RELAYS, FEATURES]),
        carrier=st.none() | peers,
    )
    def linked(
        self, peer: PeerId, open_rooms: frozenset[RoomId], features: int, carrier: PeerId | None
    ) -> None:
        ear = Ear(peer, *open_rooms, features=features)
        ear.carrier = carrier
        self.manager.join(ear)

    @rule(peer=peers)
    def unlinked(self, peer: PeerId) -> None:
        self.manager.lose(peer)

    @rule(peer=peers)
    def blocked(self, peer: PeerId) -> None:
        self.manager.blocked ^= {peer}

    @rule(peer=peers, receiver=peers, sender=peers)
    def signal(self, peer: PeerId, receiver: PeerId, sender: PeerId) -> None:
        before = len(self.carrying.taken)
        self.carrying.passer.received(peer, Through(receiver, sender, PAYLOAD))
        if len(self.carrying.taken) > before:
            assert receiver == CEM
            assert sender not in (CEM, peer)
            assert self.manager.live(peer) is not None
        self.check(peer, receiver, sender, NEIGHBOURS)

    @rule(peer=peers, receiver=peers, sender=peers, data=datagrams)
    def datagram(self, peer: PeerId, receiver: PeerId, sender: PeerId, data: bytes) -> None:
        frame = Relayed(receiver, sender, PATH, data)
        self.carrying.passer.received(peer, frame)
        for ear in self.check(peer, receiver, sender, RELAYS):
            assert ear.carrier is None
            assert ear.lost == [frame]

    def check(self, peer: PeerId, receiver: PeerId, sender: PeerId, feature: int) -> list[Ear]:
        """Look at what was passed on because of one frame, and forget it."""
        heard = [ear for ear in self.manager.ears() if ear.said or ear.lost]
        assert len(heard) <= 1
        for ear in heard:
            link = self.manager.live(peer)
            assert link is not None
            assert link is not ear
            assert (ear.peer, sender) == (receiver, peer)
            assert ear.features & feature
            assert ear.rooms & link.rooms
            assert not self.manager.blocked & {sender, receiver}
            assert len(ear.said) + len(ear.lost) == 1
        return heard

    @invariant()
    def forget(self) -> None:
        for ear in self.manager.ears():
            ear.said.clear()
            ear.lost.clear()


TestCarrying = CarrierMachine.TestCase
TestCarrying.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
