"""By which ways signals go, in which order, and who is said to be linked with whom."""

from __future__ import annotations

import pytest

from app.domain.errors import AppError
from app.domain.ids import PeerId, to_text
from app.protocol.frames import FEATURES, NEIGHBOURS, RELAYS
from app.protocol.passing_frames import Neighbours, Through
from app.services import signal_paths
from app.services.carried_paths import CarriedPaths
from app.services.detours import Detours
from app.services.neighbourhood import Neighbourhood
from app.services.signal_paths import MAX_CARRIERS, SignalPaths
from app.services.signaling_hub import SignalingHub
from tests.services.carrying import ANA, BOB, CEM, DAN, EVE, LAB, PAYLOAD, Ear, Manager

RUN, OTHER_RUN = b"r" * 16, b"o" * 16


class Hub(SignalingHub):
    """One server, which may see somebody, and may fail."""

    def __init__(self) -> None:
        self.seen: set[PeerId] = set()
        self.sent: list[PeerId] = []
        self.broken = False

    def sees(self, peer: PeerId) -> bool:
        return peer in self.seen

    async def send(self, peer: PeerId, payload: bytes) -> None:
        if self.broken or peer not in self.seen or not payload:
            raise AppError("unreachable", {"peer": to_text(peer)})
        self.sent.append(peer)


class Sending:
    """Ana, who wants to say something to Bob; each of these says to be linked with Bob."""

    def __init__(self, *carriers: Ear) -> None:
        self.hub = Hub()
        self.neighbourhood = Neighbourhood()
        self.paths = SignalPaths(self.hub, self.neighbourhood)
        self.manager = Manager(ANA, *carriers)
        self.paths.bind(self.manager)
        for carrier in carriers:
            self.neighbourhood.told(carrier.peer, Neighbours(RUN, {BOB: RUN}))

    async def send(self) -> None:
        await self.paths.send(BOB, PAYLOAD)


def ear(peer: PeerId, quality: float | None = None, features: int = FEATURES) -> Ear:
    made = Ear(peer, LAB, features=features)
    made.measured = quality
    return made


async def test_without_members_it_goes_over_the_server_or_not_at_all() -> None:
    sending = Sending()
    sending.hub.seen = {BOB}
    await sending.send()
    assert sending.hub.sent == [BOB]
    sending.hub.broken = True
    with pytest.raises(AppError, match="unreachable"):
        await sending.send()


async def test_the_ways_take_turns_and_the_server_is_the_first() -> None:
    cem, dan = ear(CEM, 0.2), ear(DAN, 0.9)
    sending = Sending(cem, dan)
    sending.hub.seen = {BOB}
    told = []
    for _ in range(6):
        await sending.send()
        told.append((len(sending.hub.sent), len(dan.said), len(cem.said)))
    assert told == [(1, 0, 0), (1, 1, 0), (1, 1, 1), (2, 1, 1), (2, 2, 1), (2, 2, 2)]
    assert cem.said[0] == Through(BOB, ANA, PAYLOAD)


async def test_a_server_that_fails_is_stood_in_for_by_a_member() -> None:
    cem = ear(CEM)
    sending = Sending(cem)
    sending.hub.seen, sending.hub.broken = {BOB}, True
    await sending.send()
    assert len(cem.said) == 1


async def test_whom_no_server_sees_is_reached_over_members_alone() -> None:
    cem = ear(CEM)
    sending = Sending(cem)
    for _ in range(3):
        await sending.send()
    assert (len(cem.said), sending.hub.sent) == (3, [])


async def test_the_best_links_come_first_and_few_are_asked() -> None:
    links = [ear(CEM, 0.1), ear(DAN, 0.9), ear(EVE), ear(PeerId(bytes([9]) * 32), 0.3)]
    sending = Sending(*links)
    assert len(links) > MAX_CARRIERS
    best = [link.peer for link in sending.paths.carriers(BOB)]
    assert best == [DAN, EVE, PeerId(bytes([9]) * 32)]


async def test_who_can_not_carry_is_not_asked() -> None:
    carried, blocked, old, gone = ear(CEM), ear(DAN), ear(EVE, features=0), ear(BOB)
    carried.carrier = EVE
    sending = Sending(carried, blocked, old, gone)
    sending.manager.blocked.add(DAN)
    sending.manager.lose(BOB)
    assert sending.paths.carriers(BOB) == []
    assert sending.paths.carriers(EVE) == []


async def test_a_detour_is_only_over_those_who_relay_and_are_willing() -> None:
    cem, dan, eve = ear(CEM, 0.9), ear(DAN, 0.5), ear(EVE, 0.7, NEIGHBOURS)
    sending = Sending(cem, dan, eve)
    detours = Detours(sending.paths, CarriedPaths(sending.manager))
    assert detours.carriers(BOB) == [CEM, DAN]
    detours.may_carry = lambda peer: peer != CEM
    assert detours.carriers(BOB) == [DAN]
    dan.features = RELAYS
    assert detours.carriers(BOB) == []
    await detours.send_over(EVE, BOB, PAYLOAD)
    assert eve.said == [Through(BOB, ANA, PAYLOAD)]
    for carrier in (BOB, DAN):
        with pytest.raises(AppError, match="unreachable"):
            await detours.send_over(carrier, BOB, PAYLOAD)


async def test_turns_of_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal_paths, "MAX_TURNS", 1)
    sending = Sending(ear(CEM))
    await sending.send()
    sending.hub.seen = {DAN}
    await sending.paths.send(DAN, PAYLOAD)
    assert list(sending.paths._turns) == [DAN]


def test_what_is_told_replaces_what_was_told() -> None:
    known = Neighbourhood()
    assert known.told(CEM, Neighbours(RUN, {BOB: OTHER_RUN, DAN: RUN})) == frozenset()
    assert known.told(CEM, Neighbours(RUN, {BOB: OTHER_RUN})) == {DAN}
    assert known.tellers() == {CEM}
    assert known.linked_with(CEM) == {BOB}
    assert known.named_by(BOB) == {CEM}
    assert known.linked_with(DAN) == known.named_by(DAN) == frozenset()
    assert known.ended(CEM) == {BOB}
    assert known.ended(CEM) == frozenset()


def test_what_somebody_says_of_itself_counts_more_than_what_others_say() -> None:
    known = Neighbourhood()
    known.told(CEM, Neighbours(RUN, {BOB: OTHER_RUN}))
    assert known.instance(BOB) == OTHER_RUN
    known.told(BOB, Neighbours(RUN, {}))
    assert known.instance(BOB) == RUN
    known.ended(BOB)
    assert known.instance(BOB) == OTHER_RUN
    assert known.instance(DAN) == b""
