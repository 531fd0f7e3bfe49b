"""What is decided about lanes without any: whom to ask when, by which way, how often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.files import Lane
from app.domain.ice import IceServer
from app.domain.ids import PeerId
from app.services import transfer_way_memory as ways
from app.services.allowance import Allowance
from app.services.transfer_rests import FIRST_PAUSE, LONGEST_FOR_FAULTS, LONGEST_PAUSE, Rests
from app.services.transfer_terms import LaneTerms
from app.services.transfer_way_memory import WayMemory

ANA, BOB = PeerId(bytes([1]) * 32), PeerId(bytes([2]) * 32)
ALL = frozenset(Lane)
STUN = IceServer("stun:host")
TURN = IceServer("turn:host", "ana", "secret")


def test_ways_are_tried_from_the_best_to_the_last() -> None:
    memory = WayMemory()
    assert memory.plan(ANA, ALL, 0) == ((Lane.DIRECT, Lane.WEBRTC, Lane.RELAY), ways.HEAD_START)
    assert memory.plan(ANA, {Lane.RELAY, Lane.WEBRTC}, 0)[0] == (Lane.WEBRTC, Lane.RELAY)


def test_what_worked_is_tried_first_for_a_while() -> None:
    memory = WayMemory()
    memory.worked(ANA, Lane.RELAY, 0)
    assert memory.plan(ANA, ALL, 1)[0] == (Lane.RELAY, Lane.DIRECT, Lane.WEBRTC)
    assert memory.plan(BOB, ALL, 1)[0][0] is Lane.DIRECT
    assert memory.plan(ANA, ALL, ways.REMEMBERED)[0][0] is Lane.DIRECT
    memory.worked(ANA, Lane.RELAY, 0)
    memory.failed(ANA, Lane.RELAY, "no-relay", 2)
    assert memory.plan(ANA, ALL, 3)[0][0] is Lane.DIRECT


def test_after_a_break_ways_hardly_wait_for_each_other() -> None:
    memory = WayMemory()
    memory.worked(ANA, Lane.WEBRTC, 0)
    memory.broke(ANA, 5)
    order = (Lane.DIRECT, Lane.WEBRTC, Lane.RELAY)
    assert memory.plan(ANA, ALL, 6) == (order, ways.SHORT_START)
    assert memory.plan(ANA, ALL, 5 + ways.URGENT) == (order, ways.HEAD_START)
    memory.broke(ANA, 5)
    memory.worked(ANA, Lane.DIRECT, 6)
    assert memory.plan(ANA, ALL, 7)[1] == ways.HEAD_START


def test_better_ways_are_tried_again_less_and_less_often() -> None:
    memory = WayMemory()
    assert memory.better(ANA, Lane.RELAY, ALL, 0) == (Lane.DIRECT, Lane.WEBRTC)
    assert memory.better(ANA, Lane.DIRECT, ALL, 0) == ()
    assert memory.next_probe(ANA, Lane.DIRECT, ALL) is None
    now = 0.0
    pauses = []
    for _ in range(8):
        memory.failed(ANA, Lane.DIRECT, "no-direct-way", now)
        due = memory.next_probe(ANA, Lane.WEBRTC, ALL)
        assert due is not None
        pauses.append(due - now)
        assert memory.better(ANA, Lane.WEBRTC, ALL, due - 1) == ()
        assert memory.better(ANA, Lane.WEBRTC, ALL, due) == (Lane.DIRECT,)
        now = due
    assert pauses[0] == ways.FIRST_PROBE
    assert pauses == sorted(pauses)
    assert pauses[-1] == ways.LONGEST_PROBE
    memory.failed(ANA, Lane.DIRECT, "no-direct-way", now)
    memory.renew(BOB)
    assert memory.better(ANA, Lane.WEBRTC, ALL, now) == ()
    memory.renew()
    assert memory.better(ANA, Lane.WEBRTC, ALL, now) == (Lane.DIRECT,)


def test_why_a_way_failed_is_known_until_it_works() -> None:
    memory = WayMemory()
    assert memory.troubles(ANA) == {}
    memory.failed(ANA, Lane.RELAY, "no-relay", 0)
    memory.failed(ANA, Lane.DIRECT, "no-direct-way", 0)
    memory.tried(ANA, Lane.WEBRTC, 0)
    assert list(memory.troubles(ANA).items()) == [
        (Lane.DIRECT, "no-direct-way"),
        (Lane.RELAY, "no-relay"),
    ]
    memory.worked(ANA, Lane.DIRECT, 1)
    assert memory.troubles(ANA) == {Lane.RELAY: "no-relay"}


def test_so_many_peers_are_remembered_and_no_more() -> None:
    memory = WayMemory()
    for number in range(ways.MAX_PEERS + 5):
        memory.failed(PeerId(number.to_bytes(32)), Lane.DIRECT, "no-direct-way", 0)
        memory.tried(PeerId(bytes(32)), Lane.WEBRTC, 0)  # one who is heard of all the time
    assert memory.troubles(PeerId((1).to_bytes(32))) == {}
    assert memory.troubles(PeerId(bytes(32))) == {Lane.DIRECT: "no-direct-way"}


def test_who_has_nothing_rests_longer_and_longer() -> None:
    rests, now, waits = Rests(), 0.0, []
    assert rests.deadline(now) is None
    for _ in range(12):
        rests.in_vain(ANA, now)
        assert not rests.may_ask(ANA, now)
        assert rests.may_ask(BOB, now)
        due = rests.deadline(now)
        assert due is not None
        waits.append(due - now)
        now = due
        assert rests.may_ask(ANA, now)
    assert (waits[0], waits[-1]) == (FIRST_PAUSE, LONGEST_PAUSE)
    assert rests.fault == ""
    rests.in_vain(ANA, now)
    rests.wake(ANA)
    assert rests.may_ask(ANA, now)
    rests.fruitful(ANA)
    rests.in_vain(ANA, now)
    assert rests.deadline(now) == now + FIRST_PAUSE


def test_who_does_wrong_rests_until_something_good_comes() -> None:
    rests, now = Rests(), 0.0
    for _ in range(12):
        rests.in_vain(ANA, now, "wrong-digest")
        rests.wake(ANA)
        assert not rests.may_ask(ANA, now)
        now = rests.deadline(now) or now
    assert rests.fault == "wrong-digest"
    rests.in_vain(ANA, now, "lane-lost")
    assert rests.deadline(now) == now + LONGEST_FOR_FAULTS
    assert rests.fault == "wrong-digest"
    rests.fruitful(ANA)
    assert (rests.fault, rests.may_ask(ANA, now)) == ("", True)
    rests.wake(BOB)


@given(st.lists(st.floats(0, 100), min_size=1).map(sorted))
def test_an_allowance_is_never_exceeded(times: list[float]) -> None:
    allowance = Allowance(5, 0.5)
    given_at = [now for now in times if allowance.spend(now)]
    for index, start in enumerate(given_at):
        for count, end in enumerate(given_at[index:], 1):
            assert count <= 5 + (end - start) * 0.5 + 1e-6


def test_an_allowance_comes_back() -> None:
    allowance = Allowance(2, 1.0)
    assert [allowance.spend(0) for _ in range(3)] == [True, True, False]
    assert allowance.spend(1)
    assert [allowance.spend(100) for _ in range(3)] == [True, True, False]


def test_what_each_way_needs() -> None:
    terms = LaneTerms(servers=(STUN, TURN))
    assert terms.opening(Lane.DIRECT, asked=True) == ("direct", ())
    way, servers = terms.opening(Lane.WEBRTC, asked=True)
    assert (way, [one.url for one in servers]) == ("webrtc", [STUN.url])
    way, servers = terms.opening(Lane.RELAY, asked=True)
    assert (way, [one.credential for one in servers]) == ("relay", ["secret"])


def test_a_relay_that_only_the_other_side_knows() -> None:
    terms = LaneTerms(servers=(STUN,))
    assert terms.opening(Lane.RELAY, asked=True)[0] == "webrtc"
    assert terms.opening(Lane.RELAY, asked=False) == ("relay", ())


def test_which_ways_of_peers_are_gone() -> None:
    terms = LaneTerms(frozenset({Lane.WEBRTC}))
    assert [terms.allows(way) for way in range(4)] == [False, True, False, False]
