from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocol.frames import Ping, Pong
from app.protocol.link_quality import LOST_AFTER, PROBE, PROBE_EVERY, QualityMeter, score


def run(meter: QualityMeter, probes: int, answered: Callable[[int], bool]) -> float:
    """Send so many probes, and answer some after 50 ms; return the time at the end."""
    now = 0.0
    for number in range(probes):
        now = PROBE_EVERY * (number + 1)
        probe = meter.tick(now)
        assert probe is not None
        if answered(number):
            assert meter.pong(Pong(probe.token), now + 0.05)
    return now


def test_probes_go_out_between_heartbeats_and_are_told_from_them() -> None:
    meter = QualityMeter(10.0)
    assert meter.deadline == 12.0
    assert meter.tick(11.9) is None
    probe = meter.tick(12.0)
    assert probe is not None
    assert probe.token & PROBE
    assert meter.deadline == 12.0 + PROBE_EVERY
    assert not meter.pong(Pong(1), 12.1)
    assert meter.pong(Pong(PROBE | 77), 12.1)


def test_nothing_is_lost_where_all_is_answered() -> None:
    meter = QualityMeter(0.0)
    run(meter, 10, lambda _: True)
    assert meter.loss_out == 0.0
    assert meter.jitter_ms == pytest.approx(0.0)


def test_what_is_not_answered_in_time_is_lost() -> None:
    meter = QualityMeter(0.0)
    now = run(meter, 16, lambda number: number % 4 != 0)
    meter.tick(now + LOST_AFTER + PROBE_EVERY)
    assert meter.loss_out == pytest.approx(4 / 16, abs=0.03)


def test_little_is_said_of_few_probes() -> None:
    meter = QualityMeter(0.0)
    run(meter, 2, lambda _: False)
    meter.tick(100.0)
    assert meter.loss_out == 0.0


@given(st.lists(st.booleans(), min_size=5, max_size=32))
def test_gaps_between_a_peers_probes_are_losses(arrives: list[bool]) -> None:
    arrives[0] = arrives[-1] = True
    meter = QualityMeter(0.0)
    for number, here in enumerate(arrives):
        if here:
            meter.pinged(Ping(PROBE | number))
    assert meter.loss_in == pytest.approx(arrives.count(False) / len(arrives))


def test_a_probe_that_comes_late_or_again_changes_nothing() -> None:
    meter = QualityMeter(0.0)
    for number in (1, 2, 4, 5, 3, 5, 6):
        meter.pinged(Ping(PROBE | number))
    meter.pinged(Ping(7))
    assert meter.loss_in == pytest.approx(1 / 6)


def test_a_liar_who_jumps_costs_no_more_than_a_window() -> None:
    meter = QualityMeter(0.0)
    meter.pinged(Ping(PROBE))
    meter.pinged(Ping(0xFFFFFFFF))
    assert 0.9 < meter.loss_in < 1.0


def test_rates_are_those_of_the_last_seconds() -> None:
    meter = QualityMeter(0.0)
    meter.sent, meter.received = 2000, 500
    meter.tick(2.0)
    assert (meter.rate_out, meter.rate_in) == (1000.0, 250.0)
    meter.sent += 8000
    meter.tick(6.0)
    assert (meter.rate_out, meter.rate_in) == (2000.0, 0.0)


def test_jitter_follows_how_much_round_trips_vary() -> None:
    meter = QualityMeter(0.0)
    for turn, delay in enumerate((0.1, 0.1, 0.3, 0.1)):
        probe = meter.tick(PROBE_EVERY * (turn + 1))
        assert probe is not None
        meter.pong(Pong(probe.token), PROBE_EVERY * (turn + 1) + delay)
    assert meter.jitter_ms is not None
    assert 20 < meter.jitter_ms < 200


def test_quality_is_unknown_before_it_is_measured() -> None:
    meter = QualityMeter(0.0)
    assert meter.quality(None, 5.0) is None
    known = meter.quality(10.0, 5.0)
    assert known is not None
    assert known == pytest.approx(score(10.0, 0.0, 0.0, 5.0))


def test_a_link_of_a_house_is_good_and_one_over_a_satellite_is_not() -> None:
    assert score(2, 0, 0, 600) > 0.95
    assert score(600, 0, 50, 600) < 0.3
    assert score(20, 0.2, 5, 600) < 0.3


unit = st.floats(0, 1)
long = st.floats(0, 1e5)


@given(long, unit, long, long, long)
def test_scores_fall_with_delay_and_loss_and_rise_with_age(
    rtt: float, loss: float, jitter: float, up: float, more: float
) -> None:
    here = score(rtt, loss, jitter, up)
    assert 0.0 <= here <= 1.0
    assert score(rtt + more, loss, jitter, up) <= here
    assert score(rtt, min(loss + more, 1.0), jitter, up) <= here
    assert score(rtt, loss, jitter + more, up) <= here
    assert score(rtt, loss, jitter, up + more) >= here
