from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.services.network_api import Distribution, Measured, Measurements
from app.ui.network import measures
from app.ui.network.charts import Chart
from tests.gallery.network import measured
from tests.ui.fake_insight import spread
from tests.ui.fake_names import FROZEN_MS

NOW = datetime(2025, 11, 21, 9, 52, tzinfo=UTC)
NOTHING = Measured({}, {})


def chart(title: str, of: Measured) -> Chart:
    return next(each for each in measures.charts(of) if each.title == title)


def everything() -> Measured:
    return measured().insight.measured.kept


def test_nothing_measured_is_said() -> None:
    found = measures.charts(NOTHING)
    assert all(not each.columns for each in found)
    unmeasured = [each for each in found if each.line == "Nothing measured yet."]
    assert len(unmeasured) == 7
    assert chart("What went wrong", NOTHING).figure == "Nothing"
    assert chart("Messages and links", NOTHING).figure == "0 messages sent"


def test_the_order_of_charts_stays() -> None:
    titles = [[each.title for each in measures.charts(of)] for of in (NOTHING, everything())]
    assert titles[0] == titles[1]


def test_times_are_told_by_half_and_by_most() -> None:
    found = chart("Until a link is made", everything())
    assert found.figure == "Half within 200 ms"
    assert found.line == "86 links; 19 of 20 within 1.0 s"
    assert (found.first, found.last) == ("up to 5 ms", "10 s")
    assert found.spoken == f"Until a link is made. {found.figure}. {found.line}"


def test_what_is_beyond_all_bounds_is_over() -> None:
    beyond = Measured({}, {"connect_ms": spread(*(0,) * 14, 3)})
    found = chart("Until a link is made", beyond)
    assert found.last == "over 30 s"
    assert found.columns == (0, 3)


def test_success_is_a_share_with_ways_and_reasons() -> None:
    found = chart("Links that were made", everything())
    assert found.figure == "92 % of all tries"
    assert "(40 LAN, 38 direct, 8 relayed)" in found.line
    assert "5\u00d7 No way between the two computers was found." in found.line
    only_failed = Measured({"link_failures": 1}, {})
    found = chart("Links that were made", only_failed)
    assert (found.figure, found.line) == ("0 % of all tries", "0 links made; 1 try failed.")


def test_ways_say_how_often_they_led_somewhere() -> None:
    found = chart("Ways that were tried", everything())
    assert found.figure == "Direct 57 of 71"
    assert found.line == "TURN 13 of 14, through members 8 of 8 led to a link."
    alone = Measured({"attempts.member": 2, "attempt_failures.member.sctp": 5}, {})
    found = chart("Ways that were tried", alone)
    assert (found.figure, found.line) == ("Through members 0 of 2", "Led to a link.")


def test_rates_of_all_lanes_are_one_chart() -> None:
    found = chart("How fast files come", everything())
    assert found.line.startswith("72 files; on average 21.4 MB/s direct, 188 KB/s relayed")
    assert sum(found.columns) == 72
    empty = Measured({}, {"transfer_kbyte_s.direct": spread()})
    assert chart("How fast files come", empty).line == "Nothing measured yet."


def test_the_most_frequent_troubles_come_first() -> None:
    found = chart("What went wrong", everything())
    assert found.figure == "7 errors"
    assert found.line == "6\u00d7 The server does not answer. 1\u00d7 The disk is full."


def test_it_says_since_when_and_for_whom() -> None:
    said = measures.about(Measurements(7400, FROZEN_MS, NOTHING, NOTHING), NOW)
    assert said == "Counted here since 09:52, running for 2 h. It is never sent anywhere."


@given(st.lists(st.integers(0, 5), min_size=3, max_size=12).filter(any))
def test_no_column_is_lost(buckets: list[int]) -> None:
    bounds = tuple(float(at + 1) for at in range(len(buckets) - 1))
    columns, first, last = measures.trimmed(Distribution(bounds, tuple(buckets), 1.0))
    assert sum(columns) == sum(buckets)
    assert columns == tuple(buckets)[first : last + 1]


def test_other_bounds_are_not_added_up() -> None:
    one, other = Distribution((1.0,), (1, 2), 3.0), Distribution((2.0,), (5, 5), 9.0)
    assert measures.merged([one, other]) == one
    assert measures.merged([]) is None
