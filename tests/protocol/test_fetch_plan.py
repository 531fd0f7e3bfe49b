from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.protocol.fetch_plan import (
    FIRST_WINDOW,
    MAX_ASKED,
    QUICK,
    SHARED_WINDOW,
    SLOW,
    STALLED_AFTER,
    WINDOW,
    FetchPlan,
)
from app.protocol.piece_map import PieceMap


def holding(count: int, *pieces: int) -> PieceMap:
    held = PieceMap(count)
    for piece in pieces:
        held.add(piece)
    return held


def fetch(plan: FetchPlan[str], sources: list[str]) -> Counter[str]:
    """Let sources answer in turn until nobody is asked for anything more."""
    served: Counter[str] = Counter()
    asked: dict[str, list[int]] = {source: [] for source in sources}
    while True:
        for source in sources:
            asked[source] += plan.wants(source, 0.0)
        if not any(asked.values()):
            return served
        for source, pieces in asked.items():
            if pieces:
                served[source] += plan.arrived(source, pieces.pop(0), 0.0)


def test_one_source_gives_everything_once() -> None:
    plan = FetchPlan[str](PieceMap(100))
    plan.add("ana", None, 0.0)
    assert fetch(plan, ["ana"]) == {"ana": 100}
    assert plan.is_complete


def test_sources_share_the_work() -> None:
    plan = FetchPlan[str](PieceMap(300), first=lambda number: number * 100)
    for source in ("ana", "bob", "eve"):
        plan.add(source, None, 0.0)
    served = fetch(plan, ["ana", "bob", "eve"])
    assert sum(served.values()) == 300
    assert min(served.values()) > 90


def test_what_is_there_already_is_not_asked_for() -> None:
    plan = FetchPlan[str](holding(20, *range(19)))
    plan.add("ana", None, 0.0)
    assert plan.wants("ana", 0.0) == [19]


def test_a_source_is_asked_only_for_what_it_has() -> None:
    plan = FetchPlan[str](PieceMap(1000))
    plan.add("bob", holding(1000, 5, 998), 0.0)
    assert plan.wants("bob", 0.0) == [5, 998]
    plan.add("bob", holding(1000, 5, 7), 0.0)
    assert plan.wants("bob", 0.0) == [7]


def answer(plan: FetchPlan[str], asked: list[int], now: float) -> list[int]:
    """Let the first half of what was asked for come; return what is asked for then."""
    for piece in asked[: len(asked) // 2]:
        plan.arrived("ana", piece, now)
    return plan.wants("ana", now)


def test_a_window_is_filled_up_when_half_of_it_has_come() -> None:
    plan = FetchPlan[str](PieceMap(100))
    plan.add("ana", None, 0.0)
    first = plan.wants("ana", 0.0)
    assert first == list(range(FIRST_WINDOW))
    assert plan.wants("ana", 0.0) == []
    assert len(answer(plan, first, QUICK)) == FIRST_WINDOW // 2


def test_the_window_of_a_source_is_as_wide_as_it_is_quick() -> None:
    plan = FetchPlan[str](PieceMap(10_000))
    plan.add("ana", None, 0.0)
    asked = plan.wants("ana", 0.0)
    now = 0.0
    sizes = []
    for pause in [QUICK / 2] * 4 + [QUICK] + [SLOW + 1] * 3:
        now += pause
        asked = asked[len(asked) // 2 :] + answer(plan, asked, now)
        sizes.append(len(asked))
    assert sizes == [4, 8, 16, 16, 16, 16, 8, 8]


def test_what_a_source_lacks_is_asked_of_another() -> None:
    plan = FetchPlan[str](PieceMap(1))
    plan.add("ana", None, 0.0)
    plan.add("bob", None, 0.0)
    assert plan.wants("ana", 0.0) == [0]
    plan.lacking("ana", 0)
    assert plan.wants("ana", 0.0) == []
    assert plan.wants("bob", 0.0) == [0]


def test_in_the_end_an_idle_source_helps_a_slow_one_out() -> None:
    plan = FetchPlan[str](PieceMap(2))
    for source in ("ana", "bob", "eve"):
        plan.add(source, None, 0.0)
    assert plan.wants("ana", 0.0) == [0, 1]
    assert plan.wants("bob", 0.0) == [0, 1]
    assert plan.wants("eve", 0.0) == []
    assert plan.arrived("bob", 0, 0.0)
    assert not plan.arrived("ana", 0, 0.0)


def test_a_silent_source_is_named_after_a_while() -> None:
    plan = FetchPlan[str](PieceMap(2))
    assert plan.deadline() is None
    plan.add("ana", None, 0.0)
    plan.wants("ana", 1.0)
    assert plan.deadline() == 1.0 + STALLED_AFTER
    assert plan.stalled(STALLED_AFTER) == []
    plan.arrived("ana", 0, 5.0)
    assert plan.stalled(1.0 + STALLED_AFTER) == []
    assert plan.stalled(5.0 + STALLED_AFTER) == ["ana"]
    plan.remove("ana")
    plan.add("bob", None, 30.0)
    assert plan.wants("bob", 30.0) == [1]


def test_who_is_unknown_is_asked_for_nothing() -> None:
    plan = FetchPlan[str](PieceMap(2))
    assert plan.wants("ana", 0.0) == []
    plan.remove("ana")
    plan.lacking("ana", 0)
    assert plan.arrived("ana", 0, 0.0)
    with pytest.raises(IndexError):
        plan.arrived("ana", 2, 0.0)


def test_a_piece_that_nobody_asked_for_is_taken() -> None:
    plan = FetchPlan[str](PieceMap(2))
    plan.add("ana", None, 0.0)
    assert plan.arrived("ana", 1, 0.0)
    assert plan.wants("ana", 0.0) == [0]


def test_a_transfer_of_nothing_is_complete() -> None:
    plan = FetchPlan[str](PieceMap(0))
    plan.add("ana", None, 0.0)
    assert plan.is_complete
    assert plan.wants("ana", 0.0) == []


SOURCES = st.sampled_from(["ana", "bob", "eve"])


class Fetching(RuleBasedStateMachine):
    """Sources come, answer, lack, and go as they like."""

    @initialize(count=st.integers(0, 60), data=st.data())
    def begin(self, count: int, data: st.DataObject) -> None:
        self.count = count
        have = data.draw(st.sets(st.integers(0, max(count - 1, 0)))) if count else set()
        self.plan = FetchPlan[str](holding(count, *have), first=lambda number: number * 17)
        self.asked: dict[str, set[int]] = {}

    @rule(source=SOURCES, pieces=st.none() | st.sets(st.integers(0, 59)))
    def add(self, source: str, pieces: set[int] | None) -> None:
        within = [p for p in pieces or () if p < self.count]
        self.plan.add(source, None if pieces is None else holding(self.count, *within), 0.0)
        self.asked.setdefault(source, set())

    @rule(source=SOURCES)
    def remove(self, source: str) -> None:
        self.plan.remove(source)
        self.asked.pop(source, None)

    @rule(source=SOURCES)
    def ask(self, source: str) -> None:
        wanted = self.plan.wants(source, 0.0)
        if source not in self.asked:
            assert not wanted
            return
        assert not set(wanted) & self.asked[source]
        assert not any(piece in self.plan.done for piece in wanted)
        self.asked[source] |= set(wanted)
        assert len(self.asked[source]) <= WINDOW

    @rule(source=SOURCES, lacks=st.booleans())
    def answer(self, source: str, lacks: bool) -> None:
        if self.asked.get(source):
            piece = self.asked[source].pop()
            if lacks:
                self.plan.lacking(source, piece)
            else:
                self.plan.arrived(source, piece, 0.0)

    @invariant()
    def nobody_is_asked_in_vain(self) -> None:
        if hasattr(self, "asked"):
            times = Counter(piece for pieces in self.asked.values() for piece in pieces)
            assert max(times.values(), default=0) <= MAX_ASKED

    def teardown(self) -> None:
        if hasattr(self, "asked"):
            for source in tuple(self.asked):
                self.plan.remove(source)
            self.plan.add("all", None, 0.0)
            fetch(self.plan, ["all"])
            assert self.plan.is_complete


TestFetching = Fetching.TestCase


@given(st.integers(1, 400), st.integers(1, 4))
def test_any_number_of_sources_completes_any_transfer(count: int, sources: int) -> None:
    plan = FetchPlan[str](PieceMap(count), first=lambda number: number * 7)
    names = [str(number) for number in range(sources)]
    for name in names:
        plan.add(name, None, 0.0)
    fetch(plan, names)
    assert plan.is_complete


def test_who_has_everything_is_asked_for_what_nobody_else_has() -> None:
    plan = FetchPlan[str](PieceMap(12))
    plan.add("ana", None, 0.0)
    plan.add("bob", holding(12, *range(10)), 0.0)
    assert plan.wants("ana", 0.0) == [10, 11]
    assert plan.wants("ana", 0.0) == []
    plan.arrived("ana", 10, 0.0)
    plan.arrived("ana", 11, 0.0)
    # Nothing is left that is not elsewhere too: better a little of that than nothing.
    assert len(plan.wants("ana", 0.0)) == SHARED_WINDOW
    assert len(plan.wants("bob", 0.0)) == FIRST_WINDOW


def test_with_the_others_gone_the_window_is_wide_again() -> None:
    plan = FetchPlan[str](PieceMap(1000))
    plan.add("ana", None, 0.0)
    asked = plan.wants("ana", 0.0)
    while len(asked) < WINDOW:
        asked = asked[len(asked) // 2 :] + answer(plan, asked, 0.0)
    for piece in asked:
        plan.arrived("ana", piece, 0.0)
    plan.add("bob", holding(1000, 1), 0.0)
    assert len(plan.wants("ana", 0.0)) == SHARED_WINDOW
    plan.remove("bob")
    assert len(plan.wants("ana", 0.0)) == WINDOW - SHARED_WINDOW
