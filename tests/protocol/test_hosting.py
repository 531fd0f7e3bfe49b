from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import PeerId
from app.protocol import hosting
from app.protocol.hosting import Company, Hosting, Seen, Step, gives_way, turn

PEERS = [PeerId(bytes([number]) * 32) for number in range(1, 6)]
DEAD = Seen("http://10.0.0.1:1", "dead", "", online=True)
ALONE = Company(())
OWN = "http://10.0.0.9:1"


def in_turn(label: str = "dead", count: int = 3) -> list[PeerId]:
    """Return peers in the order in which they take over."""
    some = PEERS[:count]
    return sorted(some, key=lambda peer: turn(peer, [one for one in some if one != peer], label))


def bereft(me: PeerId, at: float = 100.0) -> Hosting:
    """Return the state of somebody who was online at a server that has gone now."""
    state = Hosting(me)
    assert state.look([DEAD], None, ALONE, at) is None
    return state


def lookup(state: Hosting, others: list[PeerId] | None, *seen: Seen) -> tuple[Step | None, float]:
    """Look at every deadline from 100 s on; return the first step and when it was."""
    now = 100.0
    while True:
        step = state.look(seen, None, Company(others), now)
        if step is not None or state.deadline is None:
            return step, now - 100.0
        assert now < state.deadline <= now + hosting.LOOK_SECONDS
        now = state.deadline


def test_everybody_has_another_turn_and_all_agree() -> None:
    turns = [turn(peer, [one for one in PEERS[:3] if one != peer], "x") for peer in PEERS[:3]]
    assert sorted(turns) == [0, 1, 2]
    orders = {tuple(in_turn(label)) for label in "abcdefgh"}
    assert len(orders) > 1


@given(st.text(max_size=20))
def test_no_turn_is_too_late(label: str) -> None:
    for peer in PEERS:
        assert 0 <= turn(peer, PEERS, label) <= hosting.LAST_TURN
        assert 0 <= turn(peer, None, label) <= hosting.LAST_TURN


def test_the_first_in_turn_hosts_and_the_next_ones_if_it_does_not() -> None:
    order = in_turn()
    for position, peer in enumerate(order):
        others = [one for one in order if one != peer]
        step, after = lookup(bereft(peer), others)
        assert step is Step.HOST
        assert after == pytest.approx(hosting.START_SECONDS + position * hosting.TURN_SECONDS)


def test_all_is_over_in_time() -> None:
    slowest = hosting.START_SECONDS + hosting.LAST_TURN * hosting.TURN_SECONDS
    for others in (PEERS, None):
        step, after = lookup(bereft(PEERS[0]), others)
        assert step is Step.HOST
        assert after <= slowest < 9


def test_who_comes_before_us_may_go_while_we_wait() -> None:
    first, second = in_turn(count=2)
    state = bereft(second)
    assert state.look([], None, Company([first]), 100.0) is None
    assert state.look([], None, ALONE, 100.5) is Step.HOST


def test_nothing_is_taken_over_that_was_never_there_or_left_on_purpose() -> None:
    assert Hosting(PEERS[0]).look([replace(DEAD, online=False)], None, ALONE, 1.0) is None
    state = bereft(PEERS[0])
    state.forget()
    assert lookup(state, []) == (None, 0.0)


def test_another_announcement_is_waited_for_and_followed() -> None:
    state = bereft(PEERS[0])
    new = Seen("http://10.0.0.2:1", "new", "dead", online=False)
    assert state.look([], None, ALONE, 100.0) is None
    assert state.look([new], None, ALONE, 100.3) is None
    assert state.look([replace(new, online=True)], None, ALONE, 102.0) is None
    assert state.deadline is None
    assert state.after == "new"


def test_an_announcement_that_nobody_stands_behind_holds_us_up_once() -> None:
    state = bereft(PEERS[0])
    false = Seen("http://10.0.0.2:1", "false", "dead", online=False)
    step, after = lookup(state, [], false)
    assert step is Step.HOST
    assert after == pytest.approx(hosting.GRACE_SECONDS)


def test_who_begins_is_given_time_once() -> None:
    state = bereft(PEERS[0])
    begins = Company([PEERS[1]], [PEERS[1]])
    now, step = 100.0, None
    while step is None:
        step = state.look([], None, begins, now)
        now = state.deadline or now
    turns = turn(PEERS[0], [PEERS[1]], "dead") * hosting.TURN_SECONDS
    assert step is Step.HOST
    assert now == pytest.approx(100.0 + hosting.GRACE_SECONDS + turns + hosting.RETRY_SECONDS)


def test_one_that_was_announced_before_and_is_down_holds_nobody_up() -> None:
    stale = Seen("http://10.0.0.3:1", "stale", "", online=False)
    state = Hosting(PEERS[0])
    state.look([DEAD, stale], None, ALONE, 100.0)
    step, after = lookup(state, [], stale, replace(DEAD, online=False))
    assert step is Step.HOST
    assert after == pytest.approx(hosting.START_SECONDS)


def test_who_cannot_host_tries_again_later() -> None:
    state = bereft(PEERS[0])
    step, after = lookup(state, [])
    assert step is Step.HOST
    assert state.deadline == pytest.approx(100.0 + after + hosting.RETRY_SECONDS)
    assert state.look([], None, ALONE, 101.0) is None
    assert state.look([], None, ALONE, 101.0 + hosting.RETRY_SECONDS) is Step.HOST


def test_who_wakes_up_looks_around_first() -> None:
    state = bereft(PEERS[0])
    state.slept(100.0)
    step, after = lookup(state, [])
    assert step is Step.HOST
    assert after == pytest.approx(hosting.AWAKE_SECONDS)


def server(label: str, after: str = "") -> Seen:
    return Seen(f"http://10.0.0.{len(label)}:{len(after) + 1}", label, after, online=True)


@pytest.mark.parametrize(
    ("mine", "theirs", "gives"),
    [
        (server("a"), server("b", "a"), True),
        (server("b", "a"), server("a"), False),
        (server("b", "x"), server("c", "b"), True),
        (server("c", "b"), server("b", "x"), False),
        (server("a"), server("b"), False),
        (server("a"), server("b", "x"), False),
        (server("a", "x"), server("b"), True),
        (server("a", "x"), server("b", "x"), False),
        (server("b", "x"), server("a", "y"), True),
        (server(""), server("b", ""), False),
        (server("", "x"), server("b", ""), False),
    ],
)
def test_who_gives_way(mine: Seen, theirs: Seen, gives: bool) -> None:
    assert gives_way(mine, theirs) is gives


@given(*[st.sampled_from([server(a, b) for a in "pqr" for b in ("", "p", "q", "x") if a != b])] * 2)
def test_of_two_never_both_give_way(one: Seen, other: Seen) -> None:
    if one.label != other.label and (one.after, other.after) != (other.label, one.label):
        assert not (gives_way(one, other) and gives_way(other, one))
        if one.after or other.after:
            assert gives_way(one, other) or gives_way(other, one)


def test_one_of_two_hosts_stops_once_all_can_be_at_the_other() -> None:
    state = Hosting(PEERS[0])
    mine = replace(server("b", "x"), url=OWN)
    other = server("a", "x")
    assert state.look([mine], OWN, ALONE, 100.0) is None
    assert state.look([mine, replace(other, online=False)], OWN, ALONE, 101.0) is None
    assert state.look([mine, other], OWN, ALONE, 102.0) is None
    assert state.deadline == 102.0 + hosting.YIELD_SECONDS
    assert state.look([mine], OWN, ALONE, 103.0) is None
    assert state.look([mine, other], OWN, ALONE, 104.0) is None
    assert state.look([mine, other], OWN, ALONE, 104.0 + hosting.YIELD_SECONDS) is Step.YIELD
    assert state.look([other], None, ALONE, 109.0) is None


def test_a_host_that_wakes_up_leaves_it_to_who_is_there() -> None:
    state = Hosting(PEERS[0])
    mine, other = replace(server("a"), url=OWN), server("c", "b")
    assert state.look([mine, other], OWN, ALONE, 100.0) is None
    assert state.look([mine, other], OWN, ALONE, 100.0 + hosting.YIELD_SECONDS) is None
    state.slept(110.0)
    assert state.look([mine, other], OWN, ALONE, 119.0) is None
    assert state.look([mine, other], OWN, ALONE, 119.0 + hosting.YIELD_SECONDS) is Step.YIELD


def test_a_host_whose_own_announcement_is_not_seen_stays() -> None:
    state = Hosting(PEERS[0])
    assert state.look([server("a", "x")], OWN, ALONE, 100.0) is None
    assert state.deadline is None
