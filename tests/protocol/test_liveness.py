from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.protocol.backoff import LONGEST_WAIT, ReconnectionPolicy, chance
from app.protocol.frames import Ping, Pong
from app.protocol.heartbeat import DEAD_AFTER, PING_EVERY, Heartbeat


def test_waits_double_from_one_to_thirty_two_seconds() -> None:
    policy = ReconnectionPolicy()
    assert [policy.failed(0.5) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 32, 32]
    policy.succeeded()
    assert policy.failed(0.5) == 1


def test_not_everybody_has_the_same_chance() -> None:
    drawn = [chance() for _ in range(100)]
    assert len(set(drawn)) > 1
    assert all(0 <= one <= 1 for one in drawn)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=100))
def test_jitter_stays_within_a_quarter(chances: list[float]) -> None:
    policy = ReconnectionPolicy()
    for count, drawn in enumerate(chances):
        plain = min(2.0**count, LONGEST_WAIT)
        assert 0.75 * plain <= policy.failed(drawn) <= 1.25 * plain


def test_a_ping_goes_out_at_once_and_then_every_four_seconds() -> None:
    beat = Heartbeat(100.0)
    assert beat.deadline == 100.0
    assert isinstance(beat.tick(100.0), Ping)
    assert beat.tick(103.9) is None
    assert beat.deadline == 100.0 + PING_EVERY
    assert isinstance(beat.tick(104.0), Ping)


def test_silence_for_twelve_seconds_is_death() -> None:
    beat = Heartbeat(0.0)
    assert not beat.is_dead(DEAD_AFTER - 0.1)
    assert beat.is_dead(DEAD_AFTER)
    beat.heard(10.0)
    assert not beat.is_dead(20.0)
    assert beat.is_dead(22.0)


def test_round_trips_are_smoothed() -> None:
    beat = Heartbeat(0.0)
    for start, delay in ((0.0, 0.1), (4.0, 0.3)):
        ping = beat.tick(start)
        assert ping is not None
        beat.pong(Pong(ping.token), start + delay)
    assert beat.rtt_ms is not None
    assert round(beat.rtt_ms) == 150


def test_a_pong_that_nobody_asked_for_measures_nothing() -> None:
    beat = Heartbeat(0.0)
    beat.pong(Pong(99), 1.0)
    assert beat.rtt_ms is None


def test_loss_is_the_share_of_unanswered_pings() -> None:
    beat = Heartbeat(0.0)
    assert beat.loss == 0.0
    first = beat.tick(0.0)
    assert first is not None
    beat.pong(Pong(first.token), 0.1)
    for count in range(1, 20):
        beat.tick(count * PING_EVERY)
    assert 0.5 < beat.loss < 1.0


def test_a_doubted_link_is_dead_soon_if_nothing_comes() -> None:
    beat = Heartbeat(0.0)
    beat.tick(0.0)
    beat.doubt(1.0, 3.0)
    assert beat.deadline == 1.0
    assert isinstance(beat.tick(1.0), Ping)
    assert not beat.is_dead(3.9)
    beat.doubt(2.0, 3.0)
    assert beat.is_dead(4.0)


def test_a_doubted_link_lives_on_if_anything_comes() -> None:
    beat = Heartbeat(0.0)
    beat.doubt(1.0, 3.0)
    beat.heard(2.0)
    assert not beat.is_dead(4.0)
    assert beat.is_dead(2.0 + DEAD_AFTER)
