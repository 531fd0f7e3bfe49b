"""What is lacking is asked of one neighbour, and of the next if that does not send it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import PeerId
from app.protocol import pulling
from app.protocol.pulling import Puller

ME, ANA, BOB, EVE, KIM = (PeerId(bytes([n]) * 32) for n in range(5))


def puller(*neighbours: PeerId) -> Puller:
    made = Puller(ME)
    for peer in neighbours:
        made.joined(peer)
    return made


def test_what_many_have_is_asked_of_one() -> None:
    one = puller(ANA, BOB)
    for peer in (ANA, BOB):
        one.offered(peer, {EVE: 3}, 0.0)
    assert one.due(0.0) == {ANA: {EVE: 3}}
    assert one.due(1.0) == {}
    one.grew({EVE: 3})
    assert one.due(9.0) == {}
    assert one.deadline(1.0) is None


def test_much_is_shared_out() -> None:
    one = puller(ANA, BOB)
    for peer in (ANA, BOB):
        one.offered(peer, {EVE: 3, KIM: 2, ME: 4}, 0.0)
    asks = one.due(0.0)
    assert sorted(map(len, asks.values())) == [1, 2]


def test_more_is_asked_for_when_that_has_come() -> None:
    one = puller(ANA)
    one.offered(ANA, {EVE: 3}, 0.0)
    assert one.due(0.0) == {ANA: {EVE: 3}}
    one.offered(ANA, {EVE: 5}, 0.1)
    assert one.due(0.2) == {}
    one.grew({EVE: 3})
    assert one.due(0.2) == {ANA: {EVE: 5}}


def test_news_is_gathered_for_a_moment() -> None:
    one = puller(ANA)
    one.offered(ANA, {EVE: 1}, 0.0)
    assert one.due(0.0)
    one.offered(ANA, {KIM: 1}, 0.01)
    assert one.due(0.01) == {}
    assert one.deadline(0.01) == pulling.PAUSE
    assert one.due(pulling.PAUSE) == {ANA: {KIM: 1}}


def test_an_author_who_is_linked_sends_first() -> None:
    one = puller(ANA, EVE)
    one.offered(ANA, {EVE: 1}, 0.0)
    assert one.due(0.0) == {}
    assert one.deadline(0.0) == pulling.AUTHOR_FIRST
    assert one.due(pulling.AUTHOR_FIRST) == {ANA: {EVE: 1}}


def test_who_does_not_send_is_passed_over() -> None:
    one = puller(ANA, BOB)
    one.offered(ANA, {EVE: 1}, 0.0)
    assert one.due(0.0) == {ANA: {EVE: 1}}
    one.offered(BOB, {EVE: 1}, 1.0)
    assert one.deadline(1.0) == pulling.PATIENCE
    assert one.due(pulling.PATIENCE) == {BOB: {EVE: 1}}
    one.ended(BOB)
    assert one.due(4.0) == {ANA: {EVE: 1}}


def test_who_is_at_work_is_waited_for() -> None:
    one = puller(ANA, BOB)
    one.offered(ANA, {EVE: 1}, 0.0)
    one.offered(BOB, {EVE: 1}, 0.0)
    (asked,) = one.due(0.0)
    one.brought(asked, 2.0)
    assert one.due(pulling.PATIENCE) == {}
    assert one.due(2.0 + pulling.PATIENCE)


def test_a_log_that_contradicts_ours_is_not_asked_for() -> None:
    one = puller(ANA)
    one.offered(ANA, {EVE: 3}, 0.0)
    one.refuse(ANA, EVE)
    one.offered(ANA, {EVE: 4}, 0.0)
    assert one.due(0.0) == {}
    one.refuse(BOB, EVE)


def test_who_begins_anew_is_asked_again_for_what_it_did_not_send_or_was_not_to_be_had() -> None:
    one = puller(ANA)
    one.offered(ANA, {EVE: 3, KIM: 2}, 0.0)
    one.refuse(ANA, KIM)
    assert one.due(0.0) == {ANA: {EVE: 3}}
    one.begin_anew(BOB)
    assert one.due(1.0) == {}
    one.begin_anew(ANA)
    one.offered(ANA, {KIM: 2}, 1.0)
    assert one.due(1.0) == {ANA: {EVE: 3, KIM: 2}}


def test_what_is_here_and_who_is_not_linked_is_nothing() -> None:
    one = puller(ANA)
    one.grew({EVE: 3})
    one.offered(ANA, {EVE: 3}, 0.0)
    one.offered(BOB, {EVE: 9}, 0.0)
    one.brought(BOB, 0.0)
    assert not one.is_waiting
    assert one.due(0.0) == {}


steps = st.lists(
    st.tuples(
        st.sampled_from(("offer", "grow", "end", "join", "brought", "wait")),
        st.sampled_from((ANA, BOB, EVE)),
        st.sampled_from((ANA, KIM, ME)),
        st.integers(1, 5),
    ),
    max_size=40,
)


@given(steps)
def test_everything_that_somebody_has_is_asked_for_in_the_end(
    plan: list[tuple[str, PeerId, PeerId, int]],
) -> None:
    one, now, mine = puller(), 0.0, dict.fromkeys((ANA, KIM, ME), 0)
    for what, peer, author, seq in plan:
        match what:
            case "offer":
                one.offered(peer, {author: seq}, now)
            case "grow":
                mine[author] = max(mine[author], seq)
                one.grew(mine)
            case "end":
                one.ended(peer)
            case "join":
                one.joined(peer)
            case "brought":
                one.brought(peer, now)
            case _:
                now += seq / 2
        one.due(now)
    for _ in range(40):
        if not one.is_waiting:
            break
        deadline = one.deadline(now)
        assert deadline is not None
        now = max(deadline, now + 0.001)
        for wanted in one.due(now).values():
            assert all(seq > mine[author] for author, seq in wanted.items())
            mine |= wanted
        one.grew(mine)
    assert not one.is_waiting


def test_who_is_no_neighbour_has_nothing_to_begin_anew() -> None:
    one = puller()
    one.begin_anew(ANA)
    assert one.due(0.0) == {}


def test_so_much_is_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MAX_ASKED", 1)
    one = puller(ANA)
    one.offered(ANA, {EVE: 3, KIM: 2}, 0.0)
    asked = one.due(0.0)
    assert len(asked[ANA]) == 1
    one.grew(asked[ANA])
    rest = one.due(9.0)
    assert {*asked[ANA], *rest[ANA]} == {EVE, KIM}
