from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery import Advance, DeliveryTracker, MemberMarks, Status
from app.domain.ids import EventId, PeerId
from app.domain.room import NOWHERE
from app.domain.views import MessageState, Position

ME, ANA, BO, EVE = (PeerId(bytes([letter]) * 32) for letter in b"mabe")
QUEUED, SENT, DELIVERED, READ = MessageState


def at(hlc: int) -> Position:
    return Position(hlc, EventId(bytes(32)))


def tracker(*others: PeerId, sent: int = 0) -> DeliveryTracker:
    made = DeliveryTracker(ME, {}, sent)
    made.set_others(dict.fromkeys(others, NOWHERE))
    return made


def state(marks: DeliveryTracker, seq: int = 1, hlc: int = 10) -> MessageState:
    return marks.status(ME, seq, at(hlc)).state


def test_a_message_moves_from_tick_to_tick() -> None:
    marks = tracker(ANA)
    assert state(marks) is QUEUED
    assert marks.handed_over(1) == range(1, 2)
    assert state(marks) is SENT
    assert marks.report(ANA, {ME: 1}, {}) == Advance(range(1, 2), range(1, 1))
    assert state(marks) is DELIVERED
    assert marks.report(ANA, {}, {ME: 1}) == Advance(range(2, 2), range(1, 2))
    assert marks.status(ME, 1, at(10)) == Status(READ, (ANA,), (ANA,))


def test_the_slowest_member_decides() -> None:
    marks = tracker(ANA, BO)
    marks.report(ANA, {ME: 1}, {ME: 1})
    assert marks.status(ME, 1, at(10)) == Status(SENT, (ANA,), (ANA,))
    marks.report(BO, {ME: 1}, {})
    assert marks.status(ME, 1, at(10)) == Status(DELIVERED, (ANA, BO), (ANA,))
    marks.report(BO, {ME: 1}, {ME: 1})
    assert state(marks) is READ


def test_alone_a_message_waits() -> None:
    marks = tracker()
    assert state(marks) is QUEUED
    marks.report(ANA, {ME: 1}, {ME: 1})
    assert marks.status(ME, 1, at(10)) == Status(QUEUED, (), ())


def test_who_came_later_is_not_waited_for() -> None:
    marks = DeliveryTracker(ME, {}, 0)
    marks.set_others({ANA: at(5), BO: at(20)})
    assert marks.recipients(at(10)) == (ANA,)
    marks.report(ANA, {ME: 1}, {ME: 1})
    assert state(marks, hlc=10) is READ
    assert state(marks, hlc=30) is SENT


def test_if_nobody_was_there_whoever_came_counts() -> None:
    marks = DeliveryTracker(ME, {}, 0)
    marks.set_others({ANA: at(20), BO: at(30)})
    assert marks.recipients(at(10)) == (ANA, BO)
    marks.report(ANA, {ME: 1}, {})
    assert state(marks, hlc=10) is SENT
    marks.report(BO, {ME: 1}, {})
    assert state(marks, hlc=10) is DELIVERED


def test_who_left_is_not_waited_for() -> None:
    marks = tracker(ANA, BO)
    marks.report(ANA, {ME: 1}, {})
    marks.set_others({ANA: NOWHERE})
    assert state(marks) is DELIVERED


@pytest.mark.parametrize(("read_to", "shown"), [(0, DELIVERED), (2, DELIVERED), (3, READ)])
def test_another_s_message_is_here_or_read(read_to: int, shown: MessageState) -> None:
    marks = tracker(ANA)
    marks.mark_read_here({ANA: read_to})
    assert marks.status(ANA, 3, at(10)) == Status(shown, (), ())


def test_what_is_read_here_only_grows() -> None:
    marks = tracker(ANA)
    assert marks.mark_read_here({ANA: 3, BO: 1}) == {ANA: 3, BO: 1}
    assert marks.mark_read_here({ANA: 2, BO: 2}) == {BO: 2}
    assert marks.read_here == {ANA: 3, BO: 2}


def test_nobody_reads_what_it_lacks() -> None:
    marks = tracker(ANA)
    assert marks.report(ANA, {ME: 2}, {ME: 9}) == Advance(range(1, 3), range(1, 3))
    assert marks.report(ANA, {}, {BO: 4}) == Advance(range(3, 3), range(3, 3))
    assert state(marks, seq=3) is QUEUED


def test_a_message_is_handed_over_once() -> None:
    marks = tracker(ANA, sent=2)
    assert marks.handed_over(2) == range(0)
    assert marks.handed_over(1) == range(0)
    assert marks.handed_over(4) == range(3, 5)
    assert marks.sent == 4


def test_the_past_is_remembered() -> None:
    known = {ANA: MemberMarks({ME: 3}, {ME: 1}), ME: MemberMarks({}, {ANA: 7})}
    marks = DeliveryTracker(ME, known, 5)
    marks.set_others({ANA: NOWHERE})
    assert [state(marks, seq) for seq in range(1, 7)] == [
        READ, DELIVERED, DELIVERED, SENT, SENT, QUEUED,
    ]  # fmt: skip
    assert marks.read_here == {ANA: 7}
    assert (marks.reported(ANA), marks.reported(BO)) == (3, 0)


peers = st.sampled_from([ANA, BO, EVE])
vectors = st.dictionaries(st.sampled_from([ME, ANA, BO]), st.integers(0, 9), max_size=3)
reports = st.lists(st.tuples(peers, vectors, vectors), max_size=8)


@given(reports, st.data())
def test_reports_never_take_a_tick_back(
    told: list[tuple[PeerId, dict[PeerId, int], dict[PeerId, int]]], data: st.DataObject
) -> None:
    order = [QUEUED, SENT, DELIVERED, READ]
    marks = tracker(ANA, BO)
    before = [order.index(state(marks, seq)) for seq in range(1, 10)]
    for member, stored, read in told:
        previous = marks.reported(member)
        advance = marks.report(member, stored, read)
        assert advance.stored == range(previous + 1, marks.reported(member) + 1)
        after = [order.index(state(marks, seq)) for seq in range(1, 10)]
        assert all(old <= new for old, new in zip(before, after, strict=True))
        assert after == sorted(after, reverse=True)
        before = after
    if told:
        assert marks.report(*data.draw(st.sampled_from(told))).stored == range(0)


def test_each_member_has_come_to_a_stage_of_its_own() -> None:
    marks = DeliveryTracker(ME, {}, 0)
    marks.set_others({ANA: at(1), BO: at(1), EVE: at(20)})
    assert marks.stages(1, at(10)) == {ANA: QUEUED, BO: QUEUED}
    marks.handed_over(1)
    marks.report(ANA, {ME: 1}, {ME: 1})
    assert marks.stages(1, at(10)) == {ANA: READ, BO: SENT}
    marks.report(EVE, {ME: 1}, {})
    assert marks.stages(1, at(10)) == {ANA: READ, BO: SENT, EVE: DELIVERED}
